"""What the engine tells whoever watches: a screen, a notebook, a test.

It needs no TensorFlow, so that a command may import it for its types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnrun.errors import Problem


@dataclass(frozen=True)
class Plan:
    """What is about to be trained, once the model is built and the run directory is claimed.

    Args:
        run: the run directory.
        log: the file that takes the log.
        name: the run's name.
        description: the config's own sentence.
        data: the facts of the dataset, as run.json keeps them.
        layers: what each layer is called, and the shape that it gives, without the batch.
        is_stack: whether each layer takes what the one before it gives, and nothing else.
        parameters: how many numbers the model has.
        device: what computes, in words.
        epochs: how many are planned.
        steps: steps an epoch.
        batch_size: rows a step.
        seed: the seed of the run.
        untrained_loss: of the model before the first step, on a batch of rows from all over the training rows.
        chance_loss: what a model that knows nothing scores, or None where that is not known.
        epochs_done: how many epochs a run that is resumed has finished.
    """

    run: Path
    log: Path
    name: str
    description: str
    data: Mapping[str, Any]
    layers: tuple[tuple[str, tuple[int | None, ...]], ...]
    is_stack: bool
    parameters: int
    device: str
    epochs: int
    steps: int
    batch_size: int
    seed: int
    untrained_loss: float
    chance_loss: float | None = None
    epochs_done: int = 0


@dataclass(frozen=True)
class FitPlan:
    """What is about to be fitted in one go, once the run directory is claimed.

    Args:
        run: the run directory.
        log: the file that takes the log.
        name: the run's name.
        description: the config's own sentence.
        data: the facts of the dataset, as run.json keeps them.
        model: the estimator with its arguments, as scikit-learn writes it.
        seed: the seed of the run.
    """

    run: Path
    log: Path
    name: str
    description: str
    data: Mapping[str, Any]
    model: str
    seed: int


class Observer:
    """Does nothing at every moment of a run; override what you want to see."""

    def preparing(self, what: str) -> None:
        """Something that takes a moment has begun, such as starting TensorFlow."""

    def downloading(self, file: str, done: int, total: int | None) -> None:
        """So many of a file's bytes have been downloaded; ``total`` is None where the server does not say."""

    def waiting(self, text: str) -> None:
        """This process waits for another one, which the text names."""

    def started(self, plan: Plan) -> None:
        """The run directory is claimed and training begins."""

    def fitting(self, plan: FitPlan) -> None:
        """The run directory is claimed, and an estimator is being fitted: there is one epoch, which has no steps."""

    def stepped(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Steps have been taken, the last of them ``step``: about ten times a second, and at the end of an epoch.

        Both count from 1; ``logs`` are the means over the epoch so far.
        """

    def validated(self, step: int, steps: int) -> None:
        """So many of the steps of a validation are done, likewise."""

    def epoch_ended(self, row: Mapping[str, float]) -> None:
        """An epoch has ended and its row is on disk."""

    def stopping(self) -> None:
        """Somebody asked for an end, which comes with the step at hand."""

    def warned(self, text: str) -> None:
        """Keras, TensorFlow or a callback warned of something."""

    def found(self, problem: Problem) -> None:
        """Something in the config may not be what is meant, and nothing is stopped by it."""
