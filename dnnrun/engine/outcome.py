"""Which epoch was the best, and which one the saved weights are from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras

from dnnrun.config.directions import Direction, direction_of
from dnnrun.config.schema import Experiment


def progress_facts(
    rows: list[dict[str, float]], experiment: Experiment, callbacks: Sequence[keras.callbacks.Callback]
) -> dict[str, Any]:
    """Return what run.json says of the epochs so far.

    Args:
        rows: the history, an epoch each.
        experiment: the config.
        callbacks: the config's callbacks, after training.
    """
    final = {name: value for name, value in rows[-1].items() if name != "seconds"} if rows else None
    restored = _restored(callbacks, rows)
    return {
        "epochs_finished": len(rows),
        "best": restored or best_epoch(rows, experiment),
        "weights_from_epoch": restored["epoch"] if restored else len(rows),
        "final": final,
    }


def _restored(callbacks: Sequence[keras.callbacks.Callback], rows: list[dict[str, float]]) -> dict[str, Any] | None:
    """Return the epoch whose weights EarlyStopping has put back, or None; it has its own idea of what is better."""
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.EarlyStopping) and callback.restore_best_weights:
            epoch = callback.best_epoch + 1
            if callback.best_weights is not None and epoch <= len(rows) and callback.monitor in rows[epoch - 1]:
                return {"epoch": epoch, "metric": callback.monitor, "value": rows[epoch - 1][callback.monitor]}
    return None


def best_epoch(rows: list[dict[str, float]], experiment: Experiment) -> dict[str, Any] | None:
    """Return the best epoch by what the config monitors, else by validation loss, else by loss; None without any.

    Returns:
        ``epoch`` (from 1), ``metric`` and ``value``.
    """
    for metric, direction in _monitored(experiment):
        measured = [(row[metric], row["epoch"]) for row in rows if math.isfinite(row.get(metric, math.nan))]
        if measured:
            sign = -1 if direction == "max" else 1
            value, epoch = min(measured, key=lambda pair: (sign * pair[0], pair[1]))
            return {"epoch": int(epoch), "metric": metric, "value": value}
    return None


def _monitored(experiment: Experiment) -> list[tuple[str, Direction]]:
    found: list[tuple[str, Direction]] = []
    for component in experiment.callbacks:
        if component.name in {"EarlyStopping", "ModelCheckpoint"}:
            metric = str(component.arguments.get("monitor", "val_loss"))
            mode = component.arguments.get("mode")
            found.append((metric, mode if mode in ("min", "max") else direction_of(metric)))
    return [*found, ("val_loss", "min"), ("loss", "min")]
