"""A training on the screen, whichever command began it: progress while it lasts, and then how it ended."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dnnrun.cli.screen import Terminated, messages, results

if TYPE_CHECKING:
    from dnnrun.cli.progress import TrainingScreen
    from dnnrun.engine.workers import Workers
    from dnnrun.running.observer import Observer
    from dnnrun.store import Run


def train_on_screen(
    training: Callable[[Observer], Run], *, quiet: bool, as_json: bool, workers: Workers | None = None
) -> None:
    """Carry out a training, print what came of it, and raise what ended it early.

    Args:
        training: is given the observer to tell.
        quiet: whether to print nothing but the path of the run.
        as_json: whether to print the result as one JSON object.
        workers: the processes that train together, if there are several; the first of them prints the result.
    """
    from dnnrun.errors import DnnrunError
    from dnnrun.store import Run

    failure: BaseException | None = None
    with training_screen(quiet=quiet) as screen:
        try:
            run: Run | None = training(screen)
        except (DnnrunError, KeyboardInterrupt) as error:
            run, failure = (Run(screen.plan.run) if screen.plan else None), error
    if workers is not None and not workers.is_chief:
        _print_part(workers, screen, quiet=quiet)
    elif run is not None:
        _print_result(run, quiet=quiet, as_json=as_json)
    if failure is not None:
        raise failure


@contextlib.contextmanager
def training_screen(*, quiet: bool) -> Iterator[TrainingScreen]:
    """Yield an observer that shows a training on stderr; TensorFlow's chatter is off the screen meanwhile."""
    from dnnrun.cli.chatter import turned_away
    from dnnrun.cli.progress import TrainingScreen

    signal.signal(signal.SIGTERM, _terminate)
    with turned_away() as chatter:
        live = sys.stdout.isatty() and chatter.screen.isatty()
        screen = TrainingScreen(chatter, live=live, quiet=quiet)
        # What Keras's callbacks and the user's own print is no result, and with --json it would spoil one.
        with contextlib.redirect_stdout(sys.stderr if quiet else chatter.screen):
            try:
                yield screen
            finally:
                screen.close()  # rich has its own stand-in for stdout, and must put ours back before it goes


def _print_result(run: Run, *, quiet: bool, as_json: bool) -> None:
    from dnnrun.cli import summary

    console = results()
    if as_json:
        console.out(json.dumps(summary.as_json(run), allow_nan=False))
    elif quiet:
        console.out(str(run.path))
    else:
        summary.print_summary(run, console)


def _print_part(workers: Workers, screen: TrainingScreen, *, quiet: bool) -> None:
    if screen.plan is not None and not quiet:
        part = f"{workers.name(workers.index)} has ended; {workers.name(0)} writes {screen.plan.run}"
        messages().print(f"{part}, this one's log is {screen.plan.log}")


def _terminate(signum: int, frame: Any) -> None:
    raise Terminated("terminated by SIGTERM")
