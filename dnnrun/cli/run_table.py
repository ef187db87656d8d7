"""Runs as a table that fits a terminal: the telling columns first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dnnrun.analysis.number_text import LONGEST, MISSING, config_text, metric_text, plain_text, shortened
from dnnrun.analysis.run_summary import RunSummary
from dnnrun.analysis.run_values import FACTS, first_value
from dnnrun.cli.columns import Column, lines_of, printable
from dnnrun.cli.progress import seconds_text

_WIDEST_TAGS = 40
_LEAST_BESIDE = 13  # characters that the longest name leaves to the status


def table_lines(summaries: Sequence[RunSummary], names: Sequence[str], width: int | None) -> list[str]:
    """Return the table, its heading first.

    Args:
        summaries: a line each, in this order.
        names: what else to show of each run, from its ``values``.
        width: characters in a line; columns that do not fit are left out, the least telling first. None: all fit.
    """
    columns = _columns(summaries, names)
    if width is not None:
        run = columns[0]
        columns[0] = replace(run, cells=[shortened(name, width - _LEAST_BESIDE) for name in run.cells])
    return lines_of(columns, width)


def _columns(summaries: Sequence[RunSummary], names: Sequence[str]) -> list[Column]:
    def cells(text: Callable[[RunSummary], str | None]) -> list[str]:
        return [printable(text(summary) or MISSING) for summary in summaries]

    columns = [
        Column("run", 0, cells(lambda summary: summary.name)),
        Column("status", 1, cells(lambda summary: summary.status)),
    ]
    if any(summary.config and summary.config not in summary.name for summary in summaries):
        columns.append(Column("config", 5, cells(lambda summary: summary.config)))
    columns += [
        Column("dataset", 6, cells(lambda summary: summary.dataset)),
        *(_named(name, summaries) for name in names if name not in FACTS[:4]),
        Column("best", 3, cells(_best)),
        Column("epochs", 4, cells(_epochs), is_right=True),
        Column("time", 7, cells(_time), is_right=True),
    ]
    if any(summary.tags for summary in summaries) and "tags" not in names:
        columns.append(Column("tags", 8, cells(lambda summary: shortened(", ".join(summary.tags), _WIDEST_TAGS))))
    return columns


def _named(name: str, summaries: Sequence[RunSummary]) -> Column:
    """Return the column of something that was asked for by name."""
    values = [first_value(summary.values.get(name, ())) for summary in summaries]
    are_numbers = all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
    )
    return Column(name, 2, [printable(_value_text(value)) for value in values], is_right=are_numbers)


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return shortened(", ".join(map(plain_text, value)) or MISSING, LONGEST)
    is_measured = isinstance(value, float) and value != float(f"{value:.3g}")
    return metric_text(value) if is_measured else config_text(value)


def _best(summary: RunSummary) -> str | None:
    if summary.best is None:
        return None
    value = summary.best.get("value")
    text = metric_text(value) if isinstance(value, int | float) else "nan"
    return f"{text} {summary.best.get('metric')}"


def _epochs(summary: RunSummary) -> str | None:
    if summary.planned is None:
        return str(summary.epochs) if summary.epochs else None
    return f"{summary.epochs}/{summary.planned}"


def _time(summary: RunSummary) -> str | None:
    return None if summary.seconds is None else duration_text(summary.seconds)


def duration_text(seconds: float) -> str:
    """Return how long a run took: run.json has whole seconds."""
    return f"{seconds:.0f} s" if seconds < 10 else seconds_text(seconds)
