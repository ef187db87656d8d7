"""What evaluation.json says, checked once, so that no rule stumbles over a damaged file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.errors import RunError

Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class ClassFigures:
    """How the rows of each class were judged.

    Args:
        output: the output's name; empty for the only one.
        classes: their names.
        matrix: how many rows of each true class (row) were taken for each class (column).
    """

    output: str
    classes: Sequence[str]
    matrix: Counts


@dataclass(frozen=True)
class ErrorFigures:
    """How far numbers were off.

    Args:
        output: the output's name; empty for the only one.
        r2: the coefficient of determination; NaN where it is not known.
        rmse: the root mean squared error.
    """

    output: str
    r2: float
    rmse: float


@dataclass(frozen=True)
class Judgement:
    """The evaluation of a run.

    Args:
        split: the rows it was made on: test, validation or training.
        rows: how many.
        metrics: by name, those that are finite.
        guess: what a trivial guess is, in words; empty where there is none.
        guessed: the metrics of the trivial guess.
        classes: figures of each output with classes.
        errors: figures of each output with numbers.
    """

    split: str
    rows: int
    metrics: Mapping[str, float]
    guess: str
    guessed: Mapping[str, float]
    classes: Sequence[ClassFigures]
    errors: Sequence[ErrorFigures]


def read_judgement(evaluation: Mapping[str, Any]) -> Judgement:
    """Return what an evaluation says.

    Raises:
        RunError: it is damaged.
    """
    try:
        trivial = evaluation.get("trivial") or {}
        outputs = evaluation.get("outputs")
        of_outputs = outputs.items() if isinstance(outputs, Mapping) else [("", evaluation)]
        return Judgement(
            split=str(evaluation.get("split", "")),
            rows=_count(evaluation.get("rows") or 0),
            metrics=_finite(evaluation.get("metrics") or {}),
            guess=str(trivial.get("guess") or ""),
            guessed=_finite(trivial.get("metrics") or {}),
            classes=[figures for name, found in of_outputs for figures in _classes(name, found)],
            errors=[figures for name, found in of_outputs for figures in _errors(name, found)],
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise RunError("evaluation.json: holds figures that cannot be read") from None


def _count(rows: Any) -> int:
    if not 0 <= int(rows) < 2**53:
        raise ValueError(f"{rows} rows")
    return int(rows)


def _finite(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items() if value is not None and math.isfinite(value)}


def _classes(output: str, found: Mapping[str, Any]) -> Iterator[ClassFigures]:
    figures = found.get("classification")
    if figures:
        names, matrix = list(map(str, figures["classes"])), np.asarray(figures["confusion_matrix"], dtype=np.int64)
        if matrix.shape != (len(names), len(names)):
            raise ValueError(f"a confusion matrix of shape {matrix.shape} for {len(names)} classes")
        yield ClassFigures(output, names, matrix)


def _errors(output: str, found: Mapping[str, Any]) -> Iterator[ErrorFigures]:
    figures = found.get("regression")
    if figures:
        r2 = figures.get("r2")
        yield ErrorFigures(output, math.nan if r2 is None else float(r2), float(figures["rmse"]))
