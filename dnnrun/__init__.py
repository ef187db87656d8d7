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
    from dnnrun.analysis.explanation import explain, explain_difference
    from dnnrun.analysis.listing import list_runs
    from dnnrun.analysis.run_description import show_run
    from dnnrun.analysis.run_difference import diff_runs
    from dnnrun.api.baselines import fit_baselines
    from dnnrun.api.comparing import compare
    from dnnrun.api.cross_validation import cross_validate
    from dnnrun.api.data_view import draw_samples, view_data
    from dnnrun.api.datasets import add_dataset, fetch_dataset, find_dataset, list_datasets
    from dnnrun.api.doctor import examine_installation
    from dnnrun.api.exporting import export
    from dnnrun.api.plots import plot, plot_activations
    from dnnrun.api.reporting import report
    from dnnrun.api.runs import Run, find_run, find_runs
    from dnnrun.api.training import describe, resume, train, verify
    from dnnrun.config.load import load_config
    from dnnrun.config.schema import Experiment
    from dnnrun.errors import ConfigError, DataError, DnnrunError, ExportError, Problem, RunError, TrainingError
    from dnnrun.running.observer import Observer
    from dnnrun.starter.writing import init_config
    from dnnrun.store import (
        collect_garbage,
        note_run,
        remove_runs,
        restore_runs,
        tag_run,
    )

_OFFERED = {
    "ConfigError": "dnnrun.errors",
    "DataError": "dnnrun.errors",
    "DnnrunError": "dnnrun.errors",
    "Experiment": "dnnrun.config.schema",
    "ExportError": "dnnrun.errors",
    "Observer": "dnnrun.running.observer",
    "Problem": "dnnrun.errors",
    "Run": "dnnrun.api.runs",
    "RunError": "dnnrun.errors",
    "TrainingError": "dnnrun.errors",
    "add_dataset": "dnnrun.api.datasets",
    "collect_garbage": "dnnrun.store",
    "compare": "dnnrun.api.comparing",
    "compare_runs": "dnnrun.analysis.comparison",
    "cross_validate": "dnnrun.api.cross_validation",
    "describe": "dnnrun.api.training",
    "diff_runs": "dnnrun.analysis.run_difference",
    "draw_samples": "dnnrun.api.data_view",
    "examine_installation": "dnnrun.api.doctor",
    "explain": "dnnrun.analysis.explanation",
    "explain_difference": "dnnrun.analysis.explanation",
    "export": "dnnrun.api.exporting",
    "fetch_dataset": "dnnrun.api.datasets",
    "find_dataset": "dnnrun.api.datasets",
    "find_run": "dnnrun.api.runs",
    "find_runs": "dnnrun.api.runs",
    "fit_baselines": "dnnrun.api.baselines",
    "init_config": "dnnrun.starter.writing",
    "list_datasets": "dnnrun.api.datasets",
    "list_runs": "dnnrun.analysis.listing",
    "load_config": "dnnrun.config.load",
    "note_run": "dnnrun.store",
    "plot": "dnnrun.api.plots",
    "plot_activations": "dnnrun.api.plots",
    "remove_runs": "dnnrun.store",
    "report": "dnnrun.api.reporting",
    "restore_runs": "dnnrun.store",
    "resume": "dnnrun.api.training",
    "show_run": "dnnrun.analysis.run_description",
    "tag_run": "dnnrun.store",
    "train": "dnnrun.api.training",
    "validate": "dnnrun.api.validation",
    "verify": "dnnrun.api.training",
    "view_data": "dnnrun.api.data_view",
}

__all__ = [
    "ConfigError",
    "DataError",
    "DnnrunError",
    "Experiment",
    "ExportError",
    "Observer",
    "Problem",
    "Run",
    "RunError",
    "TrainingError",
    "add_dataset",
    "collect_garbage",
    "compare",
    "compare_runs",
    "cross_validate",
    "describe",
    "diff_runs",
    "draw_samples",
    "examine_installation",
    "explain",
    "explain_difference",
    "export",
    "fetch_dataset",
    "find_dataset",
    "find_run",
    "find_runs",
    "fit_baselines",
    "init_config",
    "list_datasets",
    "list_runs",
    "load_config",
    "note_run",
    "plot",
    "plot_activations",
    "remove_runs",
    "report",
    "restore_runs",
    "resume",
    "show_run",
    "tag_run",
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
