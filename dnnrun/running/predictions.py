"""What a model says about rows, in the terms of its run: classes by name, probabilities, or values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dnnrun.components import Component
from dnnrun.config.outputs import ONLY, Output
from dnnrun.data.dataset import Array, Target

_OF_PROBABILITIES = ("crossentropy", "divergence", "poisson")


@dataclass(frozen=True)
class Prediction:
    """What one output says about some rows.

    Args:
        numbers: of classes a probability or score for each, shape (rows, classes); else values, shape (rows, columns).
        class_numbers: the class of each row, shape (rows,); None for regression.
        class_names: of each class number; None for regression.
        are_probabilities: whether the numbers of a row add up to 1.
        effects: by how much it rests on each column of the row, shape (rows,), where that was asked for.
    """

    numbers: Array
    class_numbers: Array | None = None
    class_names: tuple[str, ...] | None = None
    are_probabilities: bool = False
    effects: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def repeated(self, count: int) -> Prediction:
        """Return the prediction of a single row as that of so many of it."""
        classes = None if self.class_numbers is None else np.repeat(self.class_numbers, count)
        return Prediction(np.repeat(self.numbers, count, axis=0), classes, self.class_names, self.are_probabilities)

    @property
    def labels(self) -> Array | None:
        """The name of the class of each row, shape (rows,); None for regression."""
        if self.class_numbers is None:
            return None
        return np.array(self.class_names)[self.class_numbers]

    @property
    def probabilities(self) -> Array | None:
        """The probability of each class, shape (rows, classes); None where the model gives none."""
        return self.numbers if self.are_probabilities else None

    @property
    def values(self) -> Array:
        """What is said, shape (rows,), or (rows, columns) of several values: labels of classes, else numbers."""
        labels = self.labels
        if labels is not None:
            return labels
        return self.numbers[:, 0] if self.numbers.ndim == 2 and self.numbers.shape[1] == 1 else self.numbers


def targets_of_record(record: Mapping[str, Any]) -> dict[str, Target]:
    """Return what each output of a run's model tells, by what run.json says."""
    facts = record.get("dataset") or {}
    tasks, classes = facts.get("task"), facts.get("classes")
    by_output = tasks if isinstance(tasks, Mapping) else {ONLY: tasks}
    names = classes if isinstance(tasks, Mapping) and isinstance(classes, Mapping) else {ONLY: classes}
    return {
        output: Target("classification" if task == "classification" else "regression", _named(names.get(output)))
        for output, task in by_output.items()
    }


def _named(names: Any) -> tuple[str, ...] | None:
    return tuple(map(str, names)) if names else None


def prediction_of(raw: Array, target: Target, output: Output, *, is_postprocessed: bool) -> Prediction:
    """Return what a network's numbers mean.

    Args:
        raw: as the model gives them, shape (rows, ...).
        target: what the output tells.
        output: by whose loss it was trained.
        is_postprocessed: whether the model ends with ``model.postprocess``, which makes probabilities of logits.
    """
    names = target.class_names
    if target.task != "classification" or names is None or raw.ndim != 2:
        return Prediction(raw)
    loss = output.loss
    are_logits = bool(loss.arguments.get("from_logits")) and not is_postprocessed
    if raw.shape[1] == 1 and len(names) == 2:
        return _of_two(raw[:, 0], names, loss, are_logits=are_logits)
    if raw.shape[1] < len(names):
        return Prediction(raw)
    are_probabilities = _gives_probabilities(loss) or is_postprocessed
    one_by_one = "binary" in loss.name.lower()  # each class is told from all others
    numbers = (_sigmoid(raw) if one_by_one else _softmax(raw)) if are_logits else raw
    all_names = (*names, *(f"class {number}" for number in range(len(names), raw.shape[1])))
    return Prediction(numbers, np.argmax(raw, axis=1), all_names, are_probabilities)


def _of_two(raw: Array, names: tuple[str, ...], loss: Component, *, are_logits: bool) -> Prediction:
    """Return the prediction of one number for two classes, which stands for the second."""
    if "hinge" in loss.name.lower():
        return Prediction(np.stack([-raw, raw], axis=1), (raw > 0).astype(np.int64), names)
    second = _sigmoid(raw) if are_logits else raw
    chosen = (raw > 0.0 if are_logits else raw > 0.5).astype(np.int64)
    return Prediction(np.stack([1 - second, second], axis=1), chosen, names, _gives_probabilities(loss))


def _gives_probabilities(loss: Component) -> bool:
    return any(word in loss.name.lower() for word in _OF_PROBABILITIES)


def _softmax(raw: Array) -> Array:
    from scipy.special import softmax  # noqa: PLC0415 - few need it

    return np.asarray(softmax(raw, axis=1))


def _sigmoid(raw: Array) -> Array:
    from scipy.special import expit  # noqa: PLC0415 - few need it

    return np.asarray(expit(raw))
