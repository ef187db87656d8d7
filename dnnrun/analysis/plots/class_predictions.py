"""What a model said about rows of known classes, as the run keeps it: for several plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.errors import RunError
from dnnrun.store import Run

Array = np.ndarray[Any, Any]
_SUM_TOLERANCE = 1e-2  # 16-bit floats add up to 1 no better


@dataclass(frozen=True)
class ClassPredictions:
    """Rows that were judged.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        classes: the classes' names; of a number without a name, the number.
        true: class numbers, shape (n,).
        said: likewise, of what was predicted.
        outputs: of the model, shape (n, columns), or None.
        probabilities: of each class, shape (n, classes), or None where the model's output is no distribution.
    """

    run: str
    split: str
    classes: Sequence[str]
    true: Array
    said: Array
    outputs: Array | None
    probabilities: Array | None

    def name_of(self, number: int) -> str:
        """Return the name of a class."""
        return self.classes[number] if 0 <= number < len(self.classes) else str(number)


def gather_class_predictions(run: Run) -> ClassPredictions | None:
    """Return what was said about the rows of a run's evaluation; None where they are of no classes.

    Raises:
        RunError: the arrays do not fit together.
    """
    arrays = run.predictions
    if "true" not in arrays or "predicted_class" not in arrays:
        return None
    true, said = arrays["true"].reshape(-1), arrays["predicted_class"].reshape(-1)
    outputs = arrays.get("predicted")
    outputs = outputs if outputs is not None and outputs.ndim == 2 else None
    if len(true) != len(said) or (outputs is not None and len(outputs) != len(true)):
        raise RunError(f"there are {len(said)} predictions of {len(true)} rows")
    evaluation = run.evaluation or {}
    classes = [str(name) for name in (evaluation.get("classification") or {}).get("classes") or ()]
    split = str(evaluation.get("split", "test"))
    return ClassPredictions(run.name, split, classes, true, said, outputs, _probabilities(outputs, said))


def _probabilities(outputs: Array | None, said: Array) -> Array | None:
    """Return the outputs as a distribution over the classes in each row, if that is what they are.

    A single column is the probability of the second class where this was predicted from a half on; with a hinge loss
    or logits it was from zero on.
    """
    if outputs is None or not len(outputs) or not np.all((outputs >= 0) & (outputs <= 1 + 1e-6)):
        return None
    if outputs.shape[1] == 1:
        second = outputs[:, 0]
        return np.stack([1 - second, second], axis=1) if np.array_equal(second > 0.5, said == 1) else None
    return outputs if np.allclose(outputs.sum(axis=1), 1, atol=_SUM_TOLERANCE) else None


@dataclass(frozen=True)
class TwoClasses:
    """Rows of two classes with a score each, the higher the surer of the second, which is called positive.

    Args:
        run: the run's name.
        split: which rows.
        positive: the name of the second class.
        is_positive: shape (n,), bool.
        scores: shape (n,), float64; rows without a finite score are left out.
        said_positive: what was predicted, shape (n,), bool.
    """

    run: str
    split: str
    positive: str
    is_positive: Array
    scores: Array
    said_positive: Array


def gather_two_classes(run: Run) -> TwoClasses | None:
    """Return the rows of an evaluation by two classes; None for others, and where all rows are of one class.

    Raises:
        RunError: the arrays do not fit together.
    """
    found = gather_class_predictions(run)
    if found is None or found.outputs is None or len(found.classes) != 2:
        return None
    columns = found.outputs.astype(np.float64)
    if columns.shape[1] > 2:
        return None
    scores = columns[:, 0] if columns.shape[1] == 1 else columns[:, 1] - columns[:, 0]
    finite = np.isfinite(scores)
    is_positive, said = found.true[finite] == 1, found.said[finite] == 1
    if not is_positive.any() or is_positive.all():
        return None
    return TwoClasses(found.run, found.split, found.name_of(1), is_positive, scores[finite], said)
