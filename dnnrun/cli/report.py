"""``dnnrun report RUN... -o FILE``."""

from __future__ import annotations

import glob
import json
from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import LookInOption
from dnnrun.cli.screen import command, messages, print_problems, results


@command
def report(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...", help="Run directories, folders of runs, globs, names or parts of them, or latest."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")] = Path(
        "report.html"
    ),
    sort: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Sort by this metric, the best first: val_loss.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="RUN|GROUP", help="Test the groups of runs against the group of this run.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The title of the page.")] = None,
    details: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Put the plots of the best N runs into it."),
    ] = 6,
    runs_dir: LookInOption = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print file, size and runs as one object.")] = False,
) -> None:
    """Write runs into one HTML file: curves, comparison, explanations, plots, config, environment.

    The file needs nothing beside it and asks for nothing over the network. TensorFlow is not started.

    \b
    dnnrun report runs -o report.html
    dnnrun report latest -o report.html
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.report.writing import write_report
    from dnnrun.errors import RunError
    from dnnrun.store import find_runs

    found, problems = find_runs(runs, runs_dir)
    if not found:
        raise RunError(*problems)
    write_report(found, output, sort=sort, baseline=baseline, title=title, details=details)
    size = output.stat().st_size
    if as_json:
        results().out(json.dumps({"report": str(output), "bytes": size, "runs": [str(run.path) for run in found]}))
    else:
        results().out(str(output))
        of_runs = f"{len(found)} run{'' if len(found) == 1 else 's'}"
        messages().print(f"{of_runs}, {size / 1e6:.1f} MB; open it in a browser", markup=False)
    print_problems(tuple(problems), messages())
    if any(_is_missing(name, runs_dir) for name in runs):
        raise typer.Exit(RunError.exit_code)


def _is_missing(name: str, runs_dir: Path) -> bool:
    """Whether a run was named that is not there: a stray file in ``runs/*`` is no mistake, a wrong name is one."""
    from dnnrun.store import find_runs

    return not glob.has_magic(name) and not Path(name).exists() and not find_runs([name], runs_dir)[0]
