"""``dnnrun tag RUN TAG...``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import LookInOption, RunArgument
from dnnrun.cli.screen import command, results


@command
def tag(
    name: RunArgument,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG", help="Words to add.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="Take this tag away; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run and its tags as one object.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Add tags to a run or take some away, and print those that it has then, one a line.

    Those of its config count, and can be taken away, too. The run may be running, or have ended long ago.

    \b
    dnnrun tag latest best paper
    dnnrun tag latest --remove baseline
    dnnrun list --tag best
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.store import find_run, tag_run

    run = find_run(name, runs_dir)
    has = tag_run(run, tags or (), remove=remove or ())
    if as_json:
        results().out(json.dumps({"run": str(run.path), "tags": has}))
    else:
        for each in has:
            results().out(each)
