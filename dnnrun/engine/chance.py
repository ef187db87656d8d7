"""The loss of a model that knows nothing: what an untrained one should begin near."""

from __future__ import annotations

import math

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset

_FAR = 3.0  # times the loss of chance: first weights of Keras's give less on scaled inputs


def chance_loss(experiment: Experiment, dataset: Dataset) -> float | None:
    """Return the crossentropy when every class is held for equally probable, ln(classes); None for other losses."""
    name = experiment.loss.name.lower().replace("_", "")
    classes = len(dataset.class_names or ())
    if "crossentropy" not in name or classes < 2 or "focal" in name:
        return None
    return math.log(2 if "binary" in name else classes)


def far_from_chance(untrained: float, chance: float | None) -> str | None:
    """Return a warning where an untrained model is much worse than one that guesses, or None."""
    if chance is None or untrained <= _FAR * chance:
        return None
    return (
        f"the untrained model's loss is {untrained:.4g}, and chance gives {chance:.4g}: are the inputs scaled "
        "(preprocess: [Normalization]), and does the last layer fit the loss?"
    )
