"""Everything that a report says, read from the runs into plain data: what a template and a golden file can take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from dnnrun.analysis import ranking
from dnnrun.analysis.comparison import Comparison, Row, compare_runs
from dnnrun.analysis.comparison_columns import Cell, Column, Kind
from dnnrun.analysis.group_texts import HEADINGS, ON_THE_RIGHT, group_tables, method_of
from dnnrun.analysis.number_text import MISSING, shortened
from dnnrun.analysis.recorded import mapping_of
from dnnrun.analysis.report.curves import chart_data
from dnnrun.analysis.report.run_part import difference_part, run_part
from dnnrun.analysis.report.side_by_side import flat_facts, side_by_side
from dnnrun.config.differences import dotted
from dnnrun.errors import Problem, RunError
from dnnrun.store import Run

MOST_WITH_DETAILS = 6
"""Of so many runs, the best, the plots are in the page: they are the largest part of it, some 60 kB each."""

_WHAT_DIFFERS: frozenset[Kind] = frozenset({"config", "argument"})
_FEW_RUNS = 6  # which come before config, data and environment; many would keep these from being found
_MANY_DIFFERENCES = 8
_FEW_DIFFERENCES = 4  # which stand beside the names of the runs; more would push their figures out of sight
_LONGEST_LABEL = 100
_ENVIRONMENT = ("versions", "devices", "workers", "threads", "git")
_NOT_TOLD = {"host"}  # a page is passed on, and the name of a machine helps nobody to repeat a run
_DATA = ("source", "fingerprint", "task", "rows", "input_shape", "dtype", "classes", "features", "filled")


def gather_report(
    runs: Sequence[Run],
    *,
    sort: str | None = None,
    baseline: str | None = None,
    title: str | None = None,
    details: int = MOST_WITH_DETAILS,
) -> dict[str, Any]:
    """Return all that a report says.

    Args:
        runs: finished or not; a broken one gets a line.
        sort: the metric by which the best comes first, as for `compare_runs`.
        baseline: the run or group that groups of runs are tested against, as for `compare_runs`.
        title: of the page; by default what the runs are called.
        details: of how many runs, the best, plots and figures by class are told.

    Raises:
        ConfigError: no run has the metric to sort by, or none is meant by the baseline.
        RunError: none of the runs can be read.
    """
    comparison = compare_runs(runs, sort, baseline=baseline)
    if not comparison.rows:
        raise RunError(*(Problem(str(remark)) for remark in comparison.broken))
    readable = [row.figures.run for row in comparison.rows]
    main = ranking.metric_of(comparison.sorted_by).removeprefix("val_") if comparison.sorted_by else None
    return {
        "title": title or (readable[0].name if len(readable) == 1 else f"{len(readable)} runs"),
        "sorted_by": comparison.sorted_by,
        "better": "most" if comparison.direction == "max" else "least",
        "table": _table(comparison),
        "groups": _groups(comparison),
        "difference": difference_part(*readable) if len(readable) == 2 else None,
        "broken": [{"run": str(remark.run), "reason": remark.text} for remark in comparison.broken],
        "charts": chart_data(readable, _labels(comparison), main),
        "runs": [run_part(run, index=index, with_details=index < details) for index, run in enumerate(readable)],
        "details": min(details, len(readable)),
        "few": _FEW_RUNS,
        "config": side_by_side([_config(row) for row in comparison.rows]),
        "data": side_by_side([_data(run) for run in readable]),
        "environment": side_by_side([_environment(run) for run in readable]),
    }


def _table(comparison: Comparison) -> dict[str, Any]:
    differing = [column for column in comparison.table_columns if column.kind in _WHAT_DIFFERS]
    place = partial(_place, few_differ=len(differing) <= _FEW_DIFFERENCES)
    columns = sorted(comparison.columns, key=place)  # a stable sort: within a place as they were
    sparse = _sparse(differing, comparison.rows) if len(differing) > _MANY_DIFFERENCES else set()
    return {
        "columns": [
            {
                "name": column.name,
                "heading": column.heading,
                "align": column.align,
                "is_main": column.is_main,
                "is_detail": column.is_detail or column.name in sparse,
            }
            for column in columns
        ],
        "rows": [
            {"id": f"run-{index}", "cells": [_cell(row.cells[column.name]) for column in columns]}
            for index, row in enumerate(comparison.rows)
        ],
    }


def _groups(comparison: Comparison) -> dict[str, Any]:
    """Return the figures of runs that differ in the seed only; without tables where there are none."""
    is_told = comparison.has_groups or comparison.baseline is not None
    tables = group_tables(comparison) if is_told else []
    return {
        "method": method_of(comparison),
        "headings": [{"text": text, "align": "right" if text in ON_THE_RIGHT else "left"} for text in HEADINGS],
        "tables": [{"figure": each.figure, "rows": each.rows, "effects": each.effects} for each in tables],
    }


def _place(column: Column, *, few_differ: bool) -> int:
    """Return where a column stands: what was asked for before what came of it, unless configs differ in much."""
    if column.kind in {"run", "group"}:
        return 0
    if column.kind in _WHAT_DIFFERS:
        return 1 if few_differ else 4
    return 2 if column.kind in {"status", "epochs"} else 3


def _sparse(columns: Sequence[Column], rows: Sequence[Row]) -> set[str]:
    """Return the names of the columns that some run has nothing in, as it has another layer or optimizer there."""
    return {column.name for column in columns if any(row.cells[column.name].value is None for row in rows)}


def _cell(cell: Cell) -> dict[str, Any]:
    """Return a cell with its text, whether it is the best, and what it is sorted by: None where there is no value."""
    value = cell.value
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        value = cell.text
    return {"text": cell.text, "value": value, "is_best": cell.is_best}


def _labels(comparison: Comparison) -> list[str]:
    """Return what each run has that others have not."""
    columns = [column for column in comparison.table_columns if column.kind in _WHAT_DIFFERS]
    given = [[(column.heading, row.cells[column.name].text) for column in columns] for row in comparison.rows]
    return [
        shortened(", ".join(f"{heading}={text}" for heading, text in cells if text != MISSING), _LONGEST_LABEL)
        for cells in given
    ]


def _config(row: Row) -> dict[str, Any]:
    return {dotted(path): value for path, value in (row.figures.config or {}).items()}


def _data(run: Run) -> dict[str, Any]:
    dataset = mapping_of(run.record.get("dataset"))
    return dict(flat_facts({key: dataset[key] for key in _DATA if key in dataset}))


def _environment(run: Run) -> dict[str, Any]:
    record = run.record
    machine = {key: value for key, value in mapping_of(record.get("machine")).items() if key not in _NOT_TOLD}
    return dict(flat_facts({**{key: record[key] for key in _ENVIRONMENT if key in record}, "machine": machine}))
