"""The time left is right to within a quarter after the first tenth, tracing, validation and all."""

from __future__ import annotations

import pytest

from dnnrun.cli.time_left import TimeLeft

TRACING = 2.0


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("validation", [0.0, 0.05, 0.5])
@pytest.mark.parametrize(("epochs", "steps", "step"), [(10, 1000, 0.001), (3, 5000, 0.01), (40, 10, 0.02)])
def test_within_a_quarter(epochs: int, steps: int, step: float, validation: float) -> None:
    """A validation takes a share of an epoch, and the guess of it is a fifth too low."""
    clock, guesses = Clock(), []
    left = TimeLeft(epochs * steps, steps, validation=0.8 * validation, now=clock)
    done = 0
    for epoch in range(epochs):
        for _ in range(5):
            clock.seconds += steps // 5 * step + (TRACING if not done else 0)
            done += steps // 5
            left.stepped(done)
            guesses.append((done, clock.seconds, left.seconds_left()))
        for test_step in range(1, 11) if validation else ():
            clock.seconds += validation * steps * step / 10 + (TRACING if not epoch and test_step == 1 else 0)
            left.validated(test_step, 10)
    seen = [(at, guess) for done, at, guess in guesses if done > epochs * steps / 10 and at > guesses[0][1] + TRACING]
    assert len(seen) >= epochs
    for at, guess in seen:
        assert guess == pytest.approx(clock.seconds - at, rel=0.25, abs=0.01)


def test_the_end_of_the_first_validation_does_not_tell_what_one_takes() -> None:
    clock = Clock()
    left = TimeLeft(1000, 100, validation=0.1, now=clock)
    for done in (50, 100):
        clock.seconds += 1.0
        left.stepped(done)
    clock.seconds += TRACING
    left.validated(9, 10)
    clock.seconds += 0.2  # of a validation that takes 0.2 in all, half of it at its end
    left.validated(10, 10)
    assert left.seconds_left() == pytest.approx(9 * 2.2, rel=0.01)


def test_nothing_is_said_before_there_are_two_looks() -> None:
    left = TimeLeft(100, 10, validation=0.0, now=Clock())
    assert left.seconds_left() is None
    left.stepped(1)
    assert left.seconds_left() is None
