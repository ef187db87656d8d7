"""From an estimator's name and arguments in a config to the object, checked by scikit-learn itself."""

from __future__ import annotations

import importlib
from typing import Any

from sklearn.base import BaseEstimator

from dnnrun.components import Component, ConfigPath
from dnnrun.config import catalog
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.errors import ConfigError, Problem

PATH: ConfigPath = ("model", "sklearn")


def build_estimator(experiment: Experiment) -> Any:
    """Return the estimator of a config, not fitted yet; what draws at random gets the config's seed.

    Raises:
        ConfigError: the installed scikit-learn has no such estimator, or refuses an argument, at its line.
    """
    assert isinstance(experiment.model, EstimatorConfig)
    return _build(experiment, experiment.model.sklearn, PATH)


def _build(experiment: Experiment, component: Component, path: ConfigPath) -> Any:
    at = (*path, component.name)
    arguments = {
        name: _build(experiment, value, (*at, name)) if isinstance(value, Component) else value
        for name, value in component.arguments.items()
    }
    try:
        made = _class_of(component.name)(*component.positional, **arguments)
        if "random_state" in made.get_params(deep=False) and "random_state" not in arguments:
            made.set_params(random_state=experiment.seed)
        made._validate_params()  # what `fit` would ask first, and better asked before there is a run
    except (TypeError, ValueError) as error:
        text = " ".join(str(error).split())
        raise ConfigError(Problem(f"{component.name}: {text}", experiment.place(path))) from error
    return made


def _class_of(name: str) -> type[BaseEstimator]:
    module = catalog.module_of_estimator(name)
    found = getattr(importlib.import_module(module), name, None) if module else None
    if found is None:
        from sklearn.utils import all_estimators  # noqa: PLC0415 - imports all of scikit-learn

        found = dict(all_estimators(type_filter=["classifier", "regressor"])).get(name)
    if found is None:
        raise ValueError("the installed scikit-learn has no such classifier or regressor")
    return found
