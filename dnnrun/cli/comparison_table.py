"""A comparison on the screen: the table of the runs, as much of it as fits, and the table of groups below it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from dnnrun.analysis.comparison import Comparison
    from dnnrun.analysis.comparison_columns import Cell
    from dnnrun.analysis.group_texts import GroupTable

_NAMED = 6  # columns left out that are named
_PIPE_WIDTH = 100_000  # nobody looks at the width of a pipe: everything is shown


def print_comparison(comparison: Comparison, *, only_groups: bool = False) -> None:
    """Print the runs, and the groups where some runs differ in nothing but the seed, or there is a baseline."""
    from dnnrun.analysis.group_texts import group_tables, method_of

    console = console_of()
    if comparison.rows and not only_groups:
        _print_runs(console, comparison)
    if not comparison.rows or not (only_groups or comparison.has_groups or comparison.baseline):
        return
    for table in group_tables(comparison):
        if not only_groups:
            console.print()
        _print_groups(console, table)
    console.print(Text(method_of(comparison), "dim"))


def console_of() -> Console:
    """Return the console for tables: as wide as the terminal, and without limit in a pipe."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def _print_runs(console: Console, comparison: Comparison) -> None:
    from dnnrun.analysis.comparison_layout import fit_columns
    from dnnrun.cli.text_table import TextColumn, lines_of

    shown, hidden = fit_columns(comparison, console.width)
    columns = [
        TextColumn(column.heading, column.align, [_marked(row.cells[column.name]) for row in comparison.rows])
        for column in shown
    ]
    for line in lines_of(columns):
        console.print(line, soft_wrap=True)
    if comparison.sorted_by:
        better = "most" if comparison.direction == "max" else "least"
        console.print(Text(f"sorted by {comparison.sorted_by}, {better} first; * best of its column", "dim"))
    if hidden:
        count = "1 column" if len(hidden) == 1 else f"{len(hidden)} columns"
        names = ", ".join(column.name for column in hidden[:_NAMED]) + (", ..." if len(hidden) > _NAMED else "")
        console.print(Text(f"{count} too wide to show: {names}; --format csv has everything", "dim"))


def _print_groups(console: Console, table: GroupTable) -> None:
    from rich.table import Table

    from dnnrun.analysis.group_texts import HEADINGS, ON_THE_RIGHT

    console.print(Text(f"groups by {table.figure}"))
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="cyan")
    for heading in HEADINGS:
        shown.add_column(
            Text(heading),
            justify="right" if heading in ON_THE_RIGHT else "left",
            overflow="fold",
            vertical="bottom",
            no_wrap=heading == "n",
        )
    for cells in table.rows:
        shown.add_row(*map(Text, cells))
    console.print(shown)
    for sentence in table.effects:
        console.print(Text(sentence))


def _marked(cell: Cell) -> tuple[str, str]:
    return (f"{cell.text}*", "bold green") if cell.is_best else (cell.text, "")
