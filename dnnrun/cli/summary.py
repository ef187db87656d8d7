"""The end of a run on the screen, read from its files: outcome, test metrics beside a trivial guess, next steps."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import metric_text
from dnnrun.cli.program_names import as_typed
from dnnrun.cli.progress import seconds_text
from dnnrun.config.positions import is_estimator
from dnnrun.store import Run

_SPLIT_NAMES = {
    "test": "test",
    "validation": "validation (there is no test set)",
    "training": "training (no other rows)",
}


def print_summary(run: Run, console: Console) -> None:
    """Print how a run ended and what it left."""
    console.print()
    console.print(_outcome(run))
    for line in _scores(run):
        console.print(line)
    console.print(Text.assemble(("files", "cyan"), f" in {run.path}"))
    console.print(Text("  " + "  ".join(path.name + ("/" if path.is_dir() else "") for path in run.files.values())))
    console.print(Text("next", "cyan"))
    for next_command in _next_commands(run):
        console.print(Text(f"  {next_command}"))


def as_json(run: Run) -> dict[str, Any]:
    """Return what ``--json`` prints: the run's path, its status and its test metrics."""
    evaluation = run.evaluation or {}
    metrics = evaluation.get("metrics")
    return {
        "run": str(run.path),
        "status": run.status,
        "test": metrics if evaluation.get("split") == "test" else None,
        "evaluation": {"split": evaluation["split"], "metrics": metrics} if evaluation else None,
        "epochs": len(run.history.epochs),
        "best": run.record.get("best"),
        "failure": run.record.get("failure"),
    }


def _outcome(run: Run) -> Text:
    colour = "bold green" if run.status == "completed" else "bold yellow"
    epochs, planned = len(run.history.epochs), run.config.get("epochs")
    count = f"{epochs} of {planned} epochs" if epochs != planned else f"{epochs} epoch{'s' if epochs != 1 else ''}"
    if is_estimator(run.config.get("model")):
        count = "fitted" if epochs else "not fitted"
    seconds = sum(run.history.columns.get("seconds", ()))
    text = Text.assemble((run.status, colour), f": {count} in {seconds_text(seconds)}")
    best = run.record.get("best")
    if best:
        text.append(f"; best epoch {best['epoch']} by {best['metric']} ({metric_text(best['value'])})")
        weights_from = run.record.get("weights_from_epoch")
        if weights_from and (weights_from != epochs or weights_from != best["epoch"]):
            text.append(f"; the model is that of epoch {weights_from}")
    return text


def _scores(run: Run) -> list[Text]:
    evaluation = run.evaluation
    if not evaluation:
        return []
    trivial: Mapping[str, Any] = evaluation.get("trivial") or {}
    guessed: Mapping[str, Any] = trivial.get("metrics") or {}
    title = _SPLIT_NAMES[evaluation["split"]]
    metrics = dict(evaluation["metrics"])
    width = max(len(name) for name in (*metrics, title))
    lines = [Text(f"{title:<{width}}  {'model':>10}", "cyan")]
    if guessed:
        lines[0].append(f"  {'trivial guess':>13}")
    for name, value in metrics.items():
        line = Text(f"{name:<{width}}  ") + Text(f"{_text(value):>10}", "bold")
        if name in guessed:
            line.append(f"  {_text(guessed[name]):>13}")
        lines.append(line)
    rows = f"{evaluation['rows']:,} rows"
    lines.append(Text(f"{rows}; trivial guess: {trivial['guess']}" if trivial else rows, "dim"))
    return lines


def _next_commands(run: Run) -> list[str]:
    dnnrun = as_typed("dnnrun", sys.argv[0])
    files = run.files
    commands = []
    if run.status in {"interrupted", "failed", "crashed"} and not is_estimator(run.config.get("model")):
        commands.append(f"{dnnrun} resume {shlex.quote(str(run.path))}    # goes on where it ended")
    commands += [f"{dnnrun} compare {shlex.quote(str(run.path.parent))}/*"]
    if "config" in files:
        commands.append(f"{dnnrun} train {shlex.quote(str(files['config']))}    # the same run again")
    if "model" in files:
        python = as_typed("python", sys.executable)
        commands.append(f'{python} -c "import keras; keras.models.load_model({str(files["model"])!r}).summary()"')
    if "estimator" in files:
        python = as_typed("python", sys.executable)
        commands.append(f'{python} -c "import joblib; print(joblib.load({str(files["estimator"])!r}))"')
    return commands


def _text(value: float | None) -> str:
    """Return a metric as text; a number that was not finite is null on disk."""
    return "nan" if value is None else metric_text(value)
