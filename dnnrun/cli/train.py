"""``dnnrun train CONFIG``."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dnnrun.cli.options import QuietOption, SetOption, overrides_of
from dnnrun.cli.screen import Terminated, command, results


@command
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The YAML file of the experiment.")],
    assignments: SetOption = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Override epochs.")] = None,
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Override batch_size.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Override seed.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Override the run's name.")] = None,
    runs_dir: Annotated[Path, typer.Option(metavar="DIR", help="Where the run directory is made.")] = Path("runs"),
    smoke: Annotated[
        bool, typer.Option("--smoke", help="One epoch on at most 256 rows of each split: does everything work?")
    ] = False,
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print path, status and test metrics as one object.")] = False,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", envvar="DNNRUN_ALLOW_CODE", help="Run code that the config names.")
    ] = False,
) -> None:
    """Train one experiment into a new run directory.

    \b
    dnnrun train configs/mnist_adam.yaml
    dnnrun train configs/mnist_adam.yaml --epochs 2 --set optimizer.SGD=0.1
    dnnrun train configs/mnist_adam.yaml --smoke --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    signal.signal(signal.SIGTERM, _terminate)
    run, failure = _train_on_screen(
        config,
        quiet=quiet,
        overrides=overrides_of(assignments, epochs=epochs, batch_size=batch_size, seed=seed, name=name),
        runs_dir=runs_dir,
        smoke=smoke,
        allow_code=allow_code,
    )
    if run is not None:
        _print_result(run, quiet=quiet, as_json=as_json)
    if failure is not None:
        raise failure


def _train_on_screen(config: Path, *, quiet: bool, **options: Any) -> tuple[Any, BaseException | None]:
    """Train with TensorFlow's chatter off the screen; return the run, if one was made, and what ended it early."""
    from dnnrun.api import train as train_experiment
    from dnnrun.cli.chatter import turned_away
    from dnnrun.cli.progress import TrainingScreen
    from dnnrun.errors import DnnrunError
    from dnnrun.store import Run

    with turned_away() as chatter:
        live = sys.stdout.isatty() and chatter.screen.isatty()
        screen = TrainingScreen(chatter, live=live, quiet=quiet)
        # What Keras's callbacks and the user's own print is no result, and with --json it would spoil one.
        with contextlib.redirect_stdout(sys.stderr if quiet else chatter.screen):
            try:
                return train_experiment(config, observer=screen, **options), None
            except (DnnrunError, KeyboardInterrupt) as failure:
                return (Run(screen.plan.run) if screen.plan else None), failure
            finally:
                screen.close()  # rich has its own stand-in for stdout, and must put ours back before it goes


def _print_result(run: Any, *, quiet: bool, as_json: bool) -> None:
    from dnnrun.cli import summary

    console = results()
    if as_json:
        console.out(json.dumps(summary.as_json(run), allow_nan=False))
    elif quiet:
        console.out(str(run.path))
    else:
        summary.print_summary(run, console)


def _terminate(signum: int, frame: Any) -> None:
    raise Terminated("terminated by SIGTERM")
