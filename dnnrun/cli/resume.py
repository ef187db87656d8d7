"""``dnnrun resume RUN``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.on_screen import train_on_screen
from dnnrun.cli.options import (
    CodeOption,
    JsonOption,
    LookInOption,
    OfflineOption,
    QuietOption,
    RunArgument,
    SetOption,
    TaskIndexOption,
    WorkersOption,
    overrides_of,
)
from dnnrun.cli.screen import command


@command
def resume(
    name: RunArgument,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="Have N epochs in the end; lengthens a finished run.")
    ] = None,
    assignments: SetOption = None,
    allow_changes: Annotated[
        list[str] | None,
        typer.Option("--allow-change", metavar="KEY", help="Go on although KEY has changed, which changes results."),
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
    runs_dir: LookInOption = Path("runs"),
    addresses: WorkersOption = None,
    task_index: TaskIndexOption = None,
) -> None:
    """Go on with a run that was interrupted or crashed, or lengthen a finished one.

    It goes on in its own directory from its last checkpoint, and ends with the same weights and the same history as
    if nothing had happened. What has changed in its resolved.yaml or in the data, and would change results, is
    refused unless --allow-change names it ('data' for the data).

    \b
    dnnrun resume runs/20261123-141530-mnist_adam
    dnnrun resume runs/20261123-141530-mnist_adam --epochs 20
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.training import resume as resume_run
    from dnnrun.engine.workers import Workers
    from dnnrun.store import find_run

    run = find_run(name, runs_dir)
    overrides = overrides_of(assignments, epochs=epochs)
    workers = Workers.named(addresses, task_index) or Workers.from_environment()
    train_on_screen(
        lambda observer: resume_run(
            run,
            overrides=overrides,
            allow_changes=allow_changes or (),
            allow_code=allow_code,
            observer=observer,
            workers=workers,
        ),
        quiet=quiet,
        as_json=as_json,
        workers=workers,
    )
