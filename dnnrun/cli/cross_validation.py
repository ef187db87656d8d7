"""All folds of a cross-validation on the screen: the progress of each, and then what they score together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.cli.on_screen import training_screen
from dnnrun.cli.screen import results

if TYPE_CHECKING:
    from dnnrun.api.cross_validation import Fold
    from dnnrun.config.schema import Experiment
    from dnnrun.engine.workers import Workers


def cross_validate_on_screen(
    experiment: Experiment,
    *,
    runs_dir: Path,
    smoke: bool,
    allow_code: bool,
    quiet: bool,
    as_json: bool,
    workers: Workers | None,
) -> None:
    """Train every fold, print what came of them, and raise what ended some of them early.

    Args:
        experiment: with folds.
        runs_dir: where the run directories are made.
        smoke: train one epoch on a few rows only.
        allow_code: whether import paths in the config may be run.
        quiet: whether to print nothing but the paths of the runs.
        as_json: whether to print the result as one JSON object.
        workers: the processes that train together, of which there may be one only.
    """
    from dnnrun.api.cross_validation import cross_validate
    from dnnrun.errors import ConfigError, DnnrunError, TrainingError, in_words

    if workers is not None:
        what = "several workers train one run together, and the config asks for several folds"
        raise ConfigError(what, hint="train one fold at a time: --set fold=1")
    folds: list[Fold] = []
    stopped: BaseException | None = None
    with training_screen(quiet=quiet) as screen:

        def ended(fold: Fold) -> None:
            folds.append(fold)
            screen.said(_line(fold))

        try:
            cross_validate(
                experiment, runs_dir=runs_dir, smoke=smoke, allow_code=allow_code, observer=screen, ended=ended
            )
        except (DnnrunError, KeyboardInterrupt) as error:
            stopped = error
    if folds:
        _print_result(folds, quiet=quiet, as_json=as_json)
    if stopped is not None:
        raise stopped
    failed = [fold for fold in folds if fold.failure is not None]
    if failed:
        each = "\n".join(f"fold {fold.number}: {in_words(fold.failure)}" for fold in failed if fold.failure)
        raise TrainingError(f"{len(failed)} of {len(folds)} folds did not reach their end", hint=each)


def _line(fold: Fold) -> str:
    from dnnrun.analysis.folds import held_out_metrics
    from dnnrun.cli.progress import metrics_text

    measured = metrics_text(held_out_metrics(fold.run))
    outcome = f"held-out rows: {measured}" if measured else fold.run.status
    return f"fold {fold.number} of {fold.of}  {outcome}\n"


def _print_result(folds: Sequence[Fold], *, quiet: bool, as_json: bool) -> None:
    from dnnrun.analysis.folds import summarize_folds

    if as_json:
        results().out(json.dumps(_as_json(folds), allow_nan=False))
    elif quiet:
        for fold in folds:
            results().out(str(fold.run.path))
    else:
        for line in _table(folds, summarize_folds(fold.run for fold in folds)):
            results().print(line, markup=False)


def _as_json(folds: Sequence[Fold]) -> dict[str, Any]:
    from dnnrun.analysis.folds import summarize_folds
    from dnnrun.cli import summary

    spreads = summarize_folds(fold.run for fold in folds)
    return {
        "folds": [{"fold": fold.number, **summary.as_json(fold.run)} for fold in folds],
        "of": folds[0].of,
        "group": (folds[0].run.record.get("fold") or {}).get("group"),
        "summary": {
            name: {
                "mean": _finite(spread.mean),
                "deviation": _finite(spread.deviation),
                "folds": len(spread.values),
            }
            for name, spread in spreads.items()
        },
    }


def _finite(number: float) -> float | None:
    return number if abs(number) < float("inf") else None


def _table(folds: Sequence[Fold], spreads: Any) -> list[str]:
    """Return a row for each fold, then their mean and deviation, in columns."""
    from dnnrun.analysis.folds import held_out_metrics
    from dnnrun.analysis.number_text import metric_text

    metrics = list(spreads)
    rows = [["fold", "status", *metrics, "run"]]
    for fold in folds:
        measured = held_out_metrics(fold.run)
        cells = [metric_text(measured[name]) if name in measured else "-" for name in metrics]
        rows.append([f"{fold.number} of {fold.of}", fold.run.status, *cells, str(fold.run.path)])
    if metrics:
        over = f"{max(len(spread.values) for spread in spreads.values())} folds"
        rows.append(["mean", over, *(metric_text(spreads[name].mean) for name in metrics), ""])
        rows.append(["deviation", "", *(metric_text(spreads[name].deviation) for name in metrics), ""])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
