"""Tables that have been read, and whose columns are prepared each for itself: of what kind each column is."""

from __future__ import annotations

from collections.abc import Mapping

from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS
from dnnrun.data.dataset import Array, Dataset, Rows, SourceData, by_name
from dnnrun.data.table_columns import Kind, columns_by_input
from dnnrun.errors import ConfigError, Problem

MOST_TEXTS = 1000  # that are told apart by a number each, unless the config says so
_FEWER = "{Hashing: {num_bins: 100, output_mode: one_hot}}"
_SAMPLE = 10_000  # rows of a table on disk that are looked at


def columns_to_prepare(experiment: Experiment, source: SourceData) -> dict[str, tuple[str, ...]] | None:
    """Return the columns of each input of the layers, where each is prepared for itself: see `columns_by_input`."""
    names = source.feature_names
    is_mixed = names is not None and isinstance(source.x, dict) and set(source.x) == set(names)
    if names is None or (isinstance(source.x, dict) and not is_mixed):
        return None
    return columns_by_input(experiment.dataset, names, is_mixed=is_mixed)


def names_of_columns(dataset: Dataset) -> tuple[str, ...]:
    """Return the names of the columns of a table in order, those of all inputs; none for what is no table."""
    names = dataset.feature_names or ()
    return tuple(name for of_input in names.values() for name in of_input) if isinstance(names, dict) else names


def kinds_of_columns(dataset: Dataset) -> dict[str, dict[str, Kind]]:
    """Return the kind of each column by the training rows, by what layers call the input that it is a part of."""
    if dataset.columns is None:
        return {}
    rows = dataset.train
    sample = by_name(rows.spread(min(_SAMPLE, len(rows))).x if rows.stream is not None else rows.x)
    return {
        name or ROWS: {column: kind_of(sample[column]) for column in of_input}
        for name, of_input in dataset.columns.items()
    }


def kind_of(column: Array) -> Kind:
    """Return what a column holds, in whatever shape."""
    if is_text(column):
        return "text"
    return "truth" if ((column == 0) | (column == 1)).all() else "number"


def is_text(array: Array) -> bool:
    """Whether an array holds texts."""
    return array.dtype.kind in "OSU"


def check_number_of_texts(experiment: Experiment, rows: Rows, kinds: Mapping[str, Mapping[str, Kind]]) -> None:
    """Refuse to tell very many texts apart in the way that a column of texts is prepared by default.

    Args:
        experiment: as it was written.
        rows: the training rows.
        kinds: those of the columns, by input.

    Raises:
        ConfigError: columns without preprocessing of their own have too many different texts.
    """
    config = experiment.dataset
    own = config.preprocess if isinstance(config.preprocess, dict) else {}
    if isinstance(config.preprocess, tuple):
        return
    columns = {
        column: set[str]()
        for name, of_input in kinds.items()
        for column, kind in of_input.items()
        if kind == "text" and column not in own and name not in own
    }
    for piece in rows.pieces() if columns else ():
        for column, texts in columns.items():
            texts.update(by_name(piece)[column].ravel().tolist())
    problems = [
        Problem(
            f"the column {column!r} has {len(texts):,} different texts, too many to have a number each",
            experiment.place(("dataset", "source"), of_key=True),
            f"leave it out, as ids and names are: drop: {column}\n"
            f"or say how to prepare it: preprocess: {{{column}: [{_FEWER}]}}",
        )
        for column, texts in columns.items()
        if len(texts) > MOST_TEXTS
    ]
    if problems:
        raise ConfigError(*problems)
