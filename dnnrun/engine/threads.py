"""How many threads TensorFlow is to compute with on a CPU: decided before it starts, from the config and the data.

A step of a small dense net is over in less time than several threads take to agree on who does what; convolutions,
recurrent layers and embeddings are large enough for every core. ``make bench`` has the measurements behind the limit.
"""

from __future__ import annotations

import math

from dnnrun.components import Component
from dnnrun.config.graph import topology_of
from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS
from dnnrun.data.dataset import Dataset, by_name

ALL = 0  # TensorFlow's word for as many as there are cores
_LIMIT = 2e8  # multiplications a step, up to which one thread is faster
_CHEAP = {
    "Activation", "ActivityRegularization", "Add", "Average", "BatchNormalization", "Discretization",
    "Dropout", "ELU", "Flatten", "GaussianDropout", "GaussianNoise", "LayerNormalization", "LeakyReLU",
    "Maximum", "Minimum", "Multiply", "Normalization", "PReLU", "ReLU", "Rescaling", "Reshape", "Softmax",
    "Subtract", "UnitNormalization",
}  # fmt: skip


def choose_threads(experiment: Experiment, dataset: Dataset) -> int:
    """Return the number of threads that the config asks for, or that suits the model; `ALL` for every core."""
    if experiment.threads != "auto":
        return experiment.threads
    work = _multiplications(experiment, dataset)
    return 1 if work is not None and work <= _LIMIT else ALL


def _multiplications(experiment: Experiment, dataset: Dataset) -> float | None:
    """Return how many multiplications a training step of a dense net takes; None for any other model."""
    model = experiment.model
    if isinstance(model, Component):
        return None
    given = _widths(experiment, dataset)
    if given is None:
        return None
    widths: dict[int | str, int] = dict(given.items())
    weights = 0
    for node in topology_of(experiment, dataset.inputs).nodes:
        layer, taken = node.component, [widths[source] for source in node.takes]
        if layer.name == "Dense" and isinstance(layer.arguments.get("units"), int):
            widths[node.position] = layer.arguments["units"]
            weights += taken[0] * widths[node.position]
        elif layer.name == "Concatenate":
            widths[node.position] = sum(taken)
        elif layer.name in _CHEAP:
            widths[node.position] = taken[0]
        else:
            return None
    return 3.0 * weights * experiment.batch_size  # forward, and twice as much backward


def _widths(experiment: Experiment, dataset: Dataset) -> dict[str, int] | None:
    """Return how many numbers a row each input has behind its preprocessing, or None where that is not known."""
    config, shapes = experiment.dataset, dataset.input_shapes
    if dataset.columns is None:
        layers = [layer for name in shapes for layer in config.preprocessing_of(name)[0]]
        is_known = all(layer.name in _CHEAP for layer in layers) and not dataset.texts
        return {name or ROWS: math.prod(shape) for name, shape in shapes.items()} if is_known else None
    widths: dict[str, int] = {}
    for name, columns in dataset.columns.items():
        of_columns = [
            _width_of_column(config.preprocessing_of_column(each, name)[0], each, dataset) for each in columns
        ]
        if None in of_columns:
            return None
        widths[name or ROWS] = sum(width for width in of_columns if width is not None)
    return widths


def _width_of_column(layers: tuple[Component, ...], column: str, dataset: Dataset) -> int | None:
    if all(layer.name in _CHEAP for layer in layers):
        return 1
    is_one_hot = [layer.name for layer in layers] == ["StringLookup"] and "output_mode" in layers[0].arguments
    return len(set(by_name(dataset.train.x)[column].ravel().tolist())) + 1 if is_one_hot else None
