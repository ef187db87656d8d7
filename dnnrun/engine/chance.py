"""The loss of a model that knows nothing: what an untrained one should begin near."""

from __future__ import annotations

import math

from dnnrun.config.outputs import Output
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset, Target

_FAR = 3.0  # times the loss of chance: first weights of Keras's give less on scaled inputs


def chance_loss(experiment: Experiment, dataset: Dataset) -> float | None:
    """Return the crossentropy when every class is held for equally probable, ln(classes); None for other losses.

    Of several outputs it is the weighted sum, as long as each of them has such a loss.
    """
    losses = [_of_output(output, dataset.targets[output.name]) for output in experiment.outputs]
    weights = [output.weight for output in experiment.outputs]
    known = [loss * weight for loss, weight in zip(losses, weights, strict=True) if loss is not None]
    return sum(known) if len(known) == len(losses) else None


def _of_output(output: Output, target: Target) -> float | None:
    name = output.loss.name.lower().replace("_", "")
    classes = len(target.class_names or ())
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
