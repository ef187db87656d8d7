"""What a prediction rests on: how it changes when a part of the row is hidden, or a column is shuffled among rows.

Occlusion is that of Zeiler and Fergus (2014), permutation importance that of Breiman (2001) for any model. Neither
looks into the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dnnrun.data.dataset import Array, Arrays, by_name, row_count, unwrapped
from dnnrun.running.predictions import Prediction

Tell = Callable[[Arrays], Mapping[str, Prediction]]
Places = Mapping[str, tuple[str, int]]
"""Where each column of a table is: in which input of the model, and which column of that."""

_PATCHES = 7  # that stand side by side on the shorter edge of a picture


def column_effects(tell: Tell, x: Arrays, places: Places, others: Arrays) -> dict[str, dict[str, Array]]:
    """Return by how much what is said of each row rests on each column.

    That is the number of the class that was chosen, or the value, less its mean when the column holds the values of
    other rows: positive where the row's own value speaks for what was said. Of several values a row it is the mean size
    of their change.

    Args:
        tell: what the model says about rows.
        x: the rows.
        places: of the columns.
        others: rows whose values stand in for those that are hidden.

    Returns:
        By output and column, shape (rows,).
    """
    said = tell(x)
    effects: dict[str, dict[str, Array]] = {name: {} for name in said}
    count = row_count(others)
    for column, place in places.items():
        changes: dict[str, list[Array]] = {name: [] for name in said}
        for other in range(count):
            hidden = tell(_with_column(x, place, by_name(others)[place[0]][other, place[1]]))
            for name, before in said.items():
                changes[name].append(_change(before, hidden[name]))
        for name, of_each in changes.items():
            effects[name][column] = np.mean(of_each, axis=0)
    return effects


def patch_effects(tell: Tell, picture: Array) -> dict[str, Array]:
    """Return by how much what is said of a picture rests on each of its pixels, by output; shape (height, width).

    A square of the picture's mean colour is moved over it by half its width; the effect of a pixel is the mean over the
    squares that cover it. It is positive where hiding speaks against what was said.

    Args:
        tell: what the model says about rows.
        picture: shape (height, width) or (height, width, channels).
    """
    height, width = picture.shape[:2]
    size = max(1, round(min(height, width) / _PATCHES))
    corners = [(top, left) for top in _starts(height, size) for left in _starts(width, size)]
    hidden = np.repeat(picture[None], len(corners), axis=0)
    mean = picture.mean(axis=(0, 1)).astype(picture.dtype)
    for number, (top, left) in enumerate(corners):
        hidden[number, top : top + size, left : left + size] = mean
    said, changed = tell(picture[None]), tell(hidden)
    found: dict[str, Array] = {}
    for name, before in said.items():
        change = _change(before.repeated(len(corners)), changed[name])
        total, covered = np.zeros((height, width)), np.zeros((height, width))
        for (top, left), effect in zip(corners, change, strict=True):
            total[top : top + size, left : left + size] += effect
            covered[top : top + size, left : left + size] += 1
        found[name] = total / covered
    return found


def permutation_importance(
    score: Callable[[Arrays], float], x: Arrays, places: Places, *, seed: int, repeats: int
) -> dict[str, Array]:
    """Return by how much a score falls when a column is shuffled among the rows; shape (repeats,) by column.

    Args:
        score: how well the labels of rows are told, more being better.
        x: the rows.
        places: of the columns.
        seed: of the shuffling.
        repeats: how often each column is shuffled.
    """
    draw = np.random.default_rng(seed)
    whole = score(x)
    falls: dict[str, Array] = {}
    for column, place in places.items():
        own = by_name(x)[place[0]][:, place[1]]
        falls[column] = np.array([whole - score(_with_column(x, place, draw.permutation(own))) for _ in range(repeats)])
    return falls


def _starts(length: int, size: int) -> Sequence[int]:
    return sorted({*range(0, length - size, max(1, size // 2)), length - size})


def _with_column(x: Arrays, place: tuple[str, int], values: object) -> Arrays:
    name, column = place
    arrays = dict(by_name(x))
    changed = arrays[name].copy()
    changed[:, column] = values
    made: Arrays = unwrapped({**arrays, name: changed})
    return made


def _change(before: Prediction, after: Prediction) -> Array:
    rows = np.arange(len(before))
    if before.class_numbers is not None:
        return np.asarray(before.numbers[rows, before.class_numbers] - after.numbers[rows, before.class_numbers])
    difference = (before.numbers - after.numbers).reshape(len(before), -1)
    return difference[:, 0] if difference.shape[1] == 1 else np.abs(difference).mean(axis=1)
