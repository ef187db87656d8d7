"""How many steps to take before looking up: often enough for a moving bar and Ctrl-C, seldom enough to cost nothing."""

from __future__ import annotations

_SECONDS = 0.1  # between two looks: ten a second
_FASTEST_GROWTH = 8  # the first steps, which trace the loop and warm the caches, say little of the later ones


class Pace:
    """Learns how long a step takes."""

    def __init__(self) -> None:
        self._steps = 1

    def steps_from(self, step: int) -> int:
        """Return the step before which to look up again."""
        return step + self._steps

    def took(self, steps: int, seconds: float) -> None:
        """Learn from steps just taken."""
        if steps < self._steps:  # cut short by the end of an epoch or by a callback
            return
        fitting = int(self._steps * _SECONDS / max(seconds, 1e-9))
        self._steps = max(1, min(fitting, self._steps * _FASTEST_GROWTH))
