"""dnnrun: one YAML file to one reproducible Keras run.

    from dnnrun import train
    run = train("configs/mnist_adam.yaml")
    run.evaluation["metrics"]

What is offered here is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dnnrun.analysis.comparison import compare_runs
    from dnnrun.api import describe, plot, resume, train, verify
    from dnnrun.baselines import fit_baselines
    from dnnrun.config.load import load_config
    from dnnrun.config.schema import Experiment
    from dnnrun.cross_validation import cross_validate
    from dnnrun.data_view import draw_samples, view_data
    from dnnrun.datasets import add_dataset, fetch_dataset, find_dataset, list_datasets
    from dnnrun.doctor import examine_installation
    from dnnrun.errors import ConfigError, DataError, DnnrunError, Problem, RunError, TrainingError
    from dnnrun.running.observer import Observer
    from dnnrun.starter.writing import init_config
    from dnnrun.store import Run, find_runs

_OFFERED = {
    "ConfigError": "dnnrun.errors",
    "DataError": "dnnrun.errors",
    "DnnrunError": "dnnrun.errors",
    "Experiment": "dnnrun.config.schema",
    "Observer": "dnnrun.running.observer",
    "Problem": "dnnrun.errors",
    "Run": "dnnrun.store",
    "add_dataset": "dnnrun.datasets",
    "compare_runs": "dnnrun.analysis.comparison",
    "cross_validate": "dnnrun.cross_validation",
    "describe": "dnnrun.api",
    "draw_samples": "dnnrun.data_view",
    "examine_installation": "dnnrun.doctor",
    "fetch_dataset": "dnnrun.datasets",
    "find_dataset": "dnnrun.datasets",
    "find_runs": "dnnrun.store",
    "fit_baselines": "dnnrun.baselines",
    "RunError": "dnnrun.errors",
    "TrainingError": "dnnrun.errors",
    "init_config": "dnnrun.starter.writing",
    "list_datasets": "dnnrun.datasets",
    "load_config": "dnnrun.config.load",
    "plot": "dnnrun.api",
    "resume": "dnnrun.api",
    "train": "dnnrun.api",
    "validate": "dnnrun.validation",
    "verify": "dnnrun.api",
    "view_data": "dnnrun.data_view",
}

__all__ = [
    "ConfigError",
    "DataError",
    "DnnrunError",
    "Experiment",
    "Observer",
    "Problem",
    "Run",
    "RunError",
    "TrainingError",
    "add_dataset",
    "compare_runs",
    "cross_validate",
    "describe",
    "draw_samples",
    "examine_installation",
    "fetch_dataset",
    "find_dataset",
    "find_runs",
    "fit_baselines",
    "init_config",
    "list_datasets",
    "load_config",
    "plot",
    "resume",
    "train",
    "validate",
    "verify",
    "view_data",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("dnnrun")
    if name in _OFFERED:
        return getattr(importlib.import_module(_OFFERED[name]), name)
    raise AttributeError(f"module 'dnnrun' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
