"""Everything about one run, from its files: what `dnnrun show` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dnnrun.analysis.run_figures import one_line
from dnnrun.analysis.run_summary import BROKEN, RunSummary, read_summary
from dnnrun.config.directions import direction_of
from dnnrun.errors import RunError
from dnnrun.store import Run, contents_of
from dnnrun.store.history import LAST

_VALIDATION = "val_"
_SURROUNDINGS = ("versions", "machine", "devices", "workers", "threads", "git")


def show_run(run: Run) -> dict[str, Any]:
    """Return everything about a run, as far as it can be read, as what `json.dumps` takes.

    Returns:
        ``run``, ``path``, ``status`` (``broken`` where run.json cannot be read), ``config_name``, ``description``,
        ``tags``, ``note``; ``created``, ``ended``, ``seconds``, ``resumed``, ``failure``, ``command``; the resolved
        ``config``; ``dataset``, ``fold``, ``class_weight``; ``parameters``; ``epochs``, ``planned``, ``best`` and
        ``weights_from_epoch``; ``metrics``, by their names without ``val_``; the ``split`` of the evaluation, and the
        ``evaluation`` as it is in its file; ``versions``, ``machine``, ``devices``, ``workers``, ``threads``, ``git``;
        ``files``, each with ``path``, ``size`` and ``what``, and their ``size`` together; ``problems``, a line for each
        thing that could not be read.

        Each metric has what it was ``untrained``, in the last epoch in ``training`` and ``validation``, at its
        ``best`` (``value``, ``epoch``, and what it is the best ``of``), ``evaluated``, and what a trivial ``guess``
        scores.
    """
    run = Run(run.path)
    problems: list[str] = []
    summary, record = RunSummary(run.path, BROKEN), {}
    try:
        summary, record = read_summary(run), dict(run.record)
        problems += [summary.problem] if summary.problem else []
    except RunError as error:
        problems.append(one_line(error, run))
    if run.history.problem and run.history.problem not in problems:
        problems.append(run.history.problem)
    evaluation: Mapping[str, Any] = {}
    try:
        evaluation = run.evaluation or {}
    except RunError as error:
        problems.append(one_line(error, run))
    files = contents_of(run)
    shown = {
        "run": run.name,
        "path": str(run.path),
        "status": summary.status,
        "config_name": summary.config,
        "description": record.get("description"),
        "tags": list(summary.tags),
        "note": summary.note,
        "created": summary.created,
        "ended": record.get("ended"),
        "seconds": summary.seconds,
        **{
            key: record.get(key)
            for key in ("resumed", "failure", "command", "config", "dataset", "fold", "class_weight")
        },
        "parameters": record.get("parameters"),
        "epochs": summary.epochs,
        "planned": summary.planned,
        "best": summary.best,
        "weights_from_epoch": record.get("weights_from_epoch"),
        "metrics": _metrics(run, summary, record, evaluation),
        "split": evaluation.get("split"),
        "evaluation": dict(evaluation) or None,
        **{key: record.get(key) for key in _SURROUNDINGS},
        "files": [{"path": str(file.path), "size": file.size, "what": file.what} for file in files],
        "size": sum(file.size for file in files),
        "problems": problems,
    }
    return {key: finite(value) for key, value in shown.items()}


def finite(value: Any) -> Any:
    """Return a value with null in place of numbers that are not finite, which JSON has not."""
    if isinstance(value, Mapping):
        return {str(name): finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _metrics(
    run: Run, summary: RunSummary, record: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return every figure of every metric."""
    trivial = _mapping(_mapping(evaluation.get("trivial")).get("metrics"))
    evaluated, untrained = _mapping(evaluation.get("metrics")), _mapping(record.get("untrained"))
    last = {name: value for name, value in (summary.final or run.history.last()).items() if name not in LAST}
    names = dict.fromkeys(name.removeprefix(_VALIDATION) for name in (*last, *evaluated, *untrained))
    metrics = {}
    for name in names:
        watched = f"{_VALIDATION}{name}" if f"{_VALIDATION}{name}" in run.history.columns else name
        best = run.history.best(watched, direction_of(name))
        metrics[name] = {
            "untrained": untrained.get(name),
            "training": last.get(name),
            "validation": last.get(f"{_VALIDATION}{name}"),
            "best": {"value": best[1], "epoch": best[0], "of": watched} if best else None,
            "evaluated": evaluated.get(name),
            "guess": trivial.get(name),
        }
    return metrics


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
