"""The plots of a run as they stand in the page: inside it, each with words for those who cannot see it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dnnrun.analysis.model_card.judged import SPLITS, judged_outputs
from dnnrun.analysis.number_text import metric_text
from dnnrun.analysis.plots.curves import find_best_epoch
from dnnrun.store import Run


def pictures_of(run: Run) -> list[dict[str, str]]:
    """Return the plots that lie in a run, each with ``title``, ``alt`` and ``uri``.

    Raises:
        RunError: a file that the words are made of is damaged.
    """
    return [
        {"title": _title(path), "alt": _alternative(run, path.stem), "uri": data_uri(path.read_bytes())}
        for path in run.plots
    ]


def data_uri(png: bytes) -> str:
    """Return an image as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").capitalize()


def _alternative(run: Run, name: str) -> str:
    words = _WORDS.get(name)
    return words(run) if words else f"{name.replace('_', ' ').capitalize()} of {run.name}"


def _loss(run: Run) -> str:
    return f"Training and validation loss over the epochs{_best(run)}"


def _metrics(run: Run) -> str:
    names = [name for name in run.history.metrics if not name.startswith("val_") and name != "loss"]
    return f"{', '.join(names) or 'Metrics'} over the epochs, on training and validation rows{_best(run)}"


def _best(run: Run) -> str:
    best, epochs = find_best_epoch(run), len(run.history.epochs)
    return f"; {best}" if best and epochs > 1 else ""


def _confusion_matrix(run: Run) -> str:
    judged = judged_outputs(run)
    classes = judged[0].classes if judged else ()
    right, rows = sum(each.right for each in classes), sum(each.rows for each in classes)
    confusions = [(each.taken_for[1], each.name, each.taken_for[0]) for each in classes if each.taken_for]
    often = f"; most often {max(confusions)[1]!r} was taken for {max(confusions)[2]!r}" if confusions else ""
    return f"Confusion matrix of {_rows(run)}: {right:,} of {rows:,} on the diagonal{often}"


def _samples(run: Run) -> str:
    return f"Some images of {_rows(run)}, each with its class and what the model took it for"


def _predicted_vs_true(run: Run) -> str:
    judged = judged_outputs(run)
    error = judged[0].errors.get("mae") if judged else None
    mean = f"; mean absolute error {metric_text(error)}" if error is not None else ""
    return f"Predicted against true values of {_rows(run)}{mean}"


def _rows(run: Run) -> str:
    evaluation: Mapping[str, Any] = run.evaluation or {}
    return f"the {SPLITS.get(str(evaluation.get('split')), 'evaluated rows')}"


_WORDS: dict[str, Callable[[Run], str]] = {
    "loss": _loss,
    "metrics": _metrics,
    "confusion_matrix": _confusion_matrix,
    "samples": _samples,
    "predicted_vs_true": _predicted_vs_true,
}
"""What is said of a plot beyond its name; one that is not here gets by without."""
