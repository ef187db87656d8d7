"""What goes with the size of a table: how much is held out, how large a net, how long it is trained."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

LEAST_ROWS = 10
"""With fewer there is nothing to hold out."""
_LARGEST_UNITS = 256


@dataclass(frozen=True, slots=True)
class Size:
    """What is proposed for a table.

    Args:
        below: the number of rows from which on the next size is taken.
        held_out: share of the rows for the test, and of the remaining ones for validation.
        hidden: units of the hidden layers.
        dropout: share of each hidden layer's values that is set to 0 in training.
        learning_rate: of Adam.
        epochs: at most.
        patience: epochs without a better validation loss before training ends.
        batch_size: rows a step.
    """

    below: float
    held_out: float
    hidden: tuple[int, ...]
    dropout: float
    learning_rate: float
    epochs: int
    patience: int
    batch_size: int


SIZES = (
    Size(50, 0.2, (8,), 0.1, 1e-2, 200, 30, 4),
    Size(300, 0.2, (16,), 0.1, 1e-2, 200, 30, 8),
    Size(1_000, 0.2, (32, 16), 0.2, 5e-3, 200, 20, 16),
    Size(10_000, 0.2, (64, 32), 0.2, 2e-3, 100, 10, 32),
    Size(100_000, 0.1, (128, 64), 0.1, 1e-3, 50, 5, 128),
    Size(math.inf, 0.1, (256, 128), 0.1, 1e-3, 30, 3, 512),
)


def size_for(rows: int) -> Size:
    """Return what is proposed for a table of so many rows."""
    return next(size for size in SIZES if rows < size.below)


def hidden_units(size: Size, outputs: int) -> tuple[int, ...]:
    """Return the units of the hidden layers, none of which may be much narrower than many classes need."""
    least = min(_LARGEST_UNITS, 2 ** math.ceil(math.log2(outputs)))
    return tuple(max(units, least) for units in size.hidden)


def parameters_of(features: int, hidden: tuple[int, ...], outputs: int) -> int:
    """Return how many numbers a stack of dense layers learns."""
    widths = (features, *hidden, outputs)
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))


def splits_of(rows: int, size: Size) -> tuple[int, int, int]:
    """Return how many rows are for training, validation and test, as scikit-learn's train_test_split gives them."""
    rest = math.floor(rows * (1 - size.held_out))
    train = math.floor(rest * (1 - size.held_out))
    return train, rest - train, rows - rest
