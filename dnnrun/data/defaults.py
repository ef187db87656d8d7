"""What a config leaves to its data, and what the data makes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from dnnrun.components import Component
from dnnrun.config.graph import unknown_inputs
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.errors import ConfigError

_IMAGE_PREPROCESSING = (Component("Rescaling", {"scale": 1 / 255}),)


def with_defaults(experiment: Experiment, *, inputs: Sequence[str], images: Collection[str]) -> Experiment:
    """Return the config with the preprocessing of its rows, if it names none: pictures are rescaled to [0, 1].

    Args:
        experiment: the config.
        inputs: what its layers call the data's inputs.
        images: which of them are pictures; `ONLY` for one that has no name.

    Raises:
        ConfigError: it names preprocessing of inputs that the data does not have.
    """
    if experiment.dataset.preprocess is not None:
        problems = list(unknown_inputs(experiment.dataset.preprocess, inputs, experiment.place))
        if problems:
            raise ConfigError(*problems)
        return experiment
    layers: Any = _IMAGE_PREPROCESSING if ONLY in images else ()
    if images and ONLY not in images:
        layers = {name: _IMAGE_PREPROCESSING if name in images else () for name in inputs}
    return experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": layers}))
