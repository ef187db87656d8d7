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
from dnnrun.data.dataset import Dataset

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
    widths: dict[int | str, int] = {name or ROWS: math.prod(shape) for name, shape in dataset.input_shapes.items()}
    if any(layer.name not in _CHEAP for name in dataset.input_shapes for layer in _preprocessing(experiment, name)):
        return None
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


def _preprocessing(experiment: Experiment, name: str) -> tuple[Component, ...]:
    return experiment.dataset.preprocessing_of(name)[0]
