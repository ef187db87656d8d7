"""Dividing rows: from the end as Keras does, by time, or as scikit-learn divides them with the same seed."""

from __future__ import annotations

import math

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError


def split_rows(
    rows: int, fraction: float, *, seed: int, shuffle: bool, stratify_by: Array | None
) -> tuple[Array, Array]:
    """Return the positions of the rows to keep and of the rows to hold out.

    Args:
        rows: how many there are.
        fraction: share to hold out, between 0 and 1.
        seed: ``random_state`` of scikit-learn's ``train_test_split``, which draws the rows.
        shuffle: draw them; otherwise the last ones are held out, ``floor(rows * (1 - fraction))`` are kept, as Keras
            does for ``validation_split``.
        stratify_by: the class of each row, shape (rows,), to keep the classes' shares alike; None to draw freely.

    Raises:
        DataError: one of the two parts would be empty, or a class is too small to be in both.
    """
    kept = math.floor(rows * (1.0 - fraction))
    if not 0 < kept < rows:
        raise DataError(
            f"{fraction:g} of {rows} {'row' if rows == 1 else 'rows'} leaves nothing on one side",
            hint="hold out another share, or none",
        )
    if not shuffle:
        positions = np.arange(rows)
        return positions[:kept], positions[kept:]
    if stratify_by is None:  # as train_test_split draws them, which would need further arrays of as many rows
        drawn, count = np.random.RandomState(seed).permutation(rows), math.ceil(rows * fraction)
        return drawn[count:], drawn[:count]
    _check_classes(stratify_by, min(kept, rows - kept))
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - 1.7 s that not every run needs

    kept_rows, held_out = train_test_split(
        np.arange(rows), test_size=fraction, random_state=seed, shuffle=True, stratify=stratify_by
    )
    return kept_rows, held_out


def split_by_group(groups: Array, fraction: float, *, seed: int) -> tuple[Array, Array]:
    """Return the positions of the rows to keep and to hold out, the rows of a group all on one side.

    Args:
        groups: what each row belongs to, shape (rows,).
        fraction: share of the groups to hold out, as a fraction of `GroupShuffleSplit`.
        seed: its ``random_state``.

    Raises:
        DataError: there are too few groups for both sides to have one.
    """
    count = len(np.unique(groups))
    held_out_count = math.ceil(count * fraction)
    if not 0 < held_out_count < count:
        raise DataError(
            f"{fraction:g} of {count} {'group' if count == 1 else 'groups'} leaves nothing on one side",
            hint="hold out another share, or take the groups out",
        )
    from sklearn.model_selection import GroupShuffleSplit  # noqa: PLC0415 - 1.7 s that not every run needs

    split = GroupShuffleSplit(n_splits=1, test_size=fraction, random_state=seed)
    [(kept, held_out)] = split.split(groups, groups=groups)
    return kept, held_out


def split_by_time(times: Array, fraction: float) -> tuple[Array, Array]:
    """Return the positions of the earlier rows, to keep, and of the latest, to hold out, each in the order of time.

    Rows of one time stay together: where the boundary falls among them, all of them are held out, or all are kept if
    nothing would be left to keep. Rows of the same time stay in the order in which they came.

    Args:
        times: when each row was, shape (rows,); anything that sorts.
        fraction: share to hold out, between 0 and 1.

    Raises:
        DataError: one of the two parts would be empty.
    """
    rows, order = len(times), np.argsort(times, kind="stable")
    in_order = times[order]
    boundary = in_order[min(math.floor(rows * (1.0 - fraction)), rows - 1)]
    kept = int(np.searchsorted(in_order, boundary, side="left")) or int(
        np.searchsorted(in_order, boundary, side="right")
    )
    if not 0 < kept < rows:
        different = len(np.unique(times))
        raise DataError(
            f"{fraction:g} of {rows} {'row' if rows == 1 else 'rows'} with {different} different times leaves nothing "
            "on one side",
            hint="hold out another share, or take the times out",
        )
    return order[:kept], order[kept:]


def _check_classes(classes: Array, smaller_part: int) -> None:
    """Refuse what scikit-learn would refuse in the words of its own arguments."""
    names, counts = np.unique(classes, return_counts=True)
    if counts.min() < 2:
        lonely = names[int(np.argmin(counts))].item()
        raise DataError(
            f"stratify cannot divide the class {lonely!r}, which has one row only",
            hint="turn stratify off, or remove that row",
        )
    if smaller_part < len(names):
        raise DataError(
            f"stratify cannot put {len(names)} classes into {smaller_part} {'row' if smaller_part == 1 else 'rows'}",
            hint="hold out another share, or turn stratify off",
        )
