"""The plots of a run as they stand in the page: inside it, each with words for those who cannot see it."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dnnrun.analysis.model_card.judged import SPLITS, judged_outputs
from dnnrun.analysis.number_text import metric_text
from dnnrun.analysis.plots.curves import find_best_epoch
from dnnrun.analysis.plots.table import PLOTS
from dnnrun.store import Run


def pictures_of(run: Run) -> list[dict[str, str]]:
    """Return the plots that lie in a run, each with ``title``, ``alt`` and ``uri``.

    Raises:
        RunError: a file that the words are made of is damaged.
    """
    order = {name: place for place, name in enumerate(PLOTS)}
    return [
        {"title": _title(path), "alt": _alternative(run, path.stem), "uri": data_uri(path.read_bytes())}
        for path in sorted(run.plots, key=lambda path: order.get(path.stem, len(order)))
    ]


def data_uri(png: bytes) -> str:
    """Return an image as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _title(path: Path) -> str:
    return _TITLES.get(path.stem) or path.stem.replace("_", " ").capitalize()


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


def _learning_rate(run: Run) -> str:
    rates = [rate for rate in run.history.columns.get("learning_rate", ()) if math.isfinite(rate)]
    ends = f": from {rates[0]:g} to {rates[-1]:g}" if rates else ""
    return f"The learning rate over the epochs{ends}"


def _confusion_matrix(run: Run) -> str:
    judged = judged_outputs(run)
    classes = judged[0].classes if judged else ()
    right, rows = sum(each.right for each in classes), sum(each.rows for each in classes)
    confusions = [(each.taken_for[1], each.name, each.taken_for[0]) for each in classes if each.taken_for]
    often = f"; most often {max(confusions)[1]!r} was taken for {max(confusions)[2]!r}" if confusions else ""
    return f"Confusion matrix of {_rows(run)}: {right:,} of {rows:,} on the diagonal{often}"


def _confusion_rates(run: Run) -> str:
    return f"Confusion matrix of {_rows(run)} as shares of each true class"


def _per_class(run: Run) -> str:
    judged = judged_outputs(run)
    scored = [each for each in (judged[0].classes if judged else ()) if each.rows]
    worst = min(scored, key=lambda each: each.f1, default=None)
    ends = f"; the worst is {worst.name!r}: {worst.precision:.3f} and {worst.recall:.3f}" if worst else ""
    return f"Precision and recall of each class{ends}"


def _roc(run: Run) -> str:
    return f"True against false positive rate of {_rows(run)} at every threshold"


def _precision_recall(run: Run) -> str:
    return f"Precision against recall of {_rows(run)} at every threshold"


def _calibration(run: Run) -> str:
    return f"How often {_rows(run)} are of a class, against the probability that the model gave for it"


def _residuals(run: Run) -> str:
    return f"Predicted minus true values of {_rows(run)}"


def _samples(run: Run) -> str:
    return f"Some images of {_rows(run)}, each with its class and what the model took it for"


def _best_and_worst(run: Run) -> str:
    return f"Those of {_rows(run)} that the model told best, and those that it told worst"


def _network(run: Run) -> str:
    parameters = run.record.get("parameters")
    size = f"; {parameters:,} parameters" if isinstance(parameters, int) else ""
    return f"The layers of the network with their shapes{size}"


def _weights(run: Run) -> str:
    return f"Histograms of the weights of {run.name}, by layer"


def _predicted_vs_true(run: Run) -> str:
    judged = judged_outputs(run)
    error = judged[0].errors.get("mae") if judged else None
    mean = f"; mean absolute error {metric_text(error)}" if error is not None else ""
    return f"Predicted against true values of {_rows(run)}{mean}"


def _rows(run: Run) -> str:
    evaluation: Mapping[str, Any] = run.evaluation or {}
    return f"the {SPLITS.get(str(evaluation.get('split')), 'evaluated rows')}"


_TITLES = {"roc": "ROC", "per_class": "Precision and recall by class", "precision_recall": "Precision against recall"}
_WORDS: dict[str, Callable[[Run], str]] = {
    "loss": _loss,
    "metrics": _metrics,
    "learning_rate": _learning_rate,
    "confusion_matrix": _confusion_matrix,
    "confusion_rates": _confusion_rates,
    "per_class": _per_class,
    "roc": _roc,
    "precision_recall": _precision_recall,
    "calibration": _calibration,
    "samples": _samples,
    "best_and_worst": _best_and_worst,
    "predicted_vs_true": _predicted_vs_true,
    "residuals": _residuals,
    "network": _network,
    "weights": _weights,
}
"""What is said of a plot beyond its name; one that is not here gets by without."""
