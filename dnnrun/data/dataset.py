"""What data is to the rest of the program: rows with labels, divided into splits, and the facts about them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.config.tasks import Task

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class SourceData:
    """What a source gives, before labels are encoded and rows are split.

    Args:
        x: features or images, shape (rows, ...).
        y: labels or targets, shape (rows,) or (rows, columns); text labels are allowed.
        x_test: rows of a test set of the source's own, or None.
        y_test: their labels.
        class_names: what the class numbers 0, 1, ... stand for, when the source knows.
        feature_names: the names of the columns of ``x`` for a table.
        files: what was read, for the fingerprint; without files the arrays themselves are hashed.
    """

    x: Array
    y: Array
    x_test: Array | None = None
    y_test: Array | None = None
    class_names: tuple[str, ...] | None = None
    feature_names: tuple[str, ...] | None = None
    files: tuple[Path, ...] = ()

    @property
    def is_image(self) -> bool:
        """Whether the rows are pictures: bytes in two dimensions, with or without channels."""
        return self.x.dtype == np.uint8 and self.x.ndim in (3, 4)

    def fingerprint(self) -> str:
        """Return the SHA-256 as hexadecimal digits: of the file, of several files' digests, or of the arrays."""
        if self.files:
            digests = [_sha256(file) for file in self.files]
            return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        digest = hashlib.sha256()
        for array in (self.x, self.y, self.x_test, self.y_test):
            if array is not None:
                digest.update(f"{array.dtype}{array.shape}".encode())
                digest.update(array.tobytes() if array.dtype != object else repr(array.tolist()).encode())
        return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Rows:
    """One split.

    Args:
        x: shape (rows, ...).
        y: class numbers (rows,) for sparse losses, else (rows, columns): one-hot, 0/1, or targets.
    """

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.x)

    def take(self, selection: Array | slice) -> Rows:
        """Return the rows that a NumPy index selects."""
        return Rows(self.x[selection], self.y[selection])

    @property
    def class_numbers(self) -> Array:
        """The labels as class numbers, shape (rows,), whatever their form; for classification only."""
        if self.y.ndim == 2 and self.y.shape[1] > 1:
            return np.asarray(np.argmax(self.y, axis=1))
        return self.y.reshape(len(self.y)).astype(np.int64)


@dataclass(frozen=True)
class Dataset:
    """The data of one run.

    Args:
        source: its name in the config.
        task: what the labels ask for.
        train: the rows to learn from.
        validation: the rows to watch the training with, or None.
        test: the rows to judge the result by, or None.
        class_names: for classification, the name of each class number.
        label_map: whether the labels in the source were other than the class numbers.
        feature_names: for a table, the names of its columns.
        is_image: whether the rows are pictures.
        fingerprint: SHA-256 of what was read.
    """

    source: str
    task: Task
    train: Rows
    validation: Rows | None
    test: Rows | None
    class_names: tuple[str, ...] | None
    label_map: bool
    feature_names: tuple[str, ...] | None
    is_image: bool
    fingerprint: str

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return tuple(self.train.x.shape[1:])

    @property
    def splits(self) -> dict[str, Rows]:
        """The splits that there are, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in named.items() if rows is not None}

    def facts(self) -> dict[str, Any]:
        """Return what a run records of its data."""
        return {
            "source": self.source,
            "task": self.task,
            "fingerprint": self.fingerprint,
            "input_shape": list(self.input_shape),
            "dtype": str(self.train.x.dtype),
            "rows": {name: len(rows) for name, rows in self.splits.items()},
            "classes": list(self.class_names) if self.class_names else None,
            "label_counts": {name: self._label_counts(rows) for name, rows in self.splits.items()},
            "features": list(self.feature_names) if self.feature_names else None,
        }

    def _label_counts(self, rows: Rows) -> Sequence[int] | None:
        if not self.class_names:
            return None
        counts: list[int] = np.bincount(rows.class_numbers, minlength=len(self.class_names)).tolist()
        return counts
