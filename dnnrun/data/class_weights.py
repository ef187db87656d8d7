"""The weight of each class in the loss, by the class numbers that the data gave the labels."""

from __future__ import annotations

import numpy as np

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.errors import ConfigError, Problem


def class_weights(experiment: Experiment, dataset: Dataset) -> dict[int, float] | None:
    """Return the weight of every class by its number, 1 where the config names none; None where it gives none at all.

    A key is a class's name or, where no class is named by a number, its number. ``balanced`` gives each class the same
    sum of weights among the training rows, as scikit-learn's ``compute_class_weight`` does: rows / (classes * rows of
    the class); one without rows has 1, and is not counted.

    Raises:
        ConfigError: a key that is no class, two keys for one class, or several outputs.
    """
    if experiment.class_weight is None:
        return None
    if dataset.has_outputs:
        what = "class_weight is for one output, and the loss names outputs"
        where = experiment.place(("class_weight",), of_key=True)
        raise ConfigError(Problem(what, where, "take it out; loss_weights weighs the outputs against one another"))
    if isinstance(experiment.class_weight, str):
        return _balanced(experiment, dataset)
    names = dataset.class_names or ()
    weights: dict[int, float] = {}
    for key, weight in experiment.class_weight.items():
        number = _class_number(key, dataset)
        if number is None or number in weights:
            known = ", ".join(names[:12])
            fault = "is not a class" if number is None else "is a class that has a weight already"
            raise ConfigError(
                Problem(
                    f"class_weight names {key!r}, which {fault}",
                    experiment.place(("class_weight", key), of_key=True),
                    f"classes: {known}" if known else "class_weight is for classification, and this is regression",
                )
            )
        weights[number] = weight
    return {number: weights.get(number, 1.0) for number in range(len(names))}


def _balanced(experiment: Experiment, dataset: Dataset) -> dict[int, float]:
    if not dataset.class_names:
        what = "class_weight is for classification, and this is regression"
        raise ConfigError(Problem(what, experiment.place(("class_weight",)), "take it out"))
    counts = np.bincount(dataset.train.class_numbers, minlength=len(dataset.class_names))
    there = int((counts > 0).sum())
    return {number: len(dataset.train) / (there * int(count)) if count else 1.0 for number, count in enumerate(counts)}


def _class_number(key: int | str, dataset: Dataset) -> int | None:
    names = dataset.class_names or ()
    if str(key) in names:
        return names.index(str(key))
    if isinstance(key, int) and 0 <= key < len(names) and not any(name.lstrip("-").isdecimal() for name in names):
        return key
    return None
