"""A comparison as Markdown or LaTeX for people, and as CSV or JSON for programs, which get every figure in full."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from dnnrun.analysis.comparison import Comparison, Row
from dnnrun.analysis.comparison_columns import METRIC_KINDS, Cell, Column
from dnnrun.analysis.group_texts import HEADINGS, ON_THE_RIGHT, group_tables, method_of
from dnnrun.analysis.grouping import Group, verdict_of
from dnnrun.analysis.number_text import plain_text
from dnnrun.config.differences import dotted

_LATEX = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "\\": "\\textbackslash{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "\u00b1": "\\(\\pm\\)",
    "\u2026": "\\dots{}",
}
_GROUP_KEYS = (
    *("group", "label", "is_baseline", "figure", "n", "mean", "deviation", "low", "high", "test", "difference"),
    *("difference_low", "difference_high", "p", "p_holm", "verdict"),
)


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
    parts = [lines, *_markdown_groups(comparison), remarks]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def _markdown_groups(comparison: Comparison) -> list[list[str]]:
    """Return the paragraphs about groups, each of its lines."""
    if not (comparison.has_groups or comparison.baseline):
        return []
    paragraphs = []
    for table in group_tables(comparison):
        rules = ["---:" if heading in ON_THE_RIGHT else "---" for heading in HEADINGS]
        headings = [*HEADINGS[:3], f"mean {table.figure}", *HEADINGS[4:]]
        paragraphs.append([_markdown_line(list(cells)) for cells in (headings, rules, *table.rows)])
        if table.effects:
            paragraphs.append([f"- {sentence}" for sentence in table.effects])
    return [*paragraphs, [method_of(comparison)]]


def to_latex(comparison: Comparison) -> str:
    """Return a tabular for the package booktabs, the best values in bold; with groups a second one of these."""
    columns = comparison.table_columns
    if not comparison.rows:
        return ""
    rows = [[_latex_cell(row.cells[column.name]) for column in columns] for row in comparison.rows]
    tables = [_tabular([column.name for column in columns], [column.align == "right" for column in columns], rows)]
    if comparison.has_groups or comparison.baseline:
        for table in group_tables(comparison):
            headings = [*HEADINGS[:3], f"mean {table.figure}", *HEADINGS[4:]]
            cells = [[_latex(text) for text in row] for row in table.rows]
            tables.append(_tabular(headings, [heading in ON_THE_RIGHT for heading in HEADINGS], cells))
            tables += ["".join(f"% {sentence}\n" for sentence in table.effects)] if table.effects else []
        tables.append(f"% {method_of(comparison)}\n")
    return "\n".join(tables)


def _tabular(headings: Sequence[str], on_the_right: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        f"\\begin{{tabular}}{{{''.join('r' if right else 'l' for right in on_the_right)}}}",
        "\\toprule",
        f"{' & '.join(map(_latex, headings))} \\\\",
        "\\midrule",
        *(f"{' & '.join(cells)} \\\\" for cells in rows),
        "\\bottomrule",
        "\\end{tabular}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _latex_cell(cell: Cell) -> str:
    return f"\\textbf{{{_latex(cell.text)}}}" if cell.is_best else _latex(cell.text)


def _latex(text: str) -> str:
    """Return text with LaTeX's own characters written so that they are printed."""
    return "".join(_LATEX.get(letter, letter) for letter in text)


def to_csv(comparison: Comparison) -> str:
    """Return every figure and differing key of the readable runs; what a run has not got is empty, NaN is ``nan``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in comparison.data_columns])
    for row in comparison.rows:
        writer.writerow([_csv_value(row.cells[column.name].value) for column in comparison.data_columns])
    return buffer.getvalue()


def groups_to_csv(comparison: Comparison) -> str:
    """Return a line for each group and figure, in full precision; empty where there is no number."""
    buffer = io.StringIO()
    lines = [line for group in comparison.groups for line in _group_lines(group)]
    writer = csv.DictWriter(buffer, _GROUP_KEYS, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({key: _csv_value(value) for key, value in line.items()})
    return buffer.getvalue()


def _group_lines(group: Group) -> Iterator[dict[str, Any]]:
    """Yield what is known of a group by each figure, under the names of the CSV file and of JSON."""
    for figure, summary in group.summaries.items():
        effect = group.effects.get(figure)
        yield {
            "group": group.number,
            "label": group.label,
            "is_baseline": group.is_baseline,
            "figure": figure,
            "n": summary.n,
            "mean": summary.mean,
            "deviation": _number(summary.deviation),
            "low": _number(summary.low),
            "high": _number(summary.high),
            "test": effect.method if effect else None,
            "difference": effect.difference if effect else None,
            "difference_low": _number(effect.low) if effect else None,
            "difference_high": _number(effect.high) if effect else None,
            "p": effect.p if effect else None,
            "p_holm": effect.corrected if effect else None,
            "verdict": verdict_of(effect, figure) if effect else None,
        }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as what `json.dumps` takes, without NaN or infinities, which become null.

    Returns:
        ``sorted_by`` and ``direction``; ``differing_keys``; ``runs``, the best first, each with ``run``, ``path``,
        ``status``, ``epochs``, its differing ``config``, its ``final``, ``best`` (value and epoch) and ``test``
        metrics, the columns it is ``best_in``, and ``notes``; ``groups``, each with its ``runs`` and its ``figures``,
        of which each has n, mean, deviation, the 95 % interval (``low``, ``high``) and the test against the baseline;
        and ``broken``, each with ``path`` and ``reason``.
    """
    keys = [column.name for column in comparison.columns_of("config")]
    return {
        "sorted_by": comparison.sorted_by,
        "direction": comparison.direction,
        "differing_keys": keys,
        "runs": [_json_row(row, keys, comparison.columns) for row in comparison.rows],
        "groups": [
            {
                "group": group.number,
                "label": group.label,
                "is_baseline": group.is_baseline,
                "runs": [run.run.name for run in group.runs],
                "figures": [
                    {key: value for key, value in line.items() if key not in {"group", "label", "is_baseline"}}
                    for line in _group_lines(group)
                ],
            }
            for group in comparison.groups
        ],
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
        "seconds_an_epoch": figures.seconds_an_epoch,
        "parameters": figures.parameters,
        "config": {key: config.get(key) for key in keys},
        "final": {metric: _number(value) for metric, value in figures.final.items()},
        "best": {metric: {"value": _number(b.value), "epoch": b.epoch} for metric, b in figures.best.items()},
        "test": {metric: _number(value) for metric, value in figures.test.items()},
        "best_in": [c.name for c in columns if c.kind in METRIC_KINDS and row.cells[c.name].is_best],
        "notes": list(figures.notes),
    }


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else plain_text(value)


def _markdown_cell(cell: Cell) -> str:
    return f"**{cell.text}**" if cell.is_best else cell.text


def _markdown_line(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
