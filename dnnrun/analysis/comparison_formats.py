"""A comparison as Markdown for people, and as CSV or JSON for programs, which get every figure in full precision."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from dnnrun.analysis.comparison import METRIC_KINDS, Cell, Column, Comparison, Row
from dnnrun.analysis.number_text import plain_text
from dnnrun.config.differences import dotted


def to_markdown(comparison: Comparison) -> str:
    """Return a table with the best values in bold, and below it the runs that could not be read."""
    columns = comparison.table_columns
    lines = []
    if comparison.rows:
        lines = [
            _markdown_line([column.name for column in columns]),
            _markdown_line(["---:" if column.align == "right" else "---" for column in columns]),
        ]
        lines += [_markdown_line([_markdown_cell(row.cells[c.name]) for c in columns]) for row in comparison.rows]
    remarks = [f"- could not be read: {remark}" for remark in comparison.broken]
    remarks += [f"- {remark}" for remark in comparison.notes]
    if lines and remarks:
        lines.append("")
    return "".join(f"{line}\n" for line in [*lines, *remarks])


def to_csv(comparison: Comparison) -> str:
    """Return every figure and differing key of the readable runs; what a run has not got is empty, NaN is ``nan``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in comparison.data_columns])
    for row in comparison.rows:
        writer.writerow([_csv_value(row.cells[column.name].value) for column in comparison.data_columns])
    return buffer.getvalue()


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as what `json.dumps` takes, without NaN or infinities, which become null.

    Returns:
        ``sorted_by`` and ``direction``; ``differing_keys``; ``runs``, the best first, each with ``run``, ``path``,
        ``status``, ``epochs``, its differing ``config``, its ``final``, ``best`` (value and epoch) and ``test``
        metrics, the columns it is ``best_in``, and ``notes``; and ``broken``, each with ``path`` and ``reason``.
    """
    keys = [column.name for column in comparison.columns_of("config")]
    return {
        "sorted_by": comparison.sorted_by,
        "direction": comparison.direction,
        "differing_keys": keys,
        "runs": [_json_row(row, keys, comparison.columns) for row in comparison.rows],
        "broken": [{"path": str(remark.run), "reason": remark.text} for remark in comparison.broken],
    }


def _json_row(row: Row, keys: list[str], columns: tuple[Column, ...]) -> dict[str, Any]:
    figures = row.figures
    config = {dotted(path): value for path, value in (figures.config or {}).items()}
    return {
        "run": figures.run.name,
        "path": str(figures.run.path),
        "status": figures.status,
        "epochs": figures.epochs,
        "config": {key: config.get(key) for key in keys},
        "final": {metric: _finite(value) for metric, value in figures.final.items()},
        "best": {metric: {"value": _finite(b.value), "epoch": b.epoch} for metric, b in figures.best.items()},
        "test": {metric: _finite(value) for metric, value in figures.test.items()},
        "best_in": [c.name for c in columns if c.kind in METRIC_KINDS and row.cells[c.name].is_best],
        "notes": list(figures.notes),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else plain_text(value)


def _markdown_cell(cell: Cell) -> str:
    return f"**{cell.text}**" if cell.is_best else cell.text


def _markdown_line(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
