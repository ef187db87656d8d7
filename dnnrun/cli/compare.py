"""``dnnrun compare RUN...``."""

from __future__ import annotations

import glob
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.cli.screen import command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.analysis.comparison import Comparison

_NAMED = 6  # columns left out that are named
_PIPE_WIDTH = 100_000  # nobody looks at the width of a pipe: everything is shown


class Format(StrEnum):
    """How the comparison is written."""

    table = "table"
    md = "md"
    csv = "csv"


@command
def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Run directories, folders of runs, or globs.")],
    sort: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Sort by this metric, the best first: val_loss.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Overlay the runs' curves in a .png, .svg or .pdf.")
    ] = None,
    file_format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Put runs side by side: what differs in them, and how well each did.

    Columns are the keys of the configs that differ, and the metrics. TensorFlow is not started.

    \b
    dnnrun compare runs/*
    dnnrun compare runs --sort val_loss --plot curves.png
    dnnrun compare runs --format csv > runs.csv
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis import comparison_formats
    from dnnrun.analysis.comparison import compare_runs
    from dnnrun.errors import RunError
    from dnnrun.store import find_runs

    found, problems = find_runs(runs)
    if not found:
        raise RunError(*problems)
    comparison = compare_runs(found, sort)
    if as_json:
        results().out(json.dumps(comparison_formats.to_json(comparison), indent=2, allow_nan=False))
    elif file_format is Format.md:
        results().out(comparison_formats.to_markdown(comparison), end="")
    elif file_format is Format.csv:
        results().out(comparison_formats.to_csv(comparison), end="")
    else:
        _print_table(comparison)
    _print_remarks(comparison)
    if plot is not None:
        from dnnrun.analysis.overlay import write_overlay

        write_overlay(found, plot, sort=sort)
        messages().print(f"curves in {plot}", markup=False)
    print_problems(tuple(problems), messages())
    if not comparison.rows or any(_is_missing(name) for name in runs):
        raise typer.Exit(RunError.exit_code)


def _is_missing(name: str) -> bool:
    """Whether a run was named that is not there: a stray file in ``runs/*`` is no mistake, a wrong name is one."""
    return not glob.has_magic(name) and not Path(name).exists()


def _print_table(comparison: Comparison) -> None:
    from rich.cells import cell_len
    from rich.table import Table

    from dnnrun.analysis.comparison_layout import column_width, fit_columns

    if not comparison.rows:
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    shown, hidden = fit_columns(comparison, console.width)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="cyan")
    for column in shown:
        # Left to itself, rich breaks the names of the runs and not the headings.
        texts = [row.cells[column.name].text for row in comparison.rows]
        width = max(column_width(column, comparison), *map(cell_len, texts))
        table.add_column(Text(column.heading), justify=column.align, width=width, overflow="fold", vertical="bottom")
    for row in comparison.rows:
        cells = [row.cells[column.name] for column in shown]
        table.add_row(*(Text(f"{cell.text}*" if cell.is_best else cell.text, _style(cell.is_best)) for cell in cells))
    console.print(table)
    if comparison.sorted_by:
        better = "most" if comparison.direction == "max" else "least"
        console.print(Text(f"sorted by {comparison.sorted_by}, {better} first; * best of its column", "dim"))
    if hidden:
        names = ", ".join(column.name for column in hidden[:_NAMED]) + (", ..." if len(hidden) > _NAMED else "")
        console.print(Text(f"{len(hidden)} columns too wide to show: {names}; --format csv has everything", "dim"))


def _print_remarks(comparison: Comparison) -> None:
    console = messages()
    for remark in comparison.broken:
        console.print(Text.assemble(("left out: ", "yellow"), str(remark)))
    for remark in comparison.notes:
        console.print(Text.assemble(("note: ", "yellow"), str(remark)))


def _style(is_best: bool) -> str:
    return "bold green" if is_best else ""
