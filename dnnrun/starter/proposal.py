"""From the facts about a table to all that a config for it decides: a pure function, without a word about why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.starter.columns import is_text
from dnnrun.starter.profile import Label, TableFacts
from dnnrun.starter.sizes import Size, hidden_units, parameters_of, size_for, splits_of
from dnnrun.starter.task import Decision, Task

UNEVEN = 1.5
"""Where the commonest class has so many times the rows of the rarest, accuracy alone says too little."""
OUT_OF_BALANCE = 5.0
"""Where it has so many times the rows, the classes are weighted."""
_LEAST_TO_STRATIFY = 3  # rows of the rarest class, so that it can be divided twice
_DIGITS = 4
_MOST_FREQUENT, _MEDIAN = "most_frequent", "median"


@dataclass(frozen=True, slots=True)
class Splits:
    """How many rows are for what."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a config for a table says.

    Args:
        facts: about the table.
        decision: what is predicted.
        left_out: the columns that are not learnt from, each with the reason.
        features: the columns that are.
        texts: those of them that are text.
        impute: how the gaps of those that have some are filled, by column.
        size: what goes with the number of rows.
        splits: how the rows are divided.
        stratify: whether every class can be as frequent in each split as in all rows.
        imbalance: how many times the rows of the rarest class the commonest has; 1 for regression.
        one_hot: whether labels are vectors, which Keras's F1 score asks for.
        hidden: units of the hidden layers.
        outputs: numbers that the model gives for a row.
        loss: what is minimised.
        metrics: what is measured besides.
        class_weight: by the class; empty where all weigh the same.
        scale: what the output is multiplied by, for regression.
        offset: what is added to it.
    """

    facts: TableFacts
    decision: Decision
    left_out: Mapping[str, str]
    features: tuple[str, ...]
    texts: tuple[str, ...]
    impute: Mapping[str, str]
    size: Size
    splits: Splits
    stratify: bool
    imbalance: float
    one_hot: bool
    hidden: tuple[int, ...]
    outputs: int
    loss: str
    metrics: tuple[str | dict[str, Any], ...]
    class_weight: Mapping[Label, float]
    scale: float
    offset: float

    @property
    def is_for_classes(self) -> bool:
        """Whether classes are told apart, rather than a number predicted."""
        return self.decision.task is not Task.regression

    @property
    def parameters(self) -> int:
        """How many numbers the model learns."""
        return parameters_of(self._width, self.hidden, self.outputs)

    @property
    def _width(self) -> int:
        """How many numbers a row has once it is prepared: a text is one of those that there are, or of none of them."""
        different = {column.name: column.distinct for column in self.facts.columns}
        return sum(different[name] + 1 if name in self.texts else 1 for name in self.features)


def propose(facts: TableFacts, decision: Decision, left_out: Mapping[str, str]) -> Proposal:
    """Return a config that trains on a table.

    Args:
        facts: about the table, which has at least `sizes.LEAST_ROWS` rows.
        decision: what is to be predicted.
        left_out: columns that are not to be learnt from, each with the reason.
    """
    task, target = decision.task, facts.target
    size = size_for(facts.rows)
    splits = Splits(*splits_of(facts.rows, size))
    counts = {} if task is Task.regression else target.counts
    imbalance = max(counts.values()) / min(counts.values()) if counts else 1.0
    one_hot = task is Task.multiclass and imbalance > UNEVEN
    outputs = target.distinct if task is Task.multiclass else 1
    features = [column for column in facts.columns if column.name not in left_out]
    return Proposal(
        facts=facts,
        decision=decision,
        left_out=left_out,
        features=tuple(column.name for column in features),
        texts=tuple(column.name for column in features if is_text(column)),
        impute={column.name: _MOST_FREQUENT if is_text(column) else _MEDIAN for column in features if column.missing},
        size=size,
        splits=splits,
        stratify=bool(counts) and _can_stratify(counts, splits),
        imbalance=imbalance,
        one_hot=one_hot,
        hidden=hidden_units(size, outputs),
        outputs=outputs,
        loss=_loss(task, one_hot=one_hot),
        metrics=_metrics(task, imbalance),
        class_weight=_weights(counts, facts.rows) if imbalance > OUT_OF_BALANCE else {},
        scale=_rounded(target.deviation, target.deviation),
        offset=_rounded(target.mean, target.deviation),
    )


def _can_stratify(counts: Mapping[Label, int], splits: Splits) -> bool:
    """Whether every class has rows enough for each of three splits."""
    return min(counts.values()) >= _LEAST_TO_STRATIFY and min(splits.validation, splits.test) >= len(counts)


def _loss(task: Task, *, one_hot: bool) -> str:
    if task is Task.multiclass:
        return "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    return "binary_crossentropy" if task is Task.binary else "mean_squared_error"


def _metrics(task: Task, imbalance: float) -> tuple[str | dict[str, Any], ...]:
    if task is Task.regression:
        return ("mean_absolute_error",)
    if imbalance <= UNEVEN:
        return ("accuracy",)
    return ("accuracy", "AUC" if task is Task.binary else {"F1Score": {"average": "macro"}})


def _weights(counts: Mapping[Label, int], rows: int) -> dict[Label, float]:
    """Return weights by which all classes count alike, and an average row counts 1."""
    weights = {label: rows / (len(counts) * count) for label, count in counts.items()}
    return {label: _rounded(weight, weight) for label, weight in weights.items()}


def _rounded(number: float, unit: float) -> float:
    """Return a number with as many digits as tell units apart, and a few more."""
    if not (math.isfinite(number) and unit > 0):
        return number
    return round(number, _DIGITS - 1 - math.floor(math.log10(unit)))
