"""The graph of a whole config: the inputs that its data has, the layers, and the outputs that its loss names.

`check_graph` finds everything wrong with it in a raw document; `topology_of` gives the graph of a config that is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from dnnrun.components import Component, ConfigPath, Kind
from dnnrun.config.fields import parse_component
from dnnrun.config.outputs import is_by_name, is_by_output
from dnnrun.config.reader import Document
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.config.topology import DataInputs, Topology, names_of
from dnnrun.config.wiring import Placing, read_topology
from dnnrun.errors import ConfigError, Problem, suggest

_INPUTS: ConfigPath = ("dataset", "inputs")
_PREPROCESS: ConfigPath = ("dataset", "preprocess")
_WITHOUT_COLUMNS = {"mnist", "fashion_mnist", "npz", "npy", "images", "text", "tfrecord"}
_OF_EACH_OUTPUT = "loss: {NAME: mse, OTHER: mse}, with the names of the layers that are outputs"


def topology_of(experiment: Experiment, inputs: tuple[str, ...] | None = None) -> Topology:
    """Return the graph that the layers of a config make.

    Args:
        experiment: its model is a list of layers.
        inputs: the names of the data's inputs, once they are known.

    Raises:
        ConfigError: it is no graph, which of a config from a file only the data can show.
    """
    if not isinstance(experiment.model, ModelConfig):
        raise TypeError("a model from a function has no list of layers")
    data = _data_inputs(experiment.dataset.inputs, experiment.dataset.source)
    data = replace(data, names=inputs or data.names)
    outputs = list(experiment.loss) if isinstance(experiment.loss, dict) else None
    topology, problems = read_topology(experiment.model.layers, data, outputs, experiment.place)
    if problems:
        raise ConfigError(*problems)
    return topology


def check_graph(document: Document) -> list[Problem]:
    """Return a problem for everything in a raw config that makes no graph, as far as it is in the notation."""
    config = document.value if isinstance(document.value, dict) else {}
    dataset, model = config.get("dataset"), config.get("model")
    raw = dataset if isinstance(dataset, dict) else {"source": dataset}
    data = _data_inputs(raw.get("inputs"), _component(raw.get("source"), "sources"))
    listed = model["layers"] if isinstance(model, dict) and "layers" in model else []
    layers = [_component(item, "layers") for item in listed] if isinstance(listed, list) else []
    loss: Any = config.get("loss")
    outputs = [str(name) for name in loss] if is_by_output(loss, names_of(layers)) else None
    problems = list(_check_by_output(config, outputs, document.place))
    problems += unknown_inputs(raw.get("preprocess"), _can_be_prepared(raw, data), document.place)
    if layers:
        problems += read_topology(layers, data, outputs, document.place)[1]
    elif outputs and (isinstance(model, str) or (isinstance(model, dict) and "layers" not in model)):
        what = "the loss names outputs, and a model that a function makes has one output"
        problems.append(Problem(what, document.place(("loss",)), "give one loss, or write the layers as a list"))
    return problems


def _can_be_prepared(dataset: Mapping[str, Any], data: DataInputs) -> Sequence[str] | None:
    """Return what may have preprocessing of its own, inputs and columns of a table; None where the data has to tell."""
    divided = dataset.get("inputs")
    if isinstance(divided, Mapping):
        listed = [columns if isinstance(columns, list) else [columns] for columns in divided.values()]
        return [*(data.names or ()), *(str(column) for columns in listed for column in columns)]
    source = _component(dataset.get("source"), "sources")
    return data.names if source is not None and source.name in _WITHOUT_COLUMNS else None


def unknown_inputs(preprocess: Any, names: Sequence[str] | None, place: Placing) -> Iterator[Problem]:
    """Yield a problem for each input with preprocessing of its own that the data does not have.

    Args:
        preprocess: the value of ``dataset.preprocess``, raw or parsed.
        names: the data's inputs, or None where they are not known yet.
        place: finds the lines.
    """
    if names is not None and is_by_name(preprocess, "layers"):
        yield from _unknown(preprocess, names, _PREPROCESS, "input or column of the data", place)


def _data_inputs(inputs: Any, source: Component | None) -> DataInputs:
    """Return what is known of the data's inputs before it is read."""
    if isinstance(inputs, Mapping) and inputs:
        return DataInputs(tuple(map(str, inputs)), _INPUTS)
    path = ("dataset", "source")
    if source is None or source.is_import_path:
        return DataInputs(None, path)
    arrays = source.arguments.get("x_train")
    if isinstance(arrays, Mapping) and arrays:
        return DataInputs(tuple(map(str, arrays)), (*path, source.name, "x_train"))
    return DataInputs(path=path)


def _check_by_output(config: Mapping[str, Any], outputs: Sequence[str] | None, place: Placing) -> Iterator[Problem]:
    """Yield what does not belong to any output: metrics and loss weights where the loss has no name for it."""
    metrics, weights = config.get("metrics"), config.get("loss_weights")
    if outputs is None:
        if is_by_name(metrics, "metrics") and "loss" in config:
            what = "metrics gives names of outputs, and the loss does not"
            hint = "write the metrics as a list: metrics: [mae]\nor give each output a loss: "
            yield Problem(what, place(("metrics",), of_key=True), hint + _OF_EACH_OUTPUT)
        if weights is not None and "loss" in config:
            what = "loss_weights weighs the losses of several outputs, and there is one loss"
            yield Problem(what, place(("loss_weights",), of_key=True), f"take it out, or give each: {_OF_EACH_OUTPUT}")
        return
    if isinstance(metrics, list) and metrics:
        example = ", ".join(f"{name}: [...]" for name in outputs)
        what = "the loss names outputs, so the metrics need a name too"
        yield Problem(what, place(("metrics",), of_key=True), f"write a list for each: metrics: {{{example}}}")
    for key, named in (("metrics", metrics), ("loss_weights", weights)):
        yield from _unknown(named if isinstance(named, dict) else (), outputs, (key,), "output with a loss", place)
    for name in outputs:
        if name.partition("_")[0] == "val":
            what = f"an output cannot be named {name!r}: the names of its figures would be those of the validation's"
            yield Problem(what, place(("loss", name), of_key=True), "give the layer another name")


def _unknown(
    named: Iterable[Any], known: Sequence[str], path: ConfigPath, one: str, place: Placing
) -> Iterator[Problem]:
    for name in named:
        if name not in known:
            hint = f"{suggest(str(name), known)}\nthere {'are' if len(known) > 1 else 'is'}: {', '.join(known)}".strip()
            yield Problem(f"{path[-1]} names {name!r}, which is no {one}", place((*path, name), of_key=True), hint)


def _component(raw: Any, kind: Kind) -> Component | None:
    try:
        return parse_component(raw, kind)
    except PydanticCustomError:
        return None
