"""How the training rows reach Keras's ``fit``."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset


def training_rows(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the arguments of ``fit`` that say which rows an epoch visits.

    Without ``steps_per_epoch`` that is every row once. With it an epoch has so many steps, fewer or more than the rows
    give, and goes on where the one before ended: given arrays, ``fit`` would cut every other epoch short.
    """
    x, y = dataset.train.x, dataset.train.y
    if experiment.steps_per_epoch is None:
        return {"x": x, "y": y, "batch_size": experiment.batch_size, "shuffle": experiment.shuffle}
    rows = tf.data.Dataset.from_tensor_slices((x, y))
    if experiment.shuffle:
        rows = rows.shuffle(len(x), seed=experiment.seed, reshuffle_each_iteration=True)
    batches = rows.repeat().batch(experiment.batch_size)
    return {"x": batches, "steps_per_epoch": experiment.steps_per_epoch, "shuffle": False}
