"""The inputs of a model with the preprocessing behind them, cut where the part ends that is applied once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.components import Component, ConfigPath
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS, Topology
from dnnrun.data.columns import is_text
from dnnrun.data.dataset import Array, Dataset, by_name, unwrapped
from dnnrun.engine.assembly import Assembly, Flow, part_of_model
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.preprocessing import Pieces, Preparation, PreprocessingList, gives_the_same

_TAKES_NUMBERS_OF_THINGS = {
    "Embedding",
    "ReversibleEmbedding",
    "CategoryEncoding",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
}
_TAKES_TEXTS = {"StringLookup", "TextVectorization"}
_TAKES_NO_TEXTS = {"Normalization", "Rescaling", "Discretization", "IntegerLookup", "CategoryEncoding"}
_RANK_OF_COUNTS = 2
_EXAMPLE = "{StringLookup: {output_mode: one_hot}}"


@dataclass(frozen=True)
class RawInput:
    """One input of the model that is saved: one of the data's, or a column of a table that is prepared by column.

    Args:
        name: in the data; empty for one without a name.
        part_of: the input of the layers that it is, or belongs to.
        is_column: whether it is a column.
        components: its preprocessing.
        path: where that stands in the config.
    """

    name: str
    part_of: str
    is_column: bool
    components: tuple[Component, ...]
    path: ConfigPath

    @property
    def label(self) -> str:
        """How messages call it, and Keras, which takes no slash."""
        return (self.name or ROWS).replace("/", "_")


class Front:
    """Inputs and preprocessing, first as far as it is applied once; `finish` puts on the rest.

    Args:
        experiment: the config.
        dataset: whose training rows layers learn from.
        builder: makes the layers.
        topology: tells which layers take the inputs.
    """

    def __init__(
        self, experiment: Experiment, dataset: Dataset, builder: ObjectBuilder, topology: Topology | None
    ) -> None:
        self._builder = builder
        self._raw = {raw.name: raw for raw in _raw_inputs(experiment, dataset)}
        rows = by_name(dataset.train.x)
        dtypes = {name: _dtype(raw, rows[name], dataset, topology) for name, raw in self._raw.items()}
        self._inputs = {
            name: keras.Input(rows[name].shape[1:], dtype=dtypes[name], name=raw.label)
            for name, raw in self._raw.items()
        }
        self.assembly = Assembly(builder, self._inputs.values())
        self.layers: list[keras.layers.Layer] = []
        self._flows = {
            name: Flow(tensor, (f"{self._raw[name].name or ROWS} {tuple(tensor.shape)[1:]}",))
            for name, tensor in self._inputs.items()
        }
        self._lists = {
            name: PreprocessingList(
                raw.components, raw.path, _pieces(dataset, name, dtypes[name]), builder, partial(self._check, raw)
            )
            for name, raw in self._raw.items()
        }
        self._trained: dict[str, tuple[Flow, Any, Component, ConfigPath]] = {}  # layers, and what reaches them
        ends = {name: self._prepare(name) for name in self._raw}
        self._joined: dict[str, Flow] = {}
        self._boundaries = self._join_what_is_ready(ends)
        self.preparation = self._preparation()  # what is applied once

    @property
    def inputs(self) -> Any:
        """The tensors that the saved model takes: one, or a mapping."""
        return unwrapped({self._raw[name].label if name else ONLY: tensor for name, tensor in self._inputs.items()})

    @property
    def boundaries(self) -> Any:
        """The tensors that the trained model takes, likewise."""
        return unwrapped(self._boundaries)

    def _preparation(self) -> Preparation:
        made = {name: end for name, end in self._boundaries.items() if end is not self._inputs.get(name)}
        if not made:
            return Preparation(tuple(self._boundaries))
        taken = [name for name in self._inputs if name not in self._boundaries or name in made]
        needs = {self._raw[name].label if name else ONLY: name for name in taken}
        needed = unwrapped({called: self._inputs[name] for called, name in needs.items()})
        return Preparation(tuple(self._boundaries), part_of_model(needed, unwrapped(made), "preparation"), needs)

    def finish(self) -> dict[str, Flow]:
        """Put on the layers that are a part of every step; return what reaches the model's own layers, by input."""
        for name, listed in self._lists.items():
            if name in self._trained and tf.distribute.has_strategy():
                self._flows[name], layer, component, path = self._trained[name]
                self.assembly.take_out(layer)
                self.layers.remove(layer)
                self._add(name, _made_here(layer), component, path)
            for layer, component, path in listed:
                self._add(name, _made_here(layer), component, path)
        for part_of in dict.fromkeys(raw.part_of for raw in self._raw.values()):
            if part_of not in self._joined:
                self._joined[part_of] = self._join(part_of)
        return self._joined

    def _prepare(self, name: str) -> Any:
        """Put on the layers of an input that are applied once; return what the last of them gives."""
        for layer, component, path in self._lists[name]:
            if not gives_the_same(layer):
                self._lists[name].put_back()
                break
            before = self._flows[name]
            self._add(name, layer, component, path)
            if not gives_the_same(layer):  # it has got weights as it was built
                self._lists[name].is_cut = True
                self._trained[name] = before, layer, component, path
                return before.tensor
        return self._flows[name].tensor

    def _join_what_is_ready(self, ends: Mapping[str, Any]) -> dict[str, Any]:
        """Return where the part that is applied once ends, by input; by column where a column has more to come."""
        boundaries: dict[str, Any] = {}
        for part_of in dict.fromkeys(raw.part_of for raw in self._raw.values()):
            names = [name for name, raw in self._raw.items() if raw.part_of == part_of]
            if all(self._lists[name].is_over for name in names):
                self._joined[part_of] = self._join(part_of)
                boundaries[part_of] = self._joined[part_of].tensor
            else:
                boundaries |= {name: ends[name] for name in names}
        return boundaries

    def _join(self, part_of: str) -> Flow:
        """Return an input of the layers: its columns beside one another."""
        names = [name for name, raw in self._raw.items() if raw.part_of == part_of]
        for name in names:
            self._check_numbers(self._raw[name], self._flows[name])
        flows = [self._flows[name] for name in names]
        if len(flows) == 1:
            return flows[0]
        tensors = [flow.tensor for flow in flows]
        fault = next((name for name in names if len(self._flows[name].shape) != 1), None)
        if fault is not None:
            raw, shape = self._raw[fault], self._flows[fault].shape
            what = f"the column {fault!r} has shape {shape} a row, and cannot stand beside others"
            raise self._builder.refusal(what, raw.path, "let its preprocessing end with Flatten")
        joined = keras.layers.Concatenate(name=f"{part_of or ROWS}_joined")(tensors)
        return Flow(joined, (f"{len(names)} columns {tuple(joined.shape)[1:]}",))

    def _add(self, name: str, layer: Any, component: Component, path: ConfigPath) -> None:
        flow = self.assembly.add(layer, component, path, [self._flows[name]])
        self.layers.append(layer)
        if isinstance(layer, keras.layers.TextVectorization) and len(flow.shape) == _RANK_OF_COUNTS:
            # Keras foretells (1, words) for the counts of words in a row, and makes (words,).
            flat = keras.layers.Reshape(flow.shape[1:], name=f"{layer.name}_flat")
            self.layers.append(flat)
            flow = Flow(flat(flow.tensor), (*flow.trail[:-1], f"{component.name} {flow.shape[1:]}"))
        self._flows[name] = flow

    def _check(self, raw: RawInput, component: Component, path: ConfigPath) -> None:
        """Refuse a layer of Keras that cannot prepare what reaches it."""
        self._check_kind(raw, component, path)
        given = component.arguments
        if component.name == "HashedCrossing":
            what = f"HashedCrossing crosses several inputs, and {_called(raw)} is prepared for itself"
            hint = "take it out; write a column into the table that holds both, and prepare that: [{Hashing: ...}]"
            raise self._builder.refusal(what, path, hint)
        if component.name != "TextVectorization" or given.get("output_mode", "int") != "int":
            return
        if given.get("ragged") or given.get("output_sequence_length") is None:
            what = "TextVectorization makes rows of different lengths of texts that are not equally long"
            hint = "give it output_sequence_length, such as 200: how many words to keep"
            raise self._builder.refusal(what, path, "take ragged out" if given.get("ragged") else hint)

    def _check_kind(self, raw: RawInput, component: Component, path: ConfigPath) -> None:
        """Refuse a layer for numbers where texts reach it, and the other way round."""
        has_texts = self._flows[raw.name].tensor.dtype == "string"
        wrong = _TAKES_NO_TEXTS if has_texts else _TAKES_TEXTS
        if component.name not in wrong:
            return
        takes, has = ("numbers", "text") if has_texts else ("texts", "numbers")
        what = f"{component.name} takes {takes}, and {_called(raw)} is {has}"
        hint = f"such as preprocess: [{_EXAMPLE}]" if has_texts else "such as preprocess: [Normalization]"
        if raw.is_column:
            example = _EXAMPLE if has_texts else "Normalization"
            hint = f"name columns: preprocess: {{{raw.name}: [{example}]}}; the others get what suits them"
        raise self._builder.refusal(what, path, hint)

    def _check_numbers(self, raw: RawInput, flow: Flow) -> None:
        if raw.is_column and flow.tensor.dtype == "string":
            what = f"the column {raw.name!r} is text, and its preprocessing makes no numbers of it"
            hint = f"put a layer there that does: preprocess: {{{raw.name}: [{_EXAMPLE}]}}; or leave the column out"
            raise self._builder.refusal(what, raw.path, hint)


def _called(raw: RawInput) -> str:
    if raw.is_column:
        return f"the column {raw.name!r}"
    return f"the input {raw.name!r}" if raw.name else "the data"


def _raw_inputs(experiment: Experiment, dataset: Dataset) -> list[RawInput]:
    config = experiment.dataset
    if dataset.columns is None:
        return [RawInput(name, name, False, *config.preprocessing_of(name)) for name in by_name(dataset.train.x)]
    return [
        RawInput(column, name, True, *config.preprocessing_of_column(column, name))
        for name, columns in dataset.columns.items()
        for column in columns
    ]


def _pieces(dataset: Dataset, name: str, dtype: str) -> Pieces:
    """Return what gives the training rows of an input, in the type that the model takes where that is not a float."""

    def pieces() -> Any:
        for piece in dataset.train.pieces():
            array = by_name(piece)[name]
            yield array.astype(np.int32) if dtype == "int32" and array.dtype.kind == "f" else array

    return pieces


def _dtype(raw: RawInput, rows: Array, dataset: Dataset, topology: Topology | None) -> str:
    """Return int32 for whole numbers that the first layers look something up by; others are for computing with."""
    if is_text(rows):
        return "string"
    first = [layer.name for layer in raw.components[:1]]
    if not first and topology is not None and not raw.is_column:
        first = [node.component.name for node in topology.takers(raw.name or ROWS)]
    is_whole = rows.dtype.kind in "iu" and raw.name not in dataset.images
    if raw.is_column and rows.dtype.kind == "f":
        is_whole = not np.mod(rows, 1).any()
    return "int32" if is_whole and first and set(first) <= _TAKES_NUMBERS_OF_THINGS else "float32"


def _made_here(layer: Any) -> Any:
    """Return a layer with its variables on all devices, if there are several: it was made for one of them.

    One that has learnt from the rows is the same for all of them, and stays as it is.
    """
    if not tf.distribute.has_strategy() or hasattr(layer, "adapt"):
        return layer
    drawn = random.getstate()  # seeds are drawn as layers are made, and those that follow are to be as on one device
    made = type(layer).from_config(layer.get_config())
    random.setstate(drawn)
    for mine, first in zip(made._seed_generators, layer._seed_generators, strict=True):
        mine.state.assign(first.state)
    return made
