"""How long a training will go on, from the seconds that its steps and its validations have taken so far."""

from __future__ import annotations

import time
from collections.abc import Callable

_ENOUGH = 0.5  # of a validation, to tell what one takes: the end of one, short as it is, has costs of its own


class TimeLeft:
    """Watches the steps of a training.

    The first look is left out of the speed: it falls on the tracing of the loop, which happens once.

    Args:
        total: training steps in all.
        steps: of them in an epoch.
        validation: how long one probably takes, as a share of an epoch's steps; counted once one has been seen.
        now: the clock, in seconds.
    """

    def __init__(
        self, total: int, steps: int, *, validation: float, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self.steps_done = 0
        self._total, self._steps, self._now = total, steps, now
        self._guess = validation
        self._seen_at = now()
        self._training = 0.0  # seconds, of the steps that were timed
        self._timed = 0
        self._validation = 0.0  # seconds, of the parts of validations that were timed
        self._validation_timed = 0.0
        self._validations = 0.0  # that have been made, with a part for the one at hand

    def stepped(self, done: int) -> None:
        """So many training steps have been taken in all."""
        seconds = self._lap()
        if self.steps_done:
            self._training += seconds
            self._timed += done - self.steps_done
        self.steps_done = done

    def validated(self, step: int, steps: int) -> None:
        """So many of the steps of a validation have been taken."""
        seconds, before = self._lap(), self._validations
        self._validations = int(before) + step / steps
        if before:  # the first look falls on a tracing, too
            self._validation += seconds
            self._validation_timed += self._validations - before

    def seconds_left(self) -> float | None:
        """Return how long the training will still take; None before two looks."""
        if not self._timed:
            return None
        a_step = self._training / self._timed
        a_validation = self._guess * a_step * self._steps
        if self._validation_timed >= _ENOUGH:
            a_validation = self._validation / self._validation_timed
        validations_left = self._total / self._steps - self._validations if self._guess else 0.0
        return a_step * (self._total - self.steps_done) + a_validation * validations_left

    def _lap(self) -> float:
        now = self._now()
        seconds, self._seen_at = now - self._seen_at, now
        return seconds
