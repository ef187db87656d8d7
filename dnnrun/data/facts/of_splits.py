"""What a run records of its splits beside their numbers of rows and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.facts import Leaks

if TYPE_CHECKING:  # which itself records these
    from dnnrun.data.dataset import Rows


def facts_beside_rows(splits: Mapping[str, Rows]) -> dict[str, Any]:
    """Return what is recorded of weights, groups and times, by split; only of those that there are."""
    found: dict[str, Any] = {}
    for split, rows in splits.items():
        if rows.weights is not None:
            found.setdefault("weight_sums", {})[split] = float(rows.weights.sum())
        if rows.groups is not None:
            found.setdefault("groups", {})[split] = len(np.unique(rows.groups))
        if rows.times is not None:
            in_order = np.sort(rows.times)  # of texts NumPy knows no least
            found.setdefault("times", {})[split] = [str(in_order[0]), str(in_order[-1])]
    return found


def facts_of_leaks(leaks: Leaks) -> dict[str, Any]:
    """Return what is recorded of rows in two splits and of features that are the target."""
    repeated = {split: {"rows": each.rows, "same_label": each.same_label} for split, each in leaks.repeated.items()}
    telling = {output: list(features) for output, features in leaks.telling.items()}
    return {"rows_among_training": repeated, "features_equal_to_target": telling.get(ONLY, telling)}
