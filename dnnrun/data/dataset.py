"""What data is to the rest of the program: rows with labels, divided into splits, and the facts about them.

Features and labels are one array, or one for each named input and output of a model: `by_name` and `mapped` treat
both alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.config.tasks import Task
from dnnrun.config.topology import ROWS
from dnnrun.data.facts import Leaks
from dnnrun.data.facts.of_splits import facts_beside_rows, facts_of_leaks
from dnnrun.data.filling import Filled, Filling

if TYPE_CHECKING:
    from dnnrun.data.streams import Stream

Array = np.ndarray[Any, Any]
Arrays = Array | dict[str, Array]
"""One array, or one for each name; all have equally many rows."""


def by_name(arrays: Arrays) -> dict[str, Array]:
    """Return the arrays by their names; a single one is called `ONLY`."""
    return arrays if isinstance(arrays, dict) else {ONLY: arrays}


def mapped(function: Callable[[Array], Array], arrays: Arrays) -> Arrays:
    """Return the same with every array changed by a function."""
    return {name: function(array) for name, array in arrays.items()} if isinstance(arrays, dict) else function(arrays)


def columns_of(x: Array, names: Sequence[str]) -> dict[str, Array]:
    """Return an array of shape (rows, columns) as one of shape (rows, 1) for each column by its name."""
    return {name: x[:, [position]] for position, name in enumerate(names)}


def row_count(arrays: Arrays) -> int:
    """Return how many rows the arrays have."""
    return len(next(iter(by_name(arrays).values())))


def unwrapped(named: Mapping[str, Any]) -> Any:
    """Return what there is for each name, or the thing itself where there is one without a name."""
    return named[ONLY] if ONLY in named else dict(named)


@dataclass(frozen=True)
class SourceData:
    """What a source gives, before labels are encoded and rows are split.

    Args:
        x: features, images or texts, shape (rows, ...); several inputs of a model by their names. A table whose columns
            are of several kinds is a mapping of shape (rows, 1) by column, in the order of `feature_names`; a table of
            numbers only has shape (rows, columns). What stays on disk is given as `Chunks`, here and in ``x_test``;
            once it has been looked at, these are features of no rows, and ``stream`` has the rows.
        y: labels or targets, shape (rows,) or (rows, columns); text labels are allowed; those of several outputs by
            their names.
        x_test: rows of a test set of the source's own, or None.
        y_test: their labels.
        class_names: what the class numbers 0, 1, ... stand for, when the source knows.
        feature_names: the names of the columns of ``x`` for a table.
        files: what was read, for the fingerprint; without files the arrays themselves are hashed.
        checksum: the fingerprint, where the source has taken it while reading, or where the files alone do not tell it.
        weights: of each row in the loss, shape (rows,), or None.
        weights_test: likewise, of the test set's rows.
        groups: what each row belongs to, shape (rows,), so that rows of one group are never parted; or None.
        times: when each row was, shape (rows,), so that the latest are held out; or None. Anything that sorts.
        impute: how the gaps of a table are filled once its rows are divided, by column; until then they are NaN among
            numbers and None among texts.
        stream: the features where they stay on disk, or None.
        stream_test: those of the test set.
    """

    x: Arrays
    y: Arrays
    x_test: Arrays | None = None
    y_test: Arrays | None = None
    class_names: tuple[str, ...] | None = None
    feature_names: tuple[str, ...] | None = None
    files: tuple[Path, ...] = ()
    checksum: str = ""
    weights: Array | None = None
    weights_test: Array | None = None
    groups: Array | None = None
    times: Array | None = None
    impute: Mapping[str, Filling] = field(default_factory=dict)
    stream: Stream | None = None
    stream_test: Stream | None = None

    @property
    def images(self) -> frozenset[str]:
        """The inputs that are pictures: bytes in two dimensions, with or without channels."""
        return frozenset(name for name, x in by_name(self.x).items() if x.dtype == np.uint8 and x.ndim in (3, 4))

    def fingerprint(self) -> str:
        """Return the SHA-256 as hexadecimal digits: of the file, of several files' digests, or of the arrays."""
        if self.checksum:
            return self.checksum
        if self.files:
            digests = [_sha256(file) for file in self.files]
            return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        digest = hashlib.sha256()
        beside = (self.weights, self.weights_test, self.groups, self.times)
        for arrays in (self.x, self.y, self.x_test, self.y_test, *beside):
            for name, array in by_name(arrays).items() if arrays is not None else ():
                digest.update(f"{name}{array.dtype}{array.shape}".encode())
                digest.update(array.tobytes() if array.dtype != object else repr(array.tolist()).encode())
        return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Rows:
    """One split.

    Args:
        x: shape (rows, ...); of a stream features of no rows, which tell names, types and shapes.
        y: class numbers (rows,) for sparse losses, else (rows, columns): one-hot, 0/1, or targets.
        weights: of each row in the loss, shape (rows,), or None where all weigh the same.
        groups: what each row belongs to, shape (rows,), or None.
        times: when each row was, shape (rows,), or None.
        stream: the features where they stay on disk, or None.
    """

    x: Arrays
    y: Arrays
    weights: Array | None = None
    groups: Array | None = None
    times: Array | None = None
    stream: Stream | None = None

    def __len__(self) -> int:
        return row_count(self.y)

    def take(self, selection: Array | slice) -> Rows:
        """Return the rows that a NumPy index selects; of a stream they are read, so let them be few."""
        x = self.stream.take(selection) if self.stream is not None else mapped(lambda array: array[selection], self.x)
        return replace(self._beside(selection), x=x, stream=None)

    def select(self, selection: Array | slice) -> Rows:
        """Return the rows of a split of these; those of a stream stay on disk, and in the order of the file."""
        if isinstance(selection, slice) and selection == slice(None):
            return self
        if self.stream is None:
            return self.take(selection)
        chosen = np.zeros(len(self), dtype=bool)  # in the order of the file, and a byte a row
        chosen[selection] = True
        return replace(self._beside(chosen), stream=self.stream.select(chosen))

    def _beside(self, selection: Array | slice) -> Rows:
        """Return some rows with everything but their features."""
        y = mapped(lambda array: array[selection], self.y)
        beside = ("weights", "groups", "times")
        taken = {name: array[selection] for name in beside if (array := getattr(self, name)) is not None}
        return replace(self, y=y, **taken)

    def spread(self, count: int) -> Rows:
        """Return so many rows from all over the split: the first ones of a sorted table are all of one class."""
        if self.stream is not None:
            return self.take(self.stream.spread(count))
        return self.take(np.linspace(0, len(self) - 1, min(count, len(self))).astype(np.int64))

    def with_features(self, function: Callable[[Arrays], Arrays]) -> Rows:
        """Return the rows with their features changed by a function; those of a stream are when they are read."""
        if self.stream is None:
            return replace(self, x=function(self.x))
        stream = self.stream.changed(function)
        return replace(self, x=stream.form, stream=stream)

    def pieces(self) -> Iterator[Arrays]:
        """Yield the features in pieces that fit into memory; all together where they are there anyway."""
        if self.stream is None:
            yield self.x
        else:
            yield from self.stream.pieces()

    def of_output(self, name: str) -> Rows:
        """Return the rows with the labels of one output only."""
        return replace(self, y=self.labels_of(name))

    def labels_of(self, name: str = ONLY) -> Array:
        """Return the labels of one output."""
        return by_name(self.y)[name]

    @property
    def class_numbers(self) -> Array:
        """The labels as class numbers, shape (rows,), whatever their form; for one output that tells classes."""
        y = self.labels_of()
        if y.ndim == 2 and y.shape[1] > 1:
            return np.asarray(np.argmax(y, axis=1))
        return y.reshape(len(y)).astype(np.int64)


@dataclass(frozen=True)
class Target:
    """What one output is to tell.

    Args:
        task: what the labels ask for.
        class_names: for classification, the name of each class number.
        label_map: whether the labels in the source were other than the class numbers.
    """

    task: Task
    class_names: tuple[str, ...] | None = None
    label_map: bool = False


@dataclass(frozen=True)
class Dataset:
    """The data of one run.

    Args:
        source: its name in the config.
        targets: what each output is to tell; of a model with a single loss one, called `ONLY`.
        train: the rows to learn from.
        validation: the rows to watch the training with, or None.
        test: the rows to judge the result by, or None.
        feature_names: for a table, the names of its columns; of several inputs those of each.
        images: the inputs that are pictures.
        fingerprint: SHA-256 of what was read.
        leaks: what the training rows give away; None where that was not looked for.
        filled: with what the gaps of a table's columns were filled, and how many, by column.
        columns: of a table whose columns are prepared each for itself, those that each input of the layers is made of,
            of one without a name under `ONLY`; or None.
    """

    source: str
    targets: Mapping[str, Target]
    train: Rows
    validation: Rows | None
    test: Rows | None
    feature_names: tuple[str, ...] | dict[str, tuple[str, ...]] | None
    images: frozenset[str]
    fingerprint: str
    filled: Mapping[str, Filled] = field(default_factory=dict)
    leaks: Leaks | None = None
    columns: Mapping[str, tuple[str, ...]] | None = None

    @property
    def task(self) -> Task:
        """What the labels of the only output ask for."""
        return self.targets[ONLY].task

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """For classification, the name of each class number of the only output."""
        return self.targets[ONLY].class_names

    @property
    def is_image(self) -> bool:
        """Whether the rows of the only input are pictures."""
        return ONLY in self.images

    @property
    def has_outputs(self) -> bool:
        """Whether the outputs have names, as where the loss gives them."""
        return ONLY not in self.targets

    @property
    def is_streamed(self) -> bool:
        """Whether the training rows stay on disk."""
        return self.train.stream is not None

    @property
    def inputs(self) -> tuple[str, ...]:
        """What layers call the inputs; `ROWS` where there is one without a name."""
        return tuple(name or ROWS for name in self.columns or by_name(self.train.x))

    @property
    def texts(self) -> frozenset[str]:
        """The inputs that are texts; `ONLY` for one without a name."""
        is_text = {name: array.dtype.kind in "OSU" for name, array in by_name(self.train.x).items()}
        return frozenset(name for name in is_text if is_text[name] and self.columns is None)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one row of the only input."""
        return self.input_shapes[ONLY]

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of one row of every input, that of one without a name under `ONLY`."""
        return {name: tuple(array.shape[1:]) for name, array in by_name(self.train.x).items()}

    @property
    def splits(self) -> dict[str, Rows]:
        """The splits that there are, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in named.items() if rows is not None}

    def with_features(self, function: Callable[[Arrays], Arrays]) -> Dataset:
        """Return the data with the features of every split changed by a function of them; those on disk when read."""
        changed: dict[int, Rows] = {}  # the test rows may be those of validation
        for rows in self.splits.values():
            if id(rows) not in changed:
                changed[id(rows)] = rows.with_features(function)
        train, validation, test = (rows and changed[id(rows)] for rows in (self.train, self.validation, self.test))
        return replace(self, train=train or self.train, validation=validation, test=test)

    def of_output(self, name: str) -> Dataset:
        """Return the data as that of a model with this output only."""
        if name == ONLY:
            return self
        train, validation, test = (rows and rows.of_output(name) for rows in (self.train, self.validation, self.test))
        return replace(
            self, targets={ONLY: self.targets[name]}, train=train or self.train, validation=validation, test=test
        )

    def facts(self) -> dict[str, Any]:
        """Return what a run records of its data; of several inputs or outputs what it records of each."""
        outputs = [(name, target, self.of_output(name)) for name, target in self.targets.items()]
        return {
            "source": self.source,
            "task": unwrapped({name: target.task for name, target, _ in outputs}),
            "fingerprint": self.fingerprint,
            "input_shape": unwrapped(
                {name: [len(columns)] for name, columns in self.columns.items()}
                if self.columns
                else {name: list(shape) for name, shape in self.input_shapes.items()}
            ),
            "dtype": unwrapped({name: _dtype(array) for name, array in by_name(self.train.x).items()}),
            "rows": {name: len(rows) for name, rows in self.splits.items()},
            **({"streamed": True} if self.is_streamed else {}),
            "classes": unwrapped({name: _listed(target.class_names) for name, target, _ in outputs}),
            "label_counts": {
                split: unwrapped({name: _label_counts(of_one, split) for name, _, of_one in outputs})
                for split in self.splits
            },
            **facts_beside_rows(self.splits),
            **(facts_of_leaks(self.leaks) if self.leaks else {}),
            "features": {name: list(names) for name, names in self.feature_names.items()}
            if isinstance(self.feature_names, dict)
            else _listed(self.feature_names),
            **({"filled": {name: list(filled) for name, filled in self.filled.items()}} if self.filled else {}),
        }

    def label_maps(self) -> dict[str, Any]:
        """Return which label each class number stands for, where that is not the number; by output where named."""
        maps = {
            name: {str(number): label for number, label in enumerate(target.class_names or ())}
            for name, target in self.targets.items()
            if target.label_map
        }
        return dict(unwrapped(maps))


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return list(names) if names else None


def _label_counts(dataset: Dataset, split: str) -> list[int] | None:
    names = dataset.class_names
    if not names:
        return None
    counts: list[int] = np.bincount(dataset.splits[split].class_numbers, minlength=len(names)).tolist()
    return counts


def _dtype(array: Array) -> str:
    return "text" if array.dtype.kind in "OSU" else str(array.dtype)
