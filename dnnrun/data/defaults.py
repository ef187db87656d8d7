"""What a config leaves to its data, and what the data makes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dnnrun.components import Component
from dnnrun.config.graph import unknown_inputs
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.data.table_columns import Kind
from dnnrun.errors import ConfigError

_OF_IMAGES = (Component("Rescaling", {"scale": 1 / 255}),)
_OF_TEXTS = (Component("TextVectorization", {"max_tokens": 10_000, "output_sequence_length": 200}),)
_OF_COLUMN: dict[Kind, tuple[Component, ...]] = {
    "number": (Component("Normalization"),),
    "truth": (),
    "text": (Component("StringLookup", {"output_mode": "one_hot"}),),
}


def with_defaults(
    experiment: Experiment,
    *,
    inputs: Sequence[str],
    images: Collection[str],
    texts: Collection[str] = (),
    names: Collection[str] = (),
    columns: Mapping[str, Mapping[str, Kind]] | None = None,
) -> Experiment:
    """Return the config with the preprocessing of its rows in full.

    Pictures are rescaled to [0, 1] and texts become numbers of words, if it names none. Of a table that is prepared by
    column, columns that it does not name get what their kind gets: numbers are normalized, texts are told apart.

    Args:
        experiment: the config.
        inputs: what its layers call the data's inputs.
        images: which of them are pictures; `ONLY` for one that has no name.
        texts: which of them are texts, likewise.
        names: of a table's columns.
        columns: their kinds by the input that they are a part of, where they are prepared by column.

    Raises:
        ConfigError: it names preprocessing of inputs and columns that the data does not have.
    """
    given, columns = experiment.dataset.preprocess, columns or {}
    if given is not None:
        problems = list(unknown_inputs(given, [*inputs, *names], experiment.place))
        if problems:
            raise ConfigError(*problems)
    layers: Any = given
    if columns and not isinstance(given, tuple):
        layers = _by_column(given or {}, columns)
    elif given is None:
        layers = _by_input(inputs, images, texts)
    return experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": layers}))


def _by_column(given: Mapping[str, Any], columns: Mapping[str, Mapping[str, Kind]]) -> dict[str, Any]:
    """Return the preprocessing by column, with what those get that are not named, nor their input."""
    open_columns = {
        column: _OF_COLUMN[kind]
        for name, of_input in columns.items()
        for column, kind in of_input.items()
        if name not in given
    }
    return {**open_columns, **given}


def _by_input(inputs: Sequence[str], images: Collection[str], texts: Collection[str]) -> Any:
    layers = {**dict.fromkeys(images, _OF_IMAGES), **dict.fromkeys(texts, _OF_TEXTS)}
    if ONLY in layers or not layers:
        return layers.get(ONLY, ())
    return {name: layers.get(name, ()) for name in inputs}
