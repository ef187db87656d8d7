"""``dnnrun doctor``."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli import screen
from dnnrun.cli.screen import Terminated, command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.api.doctor import Surroundings, Trial
    from dnnrun.errors import DnnrunError


@command
def doctor(
    runs_dir: Annotated[Path, typer.Option(metavar="DIR", help="Where runs would be made.")] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Check that dnnrun works here, and print what a bug report needs.

    Versions, devices, cores, memory, the bundled data, where runs and caches go; then a small training, which leaves
    nothing behind. Ends with 3 if the data is damaged, 4 if no run can be made, 5 if training fails: the first of them.

    \b
    dnnrun doctor
    dnnrun doctor --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.doctor import Diagnosis, examine_surroundings
    from dnnrun.cli import diagnosis

    signal.signal(signal.SIGTERM, _terminate)
    console = results()
    surroundings = examine_surroundings(runs_dir)
    if not as_json:
        diagnosis.print_surroundings(surroundings, console)
        sys.stdout.flush()  # TensorFlow can take the process down, and then this much is known
    trial = _tried(surroundings)
    found = Diagnosis(surroundings, trial)
    if as_json:
        console.out(json.dumps(diagnosis.as_json(found), allow_nan=False))
    else:
        diagnosis.print_trial(trial, console)
    _print_failures(found.failures)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _tried(surroundings: Surroundings) -> Trial:
    """Train with TensorFlow's chatter off the screen, and say on a terminal what takes so long."""
    from dnnrun.api.doctor import Trial, can_be_tried, try_training
    from dnnrun.cli.chatter import turned_away
    from dnnrun.cli.diagnosis import Preparing

    if not can_be_tried(surroundings):
        return Trial()
    with turned_away() as chatter, contextlib.redirect_stdout(sys.stderr), Preparing(chatter.screen) as preparing:
        return try_training(surroundings, preparing)


def _print_failures(failures: dict[str, DnnrunError]) -> None:
    for failure in failures.values():
        sys.stdout.flush()
        print_problems(failure.problems, messages())
        if screen.show_tracebacks:
            traceback.print_exception(failure)


def _terminate(signum: int, frame: Any) -> None:
    raise Terminated("terminated by SIGTERM")
