"""``dnnrun rm RUN...`` and ``dnnrun restore RUN...``: to the trash and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import LookInOption, QuietOption
from dnnrun.cli.screen import command, messages, results


@command
def rm(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Each as for 'dnnrun show'.")],
    quiet: QuietOption = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Move runs to the trash of their folder, and print where they lie then; a running run is refused.

    Nothing is deleted: 'dnnrun restore' brings them back, until 'dnnrun gc' empties the trash. Where one name stands
    for no run or for several, none is moved.

    \b
    dnnrun rm runs/20261123-141530-mnist_adam
    dnnrun rm $(dnnrun list --status failed --paths)
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.store import remove_runs

    for run in remove_runs(names, runs_dir):
        results().out(str(run.path))
    if not quiet:
        messages().print("'dnnrun restore' brings them back, 'dnnrun gc' removes them for good", markup=False)


@command
def restore(
    names: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="The path that a run had, or a part of the name of one only.")
    ],
    runs_dir: Annotated[
        Path, typer.Option("--runs-dir", metavar="DIR", help="In whose trash a run is that is named without a path.")
    ] = Path("runs"),
) -> None:
    """Move runs out of the trash to where they were, and print their paths. 'dnnrun list runs/.trash' lists them.

    \b
    dnnrun restore runs/20261123-141530-mnist_adam
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.store import restore_runs

    for run in restore_runs(names, runs_dir):
        results().out(str(run.path))
