"""The folds of a cross-validation: those of scikit-learn's splitters with the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError


def fold_rows(
    rows: int,
    folds: int,
    *,
    seed: int,
    shuffle: bool,
    classes: Array | None = None,
    groups: Array | None = None,
    times: Array | None = None,
) -> list[tuple[Array, Array]]:
    """Return, for each fold, the positions of the rows to train on and of those that are held out.

    They are those of `StratifiedKFold` for classes, of `GroupKFold` for groups, of `StratifiedGroupKFold` for both, of
    `TimeSeriesSplit` on the rows in the order of time, and of `KFold` otherwise.

    Args:
        rows: how many there are.
        folds: how many to make.
        seed: the ``random_state`` of those splitters that draw.
        shuffle: draw the rows of each fold; otherwise they are taken in the order of the rows. `GroupKFold` never
            draws: it makes the folds as equal as groups of different sizes can be.
        classes: of each row, shape (rows,), to keep their shares alike in every fold; None to leave that to chance.
        groups: what each row belongs to, shape (rows,), or None.
        times: when each row was, shape (rows,), or None: each fold is then trained on what came before it.

    Raises:
        DataError: there are fewer rows, groups, or rows of a class than folds.
    """
    _check_counts(rows, folds, classes, groups, times)
    from sklearn import model_selection  # noqa: PLC0415 - 1.7 s that not every run needs

    seeding: dict[str, Any] = {"shuffle": shuffle, "random_state": seed if shuffle else None}
    if times is not None:
        order = np.argsort(times, kind="stable")
        return [(order[kept], order[held]) for kept, held in model_selection.TimeSeriesSplit(folds).split(order)]
    if groups is not None and classes is not None:
        splitter = model_selection.StratifiedGroupKFold(folds, **seeding)
    elif groups is not None:
        splitter = model_selection.GroupKFold(folds)
    elif classes is not None:
        splitter = model_selection.StratifiedKFold(folds, **seeding)
    else:
        splitter = model_selection.KFold(folds, **seeding)
    return list(splitter.split(np.zeros(rows), classes, groups))


def _check_counts(rows: int, folds: int, classes: Array | None, groups: Array | None, times: Array | None) -> None:
    least = folds + 1 if times is not None else folds  # by time, the first part is only trained on
    if rows < least:
        raise DataError(f"{folds} folds need at least {least} rows, and there are {rows}", hint="make fewer folds")
    if groups is not None and (count := len(np.unique(groups))) < folds:
        raise DataError(f"{folds} folds need at least {folds} groups, and there are {count}", hint="make fewer folds")
    if classes is None:
        return
    names, counts = np.unique(classes, return_counts=True)
    if counts.min() < folds:
        rare = names[int(np.argmin(counts))].item()
        raise DataError(
            f"{folds} folds need at least {folds} rows of every class, and {rare!r} has {counts.min()}",
            hint="make fewer folds, or take stratify out",
        )
