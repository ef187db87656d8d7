"""What a run's evaluation says of each of its outputs, in one shape whether the model has one output or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.store import Run

SPLITS = {"test": "test rows", "validation": "validation rows", "training": "training rows"}
"""How the rows that a run was evaluated on are called."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How one class fared.

    Args:
        name: of the class.
        rows: that are of it.
        right: of these, how many were predicted to be.
        predicted: how many rows of any class were predicted to be of it.
        precision: the share of ``right`` among ``predicted``.
        recall: the share of ``right`` among ``rows``.
        f1: the harmonic mean of the two.
        taken_for: the other class that most of its rows were predicted to be, and how many; None if all were right.
    """

    name: str
    rows: int
    right: int
    predicted: int
    precision: float
    recall: float
    f1: float
    taken_for: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of one output.

    Args:
        output: its name; empty for the only one.
        classes: how each class fared; empty for a regression.
        errors: mean absolute error and the like; empty for a classification.
    """

    output: str
    classes: Sequence[ClassFigures]
    errors: Mapping[str, float | None]

    @property
    def subject(self) -> str:
        """What a sentence is about: the model, or one of its outputs."""
        return f"its output {self.output!r}" if self.output else "it"


def judged_outputs(run: Run) -> list[Judged]:
    """Return what the evaluation says of each output; nothing where there is no evaluation.

    Raises:
        RunError: evaluation.json is damaged.
    """
    evaluation = run.evaluation or {}
    by_output = evaluation.get("outputs") or {"": evaluation}
    return [
        Judged(name, _classes(found.get("classification") or {}), found.get("regression") or {})
        for name, found in by_output.items()
    ]


def absolute_errors(run: Run, output: str) -> np.ndarray[Any, Any] | None:
    """Return how far off the prediction of each evaluated row is, of all its columns; None where that is not kept.

    Raises:
        RunError: the predictions are damaged.
    """
    prefix = f"{output}/" if output else ""
    predicted, true = (run.predictions.get(f"{prefix}{what}") for what in ("predicted", "true"))
    if predicted is None or true is None or predicted.shape != true.shape or not len(true):
        return None
    off = np.abs(predicted.astype(float) - true.astype(float))
    errors: np.ndarray[Any, Any] = off.reshape(len(true), -1).mean(axis=1)
    return errors


def _classes(found: Mapping[str, Any]) -> list[ClassFigures]:
    names = found.get("classes") or []
    if not names:
        return []
    matrix = np.asarray(found["confusion_matrix"], dtype=int)
    figures = []
    for number, name in enumerate(names):
        wrong = matrix[number].copy()
        wrong[number] = 0
        mistaken = int(wrong.argmax())
        figures.append(
            ClassFigures(
                name=str(name),
                rows=int(matrix[number].sum()),
                right=int(matrix[number, number]),
                predicted=int(matrix[:, number].sum()),
                precision=float(found["precision"][number]),
                recall=float(found["recall"][number]),
                f1=float(found["f1"][number]),
                taken_for=(str(names[mistaken]), int(wrong[mistaken])) if wrong[mistaken] else None,
            )
        )
    return figures
