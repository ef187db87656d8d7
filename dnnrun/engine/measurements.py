"""Keras's logs as plain numbers: the losses first, and a metric of several values as several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

# Names that the history has for itself; a metric of such a name would take the column's place.
RESERVED = ("epoch", "loss", "learning_rate", "seconds")


def loss_of_one_device(loss: Any) -> float:
    """Return what a Keras loss gives as it would be without a strategy, whose part for one replica Keras computes."""
    return float(loss) * float(tf.distribute.get_strategy().num_replicas_in_sync)


def numbers_of(logs: Mapping[str, Any]) -> dict[str, float]:
    """Return every metric as one number under its name, or as ``name_0``, ``name_1``, ... where it has one a class.

    Keras sorts by name; a person looks for the loss first, of several outputs for their sum. What is no number is left
    out.
    """
    numbers: dict[str, float] = {}
    for name, value in logs.items():
        array = np.asarray(value)
        if array.dtype.kind not in "iufb":
            continue
        if array.ndim == 0:
            numbers[name] = float(array)
        else:
            numbers |= {f"{name}_{index}": float(each) for index, each in enumerate(array.reshape(-1))}
    return {name: numbers[name] for name in sorted(numbers, key=_rank)}


def _rank(name: str) -> tuple[bool, bool, bool]:
    return name.startswith("val_"), not name.endswith("loss"), name not in {"loss", "val_loss"}
