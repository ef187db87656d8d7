"""How many threads TensorFlow is to compute with on a CPU: decided before it starts, from the config and the data.

A step of a small dense net is over in less time than several threads take to agree on who does what; convolutions,
recurrent layers and embeddings are large enough for every core. ``make bench`` has the measurements behind the limit.
"""

from __future__ import annotations

import math

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset

ALL = 0  # TensorFlow's word for as many as there are cores
_LIMIT = 2e8  # multiplications a step, up to which one thread is faster
_CHEAP = {
    "Activation", "ActivityRegularization", "BatchNormalization", "Discretization", "Dropout", "ELU", "Flatten",
    "GaussianDropout", "GaussianNoise", "LayerNormalization", "LeakyReLU", "Normalization", "PReLU", "ReLU",
    "Rescaling", "Reshape", "Softmax", "UnitNormalization",
}  # fmt: skip


def choose_threads(experiment: Experiment, dataset: Dataset) -> int:
    """Return the number of threads that the config asks for, or that suits the model; `ALL` for every core."""
    if experiment.threads != "auto":
        return experiment.threads
    work = _multiplications(experiment, dataset)
    return 1 if work is not None and work <= _LIMIT else ALL


def _multiplications(experiment: Experiment, dataset: Dataset) -> float | None:
    """Return how many multiplications a training step of a dense stack takes; None for any other model."""
    model = experiment.model
    if isinstance(model, Component):
        return None
    width, weights = math.prod(dataset.input_shape), 0
    for layer in (*(experiment.dataset.preprocess or ()), *model.layers):
        if layer.name == "Dense" and isinstance(layer.arguments.get("units"), int):
            weights += width * layer.arguments["units"]
            width = layer.arguments["units"]
        elif layer.name not in _CHEAP:
            return None
    return 3.0 * weights * experiment.batch_size  # forward, and twice as much backward
