"""``dnnrun note RUN [TEXT]``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import LookInOption, RunArgument
from dnnrun.cli.screen import command, results


@command
def note(
    name: RunArgument,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="The note, in place of the one that is there.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the note away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run and its note as one object.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Write a note to a run, or without TEXT print the one that it has.

    \b
    dnnrun note latest "the first with augmentation; worth five seeds"
    dnnrun note latest
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.errors import ConfigError
    from dnnrun.store import find_run, note_run

    if words and clear:
        raise ConfigError("a note is given, and --clear takes it away", hint="decide for one")
    run = find_run(name, runs_dir)
    if words or clear:
        note_run(run, " ".join(words or ()))
    text = run.notes.text
    if as_json:
        results().out(json.dumps({"run": str(run.path), "note": text}))
    elif text and not words:
        results().out(text)
