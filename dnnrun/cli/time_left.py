"""How long a training will go on, from the seconds that its steps and its validations have taken so far."""

from __future__ import annotations

import time
from collections.abc import Callable

_VALIDATION_GUESS = 0.1  # of an epoch's training time, until a validation has been seen


class TimeLeft:
    """Watches the steps of a training.

    The first look is left out of the speed: it falls on the tracing of the loop, which happens once.

    Args:
        total: training steps in all.
        steps: of them in an epoch.
        validates: whether a validation follows each epoch.
        now: the clock, in seconds.
    """

    def __init__(
        self, total: int, steps: int, *, validates: bool, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self.steps_done = 0
        self._total, self._steps, self._now = total, steps, now
        self._guess = _VALIDATION_GUESS if validates else 0.0
        self._seen_at = now()
        self._training = 0.0  # seconds, of the steps that were timed
        self._timed = 0
        self._validation = 0.0
        self._validations = 0.0  # how many, with a part for the one at hand
        self._is_first_test = True

    def stepped(self, done: int) -> None:
        """So many training steps have been taken in all."""
        seconds = self._lap()
        if self.steps_done:
            self._training += seconds
            self._timed += done - self.steps_done
        self.steps_done = done

    def validated(self, step: int, steps: int) -> None:
        """So many of the steps of a validation have been taken."""
        seconds = self._lap()
        if self._is_first_test:  # traced, too
            self._is_first_test = False
            return
        self._validation += seconds
        self._validations = int(self._validations) + step / steps if step < steps else int(self._validations) + 1

    def seconds_left(self) -> float | None:
        """Return how long the training will still take; None before two looks."""
        if not self._timed:
            return None
        a_step = self._training / self._timed
        epoch = a_step * self._steps
        validation = self._validation / self._validations if self._validations else self._guess * epoch
        epochs_left = -(-(self._total - self.steps_done) // self._steps)
        return a_step * (self._total - self.steps_done) + validation * epochs_left

    def _lap(self) -> float:
        now = self._now()
        seconds, self._seen_at = now - self._seen_at, now
        return seconds
