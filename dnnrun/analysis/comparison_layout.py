"""Which columns of a comparison fit side by side on a terminal, the telling ones first."""

from __future__ import annotations

from collections.abc import Sequence

from dnnrun.analysis.comparison import Comparison
from dnnrun.analysis.comparison_columns import Column

# Lower is kept longer. The run's name always stays: without it a row says nothing.
(
    *(_RUN, _MAIN, _WHAT_DIFFERS, _STATUS, _BEST, _EPOCHS, _SPARSE, _TEST, _VALIDATION, _COST, _TRAINING),
    _ALL_THE_SAME,
) = range(12)


def fit_columns(comparison: Comparison, width: int, gap: int = 2) -> tuple[list[Column], list[Column]]:
    """Choose the columns to show in a width.

    The run and the metric it is sorted by come first, then what differs in the configs, the status, the best
    value, how far the runs got, what they cost, and last the figures on training rows. A status or a count of epochs
    that all runs share goes last of all.

    Args:
        comparison: what is to be shown.
        width: characters in a line.
        gap: characters that each column takes beside its text: padding and rule.

    Returns:
        The columns that fit, in their order, and those that do not.
    """
    columns = comparison.table_columns
    importance = {column.name: _importance(column, comparison) for column in columns}
    left, chosen = width, set()
    for column in sorted(columns, key=lambda column: importance[column.name]):
        needed = column_width(column, comparison) + gap
        if needed <= left or column.kind == "run":
            chosen.add(column.name)
            left -= needed
    _drop_lonely_epochs(columns, chosen)
    shown = [column for column in columns if column.name in chosen]
    return shown, [column for column in columns if column.name not in chosen]


def column_width(column: Column, comparison: Comparison) -> int:
    """Return how wide a column must be for its heading broken at its spaces, and for its cells on one line.

    A cell that is best takes one character more, for a mark.
    """
    cells = [len(cell.text) + cell.is_best for cell in (row.cells[column.name] for row in comparison.rows)]
    return max([*map(len, column.heading.split()), *cells], default=0)


def _importance(column: Column, comparison: Comparison) -> int:
    if column.is_main:
        return _MAIN
    values = [row.cells[column.name].value for row in comparison.rows]
    if column.kind in {"status", "epochs"}:
        all_the_same = len(values) > 1 and all(value == values[0] for value in values)
        return _ALL_THE_SAME if all_the_same else _STATUS if column.kind == "status" else _EPOCHS
    if column.kind in {"config", "argument"}:
        return _SPARSE if None in values else _WHAT_DIFFERS
    if column.kind == "final":
        return _VALIDATION if column.name.startswith("final val_") else _TRAINING
    return {"run": _RUN, "group": _MAIN, "test": _TEST, "cost": _COST}.get(column.kind, _BEST)


def _drop_lonely_epochs(columns: Sequence[Column], chosen: set[str]) -> None:
    """Leave out the epoch of a best value that is not shown itself."""
    for column in columns:
        if column.kind == "best_epoch" and column.name.removeprefix("epoch of ") not in chosen:
            chosen.discard(column.name)
