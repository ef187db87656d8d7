"""What a config leaves to its data, and what the data makes of it."""

from __future__ import annotations

from dnnrun.components import Component
from dnnrun.config.schema import Experiment

_IMAGE_PREPROCESSING = (Component("Rescaling", {"scale": 1 / 255}),)


def with_defaults(experiment: Experiment, *, is_image: bool) -> Experiment:
    """Return the config with the preprocessing of its rows, if it names none: pictures are rescaled to [0, 1]."""
    if experiment.dataset.preprocess is not None:
        return experiment
    layers = _IMAGE_PREPROCESSING if is_image else ()
    return experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": layers}))
