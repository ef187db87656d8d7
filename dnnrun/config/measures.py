"""What metrics are called in the logs, and which of them can be measured without Keras, of any model's predictions."""

from __future__ import annotations

from typing import Literal, get_args

from dnnrun.components import Component
from dnnrun.config import catalog
from dnnrun.config.tasks import Task

OfClasses = Literal["accuracy", "auc", "precision", "recall"]
OfNumbers = Literal["mse", "mae", "rmse", "r2"]
Measure = OfClasses | OfNumbers

_MEASURES: dict[str, Measure] = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "binaryaccuracy": "accuracy",
    "categoricalaccuracy": "accuracy",
    "sparsecategoricalaccuracy": "accuracy",
    "auc": "auc",
    "precision": "precision",
    "recall": "recall",
    "mse": "mse",
    "meansquarederror": "mse",
    "mae": "mae",
    "meanabsoluteerror": "mae",
    "rmse": "rmse",
    "rootmeansquarederror": "rmse",
    "r2score": "r2",
}
KNOWN = "accuracy, AUC, Precision, Recall, mse, mae, RootMeanSquaredError, R2Score"
BY_DEFAULT: dict[Task, Component] = {"classification": Component("accuracy"), "regression": Component("mae")}


def measure_of(metric: Component) -> Measure | None:
    """Return what a metric of Keras measures, whatever its form; None where that needs Keras."""
    is_plain = not metric.positional and not set(metric.arguments) - {"name"}
    return _MEASURES.get(metric.name.replace("_", "").lower()) if is_plain else None


def is_of_task(measure: Measure, task: Task) -> bool:
    """Whether something is measured of classes, or of numbers."""
    return measure in get_args(OfClasses if task == "classification" else OfNumbers)


def logged_name(metric: Component) -> str | None:
    """Return what Keras calls a metric: a bare name as it is written, an object by its name or its class's.

    None for one of the user's own, which only itself knows.
    """
    if metric.is_import_path:
        return None
    if metric.is_bare:
        return metric.name
    entry = catalog.find("metrics", metric.name)
    default = entry.parameters["name"].default if entry and "name" in entry.parameters else None
    return str(metric.arguments.get("name") or default or snake_case(metric.name))


def snake_case(name: str) -> str:
    """Return the name that Keras gives an object of a class."""
    return "".join(
        f"_{c.lower()}" if c.isupper() and i and not name[i - 1].isupper() else c.lower() for i, c in enumerate(name)
    )
