"""Looking at data before training on it: what `dnnrun data show` says and draws. TensorFlow is not needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dnnrun.components import Component
from dnnrun.config.load import Override, complete, load_config
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.data.description import SplitDescription, describe_splits, features_of, label_names
from dnnrun.data.facts.cheap import facts_of_named
from dnnrun.data.load import resolve_data
from dnnrun.data.published.download import Listener, telling
from dnnrun.data.published.places import find
from dnnrun.data.sources.word_numbers import check_word_index
from dnnrun.errors import ConfigError, DataError, suggest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SAMPLES = 25
_DRAWN_ROWS = 100_000  # of a larger table, so many rows from all over it are drawn


@dataclass(frozen=True)
class DataView:
    """Data as a config divides it, and what is to be seen of it.

    Args:
        name: of the config or the data set.
        source: the source in the config, with its arguments.
        data: all of it.
        splits: what is to be seen of each split.
        words: what the word numbers of its texts stand for, where that is known.
    """

    name: str
    source: Component
    data: Dataset
    splits: Mapping[str, SplitDescription]
    words: Mapping[int, str] | None = None


@dataclass(frozen=True)
class Picture:
    """A picture of data.

    Args:
        kind: ``samples``, ``heat map``, or ``histograms``.
        content: a PNG file.
        note: what it leaves out, or nothing.
    """

    kind: str
    content: bytes
    note: str = ""


_TABLES = {".csv", ".tsv"}


def view_data(
    config: str | Path,
    overrides: Iterable[str | Override] = (),
    *,
    allow_code: bool = False,
    listener: Listener | None = None,
) -> DataView:
    """Read the data of a config, or a data set by its name, and describe every split.

    Args:
        config: a YAML file, or the name of a data set.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; of a data set by its name, arguments such as ``maxlen=200``.
        allow_code: whether a source given as an import path may be run.
        listener: told how far a download has come.

    Raises:
        ConfigError: there is no such config or data set, or the config is wrong, at these lines.
        DataError: the data cannot be read, or does not fit the config.
    """
    name = str(config)
    is_name = name in SOURCES and not SOURCES[name].required and not Path(name).is_file()
    if not is_name and not Path(name).exists() and not Path(name).suffix:
        named = [known for known, entry in SOURCES.items() if not entry.required]
        hint = f"{suggest(name, named)}\n'dnnrun data list' names the data sets".strip()
        raise ConfigError(f"there is neither a config nor a data set called {name!r}", hint=hint)
    if Path(name).suffix.lower() in _TABLES and Path(name).is_file():
        hint = f"'dnnrun init --csv {name} --target COLUMN' writes a config for a table, which can be shown"
        raise ConfigError(f"{name} is no config, but data", hint=hint)
    experiment = _of_name(name, overrides) if is_name else load_config(name, overrides)
    with telling(listener or (lambda file, done, total: None)):
        experiment, data = resolve_data(experiment, allow_code=allow_code)
    source = experiment.dataset.source
    title = name if is_name or experiment.name is None else experiment.name
    return DataView(title, source, data, describe_splits(data), _words_of(source))


def draw_samples(view: DataView, split: str = "train", *, index: int | None = None) -> Picture | None:
    """Draw rows of a split: 25 images with their classes, histograms of a table, or the numbers of one row.

    Args:
        view: the data.
        split: which of its splits.
        index: of the one row to draw as a heat map; None for samples or histograms.

    Returns:
        The picture, or None where the data is of a kind that cannot be drawn.

    Raises:
        ConfigError: there is no such split or row, or one row cannot be drawn.
    """
    rows = _split(view, split)
    if index is not None:
        return _heat_map(view, rows, split, index)
    data = view.data
    if data.is_image:
        few = rows.spread(_SAMPLES)
        names = _labels(few, data)
        assert not isinstance(few.x, dict)
        title = f"{len(few)} of {len(rows):,} {_called(split)} images of {view.name}"
        return _picture("samples", _draw("draw_images", few.x, names, title))
    drawn = rows.spread(_DRAWN_ROWS) if len(rows) > _DRAWN_ROWS or rows.stream is not None else rows
    columns = _columns(drawn, data)
    if not columns:
        return None
    from dnnrun.analysis.plots.data_pictures import MOST_PANELS  # noqa: PLC0415 - starts matplotlib

    classes = _labels(drawn, data) if not data.has_outputs and data.class_names else None
    title = f"{view.name}: {len(rows):,} {_called(split)} rows"
    note = f"the first {MOST_PANELS} of {len(columns)} columns" if len(columns) > MOST_PANELS else ""
    return _picture("histograms", _draw("draw_histograms", columns, classes, title), note)


def words_in(view: DataView, numbers: Array) -> str | None:
    """Return a text kept as word numbers in words, if these are known; what was put in or left out is in brackets."""
    if view.words is None:
        return None
    given = {"start_char": 1, "oov_char": 2, "index_from": 3, **view.source.arguments}
    marks = {0: "", given["start_char"]: "", given["oov_char"]: "[...]"}
    words = (
        marks.get(number) if number in marks else view.words.get(number - given["index_from"], f"[{number}]")
        for number in numbers.reshape(-1).tolist()
    )
    return " ".join(word for word in words if word)


def _of_name(name: str, arguments: Iterable[str | Override]) -> Experiment:
    """Return a config of a data set by its name, with as much around it as a config must have."""
    given: dict[str, Any] = {}
    for assignment in arguments:
        text = assignment if isinstance(assignment, str) else assignment[1]
        key, mark, value = text.partition("=")
        if not mark:
            raise ConfigError(f"--set {text}: there is no '=' in it", hint="--set maxlen=200")
        given[key] = _value(value)
    facts = facts_of_named(name)
    has_classes = facts is not None and (facts.class_names is not None or not facts.has_numbers)
    return complete(
        {
            "dataset": {"source": {name: given} if given else name},
            "model": {"layers": [{"Dense": 1}]},
            "optimizer": "Adam",
            "loss": "sparse_categorical_crossentropy" if has_classes else "mean_squared_error",
        }
    )


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _words_of(source: Component) -> dict[int, str] | None:
    """Return the words by their numbers where the source is of texts and its word index is on this machine."""
    if source.name not in {"imdb", "reuters"}:
        return None
    found = find(f"{source.name}_word_index")
    try:
        return check_word_index(found[0]) if found else None
    except DataError:
        return None


def _split(view: DataView, split: str) -> Rows:
    if split not in view.data.splits:
        raise ConfigError(f"there is no split {split!r}", hint=f"there are: {', '.join(view.data.splits)}")
    return view.data.splits[split]


def _called(split: str) -> str:
    return "training" if split == "train" else split


def _labels(rows: Rows, data: Dataset) -> list[str]:
    return label_names(rows, data) if not data.has_outputs else [""] * len(rows)


def _heat_map(view: DataView, rows: Rows, split: str, index: int) -> Picture:
    if not 0 <= index < len(rows):
        raise ConfigError(
            f"there is no row {index} among the {len(rows):,} {_called(split)} rows",
            hint=f"count from 0 to {len(rows) - 1}",
        )
    one = rows.take(np.array([index]))
    if isinstance(one.x, dict) or one.x.dtype.kind not in "iufb" or one.x.ndim > 4:
        raise ConfigError(f"a row of {view.name} is no grid of numbers", hint="leave --index out")
    row = one.x[0] if one.x.ndim > 2 else one.x
    title = f"{view.name}, {_called(split)} row {index}: {_labels(one, view.data)[0]}".rstrip(": ")
    return _picture("heat map", _draw("draw_heat_map", row, title))


def _columns(rows: Rows, data: Dataset) -> dict[str, Array]:
    """Return what can be drawn as histograms: the columns of a table, or how many words texts have."""
    found: dict[str, Array] = {}
    for name, array in features_of(rows, data).items():
        if _is_prose(array):
            found[f"{name} words in a row".strip()] = np.array([len(str(text).split()) for text in array[:, 0]])
        elif array.ndim == 2 and array.shape[1] == 1:
            found[name or "value"] = array[:, 0]
        elif array.ndim == 2 and array.dtype.kind in "iu":
            found[f"{name} words in a row".strip()] = np.count_nonzero(array, axis=1)
        elif array.ndim == 2:
            found |= {f"{name} {column}".strip(): array[:, column] for column in range(array.shape[1])}
    return found


def _is_prose(array: Array) -> bool:
    """Whether these are texts to be read, hardly two of them alike, and not the words of a column."""
    if array.dtype.kind not in "OSU" or array.ndim != 2 or array.shape[1] != 1:
        return False
    texts = array[:, 0].tolist()
    return len(set(texts)) * 2 > len(texts) and any(" " in text for text in texts[:100])


def _draw(function: str, *arguments: Any) -> Callable[[Figure], None]:
    from dnnrun.analysis.plots import data_pictures  # noqa: PLC0415 - starts matplotlib

    return lambda figure: getattr(data_pictures, function)(figure, *arguments)


def _picture(kind: str, draw: Callable[[Figure], None], note: str = "") -> Picture:
    from dnnrun.analysis.plots.plot import render  # noqa: PLC0415 - starts matplotlib

    return Picture(kind, render(draw), note)
