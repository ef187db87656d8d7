"""What a person sees while a run is prepared and trained: header, live bar or one line an epoch, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from dnnrun.analysis.number_text import metric_text
from dnnrun.cli.chatter import Chatter
from dnnrun.cli.download_bar import DownloadBar
from dnnrun.cli.screen import print_problems
from dnnrun.cli.time_left import TimeLeft
from dnnrun.errors import Place, Problem
from dnnrun.running.observer import FitPlan, Observer, Plan

_UPDATES_A_SECOND = 8
_NOT_METRICS = ("epoch", "seconds", "learning_rate")


class TrainingScreen(Observer):
    """Shows a run on stderr.

    Args:
        chatter: where the real stderr is, and where TensorFlow's words go once there is a log.
        live: whether to draw a bar that moves; otherwise one line an epoch.
        quiet: whether to show nothing.
    """

    def __init__(self, chatter: Chatter, *, live: bool, quiet: bool) -> None:
        self.plan: Plan | FitPlan | None = None
        self.epochs_seen = 0
        self.runs_seen = 0
        self._found: set[tuple[str, Place | None]] = set()
        self._is_live = live and not quiet
        self._chatter = chatter
        self._quiet = quiet
        self.console = Console(file=chatter.screen, highlight=False, soft_wrap=True, force_terminal=live or None)
        self._status = self.console.status("") if live and not quiet else None
        self._progress: Progress | None = None
        self._download = DownloadBar(self.console, live=self._is_live)
        self._clock = TimeLeft(0, 1, validation=0.0)

    def preparing(self, what: str) -> None:
        """Say what is being done, on a line that goes away."""
        if self._progress:
            self._progress.stop()
            self._progress = None
        self._download.close()
        if self._status:
            self._status.update(f"{what} ...")
            self._status.start()

    def downloading(self, file: str, done: int, total: int | None) -> None:
        """Show how far a download has come."""
        if self._status:
            self._status.stop()  # of two things that move, neither would be seen
        if not self._quiet:
            self._download(file, done, total)

    def waiting(self, text: str) -> None:
        """Say whom this process waits for; where nothing moves, on a line that stays, or it would seem to hang."""
        self.preparing(text)
        if not self._status and not self._quiet:
            self.console.print(Text(text))

    def started(self, plan: Plan) -> None:
        """Print the header and begin the bar."""
        self.plan = plan
        self.runs_seen += 1
        total = (plan.epochs - plan.epochs_done) * plan.steps
        self._clock = TimeLeft(total, plan.steps, validation=_validation_share(plan))
        self._chatter.continue_in(plan.log)
        self.close()
        if self._quiet:
            return
        for line in header_lines(plan) if self.runs_seen == 1 else next_header_lines(plan):
            self.console.print(line)
        if self._is_live:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[measured]}"),
                TextColumn("{task.fields[left]}"),
                console=self.console,
                refresh_per_second=_UPDATES_A_SECOND,
                transient=True,
            )
            first = plan.epochs_done + 1
            self._progress.add_task(_counter(first, plan.epochs), total=total, measured="", left="")
            self._progress.start()

    def fitting(self, plan: FitPlan) -> None:
        """Print the header of what is fitted in one go."""
        self.plan = plan
        self._chatter.continue_in(plan.log)
        self.close()
        for line in () if self._quiet else fit_header_lines(plan):
            self.console.print(line)

    def stepped(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Move the bar."""
        if self._progress is None or not isinstance(self.plan, Plan):
            return
        self._clock.stepped((epoch - 1 - self.plan.epochs_done) * self.plan.steps + step)
        self._draw(_counter(epoch, self.plan.epochs), metrics_text(logs))

    def validated(self, step: int, steps: int) -> None:
        """Say how far a validation has come; the bar counts training steps."""
        if self._progress is not None:
            self._clock.validated(step, steps)
        if self._progress is not None and step < steps:
            self._draw(measured=f"validating {step / steps:.0%}")

    def _draw(self, description: str | None = None, measured: str = "") -> None:
        if self._progress is None:
            return
        left = self._clock.seconds_left()
        self._progress.update(
            self._progress.task_ids[0],
            completed=self._clock.steps_done,
            description=description,
            measured=measured,
            left="" if left is None else f"{seconds_text(left)} left",
        )

    def epoch_ended(self, row: Mapping[str, float]) -> None:
        """Print the epoch's line; on a terminal it stays above the bar."""
        self.epochs_seen = int(row["epoch"])
        if self._quiet or self.plan is None:
            return
        counter = _counter(self.epochs_seen, self.plan.epochs) if isinstance(self.plan, Plan) else "fitted"
        line = f"{counter}  {metrics_text(row)}  {seconds_text(row['seconds'])}"
        console = self._progress.console if self._progress else self.console
        console.print(Text(line))

    def stopping(self) -> None:
        """Say that the wish for an end was heard."""
        if not self._quiet:
            console = self._progress.console if self._progress else self.console
            console.print("stopping after this step; once more stops at once")

    def warned(self, text: str) -> None:
        """Print a warning of Keras or of a plot."""
        if not self._quiet:
            self.console.print(Text.assemble(("warning: ", "yellow"), text))

    def found(self, problem: Problem) -> None:
        """Print what the rules warn of; once, however many runs there are."""
        known = problem.rule or problem.what, problem.where
        if not self._quiet and known not in self._found:
            print_problems([problem], self.console)
        self._found.add(known)

    def said(self, text: str) -> None:
        """Print a line that stays."""
        self.close()
        if not self._quiet:
            self.console.print(Text(text))

    def close(self) -> None:
        """Take everything that moves off the screen."""
        if self._status:
            self._status.stop()
        self._download.close()
        if self._progress:
            self._progress.stop()
            self._progress = None


def header_lines(plan: Plan) -> list[Text]:
    """Return what is said of a run before it begins."""
    rows = {
        "data": _data_text(plan.data),
        "model": _model_text(plan),
        "train": (
            f"{_many(plan.epochs, 'epoch')} of {_many(plan.steps, 'step')}, batch size {plan.batch_size}, "
            f"seed {plan.seed}, on {plan.device}"
        ),
        "start": _start_text(plan),
        "run": str(plan.run),
    }
    return _header(plan, rows)


def fit_header_lines(plan: FitPlan) -> list[Text]:
    """Return what is said of an estimator's run before it begins."""
    rows = {
        "data": _data_text(plan.data),
        "model": plan.model,
        "train": f"in one go, seed {plan.seed}, on CPU",
        "run": str(plan.run),
    }
    return _header(plan, rows)


def _header(plan: Plan | FitPlan, rows: Mapping[str, str]) -> list[Text]:
    title = Text(plan.name, "bold")
    if plan.description:
        title.append(f"  {plan.description}", "dim")
    return [title, *(Text.assemble((f"  {label:<6}", "cyan"), text) for label, text in rows.items())]


def next_header_lines(plan: Plan) -> list[Text]:
    """Return what is said of a run of the same experiment as the one before it."""
    return [Text(plan.name, "bold"), Text.assemble(("  run   ", "cyan"), str(plan.run))]


def metrics_text(logs: Mapping[str, float]) -> str:
    """Return ``loss 0.0731  accuracy 0.9774`` for the metrics among the logs."""
    return "  ".join(f"{name} {metric_text(value)}" for name, value in logs.items() if name not in _NOT_METRICS)


def seconds_text(seconds: float) -> str:
    """Return a duration in the unit that a person would use."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _data_text(data: Mapping[str, Any]) -> str:
    names = {"train": "training", "validation": "validation", "test": "test"}
    rows = ", ".join(f"{count:,} {names[split]}" for split, count in data["rows"].items())
    streamed = ", streamed from disk" if data.get("streamed") else ""
    return f"{data['source']}: {rows} rows of {_shapes(data['input_shape'])}{_classes(data['classes'])}{streamed}"


def _classes(classes: Any) -> str:
    """Return how many classes there are, of several outputs for each."""
    if not isinstance(classes, Mapping):
        return f", {len(classes)} classes" if classes else ""
    each = (f"{name} ({len(of_one)} classes)" if of_one else name for name, of_one in classes.items())
    return f" for {' and '.join(each)}"


def _shapes(shapes: Any) -> str:
    if not isinstance(shapes, Mapping):
        return _shape(shapes)
    return " and ".join(f"{name} {_shape(shape)}" for name, shape in shapes.items())


def _model_text(plan: Plan) -> str:
    layers = [f"{name} {_shape(shape)}" for name, shape in plan.layers]
    if len(layers) > 8:
        layers = [*layers[:4], f"({len(layers) - 7} more)", *layers[-3:]]
    return f"{(' > ' if plan.is_stack else ', ').join(layers)}; {plan.parameters:,} parameters"


def _validation_share(plan: Plan) -> float:
    """Return how long a validation probably takes, as a share of an epoch: forward only is a third of a step."""
    rows: Mapping[str, int] = plan.data["rows"]
    return rows.get("validation", 0) / (plan.steps * plan.batch_size) / 3


def _start_text(plan: Plan) -> str:
    if plan.epochs_done:
        return f"epoch {plan.epochs_done + 1}, as the checkpoint left it"
    chance = "" if plan.chance_loss is None else f"; chance gives {metric_text(plan.chance_loss)}"
    return f"untrained loss {metric_text(plan.untrained_loss)}{chance}"


def _shape(shape: Any) -> str:
    return "x".join(str(size) for size in shape) if len(shape) else "one number"


def _counter(epoch: int, epochs: int) -> str:
    return f"epoch {epoch:>{len(str(epochs))}}/{epochs}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
