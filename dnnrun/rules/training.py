"""Rules about how a model is trained: rates, batches, seeds, and how much it could learn by heart."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dnnrun.components import Component, ConfigPath
from dnnrun.config import catalog
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import Subject

_HIGHEST_OF_SGD = 1.0
_HIGHEST_OF_ADAPTIVE = 0.1
_ADAPTIVE = {"Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lion", "Lamb"}
_MOST_STEPS = 100_000
_WEIGHTS_A_ROW = 100
_REGULARIZING = {"Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization",
                 "SpatialDropout1D", "SpatialDropout2D", "BatchNormalization"}  # fmt: skip
_REGULARIZERS = ("kernel_regularizer", "activity_regularizer", "embeddings_regularizer")


def high_learning_rate(subject: Subject) -> Iterator[Finding]:
    """A learning rate with which hardly any training converges."""
    optimizer = subject.experiment.optimizer
    if optimizer is None:
        return
    name = next((known for known in ("SGD", *_ADAPTIVE) if catalog.is_same("optimizers", optimizer.name, known)), None)
    rate = optimizer.arguments.get("learning_rate")
    path: ConfigPath = ("optimizer", optimizer.name, "learning_rate")
    if isinstance(rate, Component):
        path = (*path, rate.name, "initial_learning_rate")
        rate = rate.arguments.get("initial_learning_rate")
    highest = _HIGHEST_OF_SGD if name == "SGD" else _HIGHEST_OF_ADAPTIVE
    if name and isinstance(rate, int | float) and not isinstance(rate, bool) and rate > highest:
        usual = "0.1 or 0.01" if name == "SGD" else "1e-3"
        yield Finding(f"a learning rate of {rate:g} for {name}", path, f"write learning_rate: {usual}")


def batch_beyond_rows(subject: Subject) -> Iterator[Finding]:
    """A batch that all training rows do not fill."""
    size, facts = subject.experiment.batch_size, subject.facts
    if facts and size > facts.rows["train"] > 0 and subject.estimator is None:
        rows = facts.rows["train"]
        what = f"a batch of {size:,} rows, and there are {rows:,} training rows: an epoch is one step"
        yield Finding(what, ("batch_size",), f"write batch_size: {min(32, max(1, rows // 10))}")


def endless_epoch(subject: Subject) -> Iterator[Finding]:
    """An epoch of very many steps."""
    experiment, facts = subject.experiment, subject.facts
    if subject.estimator is not None:
        return
    steps = experiment.steps_per_epoch or (math.ceil(facts.rows["train"] / experiment.batch_size) if facts else 0)
    if steps > _MOST_STEPS:
        key = "steps_per_epoch" if experiment.steps_per_epoch else "batch_size"
        edit = "write a larger batch_size" if key == "batch_size" else "write fewer steps_per_epoch"
        yield Finding(f"an epoch of {steps:,} steps, with nothing to be seen of it before its end", (key,), edit)


def learnt_by_heart(subject: Subject) -> Iterator[Finding]:
    """Far more weights than rows, and nothing that holds them back."""
    facts, weights = subject.facts, subject.weights
    if facts is None or weights is None or _is_regularized(subject):
        return
    rows = facts.rows["train"]
    if weights > _WEIGHTS_A_ROW * rows > 0:
        what = f"{weights:,} weights for {rows:,} training rows, and nothing that holds them back"
        edit = "add {Dropout: 0.3}, kernel_regularizer: {L2: 1e-4} or EarlyStopping, or take fewer units"
        yield Finding(what, ("model", "layers"), edit, of_key=True)


def seedless_determinism(subject: Subject) -> Iterator[Finding]:
    """The same bits every time asked for, from another seed every time."""
    if subject.experiment.seed is None and subject.experiment.deterministic:
        what = "deterministic: true asks for the same numbers every time, and seed: null draws others each time"
        yield Finding(what, ("seed",), "write seed: 42, or take deterministic out")


def _is_regularized(subject: Subject) -> bool:
    optimizer = subject.experiment.optimizer
    if optimizer is None or optimizer.arguments.get("weight_decay") or optimizer.name.lower() == "adamw":
        return True
    if any(True for _ in subject.callbacks("EarlyStopping")):
        return True
    return any(
        node.component.name in _REGULARIZING or any(node.component.arguments.get(name) for name in _REGULARIZERS)
        for node in subject.nodes
    )
