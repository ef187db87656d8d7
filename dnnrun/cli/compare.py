"""``dnnrun compare RUN...``."""

from __future__ import annotations

import glob
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from dnnrun.cli.options import LookInOption
from dnnrun.cli.screen import command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.analysis.comparison import Comparison


class Format(StrEnum):
    """How the comparison is written."""

    table = "table"
    md = "md"
    csv = "csv"
    json = "json"
    latex = "latex"


class XAxis(StrEnum):
    """What curves are drawn over."""

    epoch = "epoch"
    seconds = "seconds"


@command
def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Run directories, folders of runs, or globs.")],
    sort: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Sort by this metric, the best first: val_loss.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="METRIC", help="Show only this metric; may be given several times."),
    ] = None,
    top: Annotated[int | None, typer.Option(metavar="N", min=1, help="Show the N best runs.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show keys that do not differ, too.")] = False,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="RUN|GROUP", help="Test the groups of runs against the group of this run."),
    ] = None,
    only_groups: Annotated[
        bool, typer.Option("--groups", help="Print only the groups of runs that differ in the seed.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Overlay the runs' curves in a .png, .svg or .pdf.")
    ] = None,
    x_axis: Annotated[XAxis, typer.Option("--x", help="What the curves are drawn over.")] = XAxis.epoch,
    file_format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Put runs side by side: what differs in them, and how well each did.

    Columns are the keys of the configs that differ, and the metrics. TensorFlow is not started.

    \b
    dnnrun compare runs/*
    dnnrun compare runs --sort val_loss --plot curves.png
    dnnrun compare runs --metric accuracy --baseline 20261123-141530-mnist_adam
    dnnrun compare runs --format csv > runs.csv
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.comparison import compare_runs
    from dnnrun.errors import RunError
    from dnnrun.store import find_runs

    found, problems = find_runs(runs, runs_dir)
    if not found:
        raise RunError(*problems)
    comparison = compare_runs(found, sort, metrics=metrics or (), top=top, everything=everything, baseline=baseline)
    _print(comparison, Format.json if as_json else file_format, only_groups=only_groups)
    _print_remarks(comparison)
    if plot is not None:
        from dnnrun.analysis.overlay import write_overlay

        write_overlay(comparison, plot, metrics=metrics, over="seconds" if x_axis is XAxis.seconds else "epoch")
        messages().print(f"curves in {plot}", markup=False)
    print_problems(tuple(problems), messages())
    if not comparison.rows or any(_is_missing(name, runs_dir) for name in runs):
        raise typer.Exit(RunError.exit_code)


def _print(comparison: Comparison, file_format: Format, *, only_groups: bool) -> None:
    if file_format is Format.table:
        from dnnrun.cli.comparison_table import print_comparison

        print_comparison(comparison, only_groups=only_groups)
        return
    from dnnrun.analysis import comparison_formats

    if file_format is Format.json:
        results().out(json.dumps(comparison_formats.to_json(comparison), indent=2, allow_nan=False))
        return
    if only_groups and file_format is Format.csv:
        results().out(comparison_formats.groups_to_csv(comparison), end="")
        return
    written = {
        Format.md: comparison_formats.to_markdown,
        Format.csv: comparison_formats.to_csv,
        Format.latex: comparison_formats.to_latex,
    }
    results().out(written[file_format](comparison), end="")


def _is_missing(name: str, runs_dir: Path) -> bool:
    """Whether a run was named that is not there: a stray file in ``runs/*`` is no mistake, a wrong name is one."""
    from dnnrun.store import find_runs

    return not glob.has_magic(name) and not Path(name).exists() and not find_runs([name], runs_dir)[0]


def _print_remarks(comparison: Comparison) -> None:
    console = messages()
    for remark in comparison.broken:
        console.print(Text.assemble(("left out: ", "yellow"), str(remark)))
    for remark in comparison.notes:
        console.print(Text.assemble(("note: ", "yellow"), str(remark)))
