"""Rules about models of scikit-learn: what is for networks says nothing to them, and each is for one task."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dnnrun.components import ConfigPath
from dnnrun.config import catalog
from dnnrun.config.measures import BY_DEFAULT, KNOWN, is_of_task, measure_of
from dnnrun.config.schema import DatasetConfig, Experiment
from dnnrun.config.tasks import Task
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import Subject

# What an estimator goes through its rows for is an argument of its own, under one of these names.
_PASSES = ("max_iter", "n_estimators")
_OF_NETWORKS = (
    "optimizer", "loss", "loss_weights", "callbacks", "epochs", "batch_size", "steps_per_epoch", "initial_weights",
    "precision",
)  # fmt: skip
_OF_DATA = ("one_hot", "inputs")


def keys_for_networks(subject: Subject) -> Iterator[Finding]:
    """Keys that say how a network is trained."""
    if subject.estimator is None:
        return
    name, experiment = subject.estimator.name, subject.experiment
    for key in _OF_NETWORKS:
        if getattr(experiment, key) != Experiment.model_fields[key].default:
            what = f"{key} is for networks, and the model is scikit-learn's {name}"
            edit = _remedy(key, name) + _taken_back(key, Experiment.model_fields[key].default)
            yield Finding(what, (key,), edit, of_key=True)
    if experiment.device in {"gpu", "tpu"}:
        yield Finding(f"{name} is fitted on the CPU", ("device",), "take device out")
    for index, metric in enumerate(subject.metrics):
        if measure_of(metric) is None:
            what = f"{metric.name} is measured of networks only"
            yield Finding(what, ("metrics", index), f"of scikit-learn's models there are: {KNOWN}")
    for key in _OF_DATA:
        if getattr(experiment.dataset, key) != DatasetConfig.model_fields[key].default:
            path: ConfigPath = ("dataset", key)
            edit = f"take it out{_taken_back(key, DatasetConfig.model_fields[key].default)}"
            yield Finding(f"dataset.{key} is for networks, and the model is {name}", path, edit, of_key=True)


def estimator_of_another_task(subject: Subject) -> Iterator[Finding]:
    """A regressor and labels that are classes, or a classifier and labels that are measured; metrics likewise."""
    name, facts = subject.estimator.name if subject.estimator else "", subject.facts
    if catalog.find("estimators", name) is None:
        return
    yield from _metrics_of_another_task(subject, name)
    if facts is None:
        return
    path: ConfigPath = ("model", "sklearn")
    if catalog.is_classifier(name) and facts.has_fractions and facts.label_range is not None:
        least, most = facts.label_range
        what = f"{name} is a classifier, and the labels are numbers with fractions, from {least:g} to {most:g}"
        yield Finding(what, path, f"take a regressor, such as {_counterpart(name)}, or another target")
    elif not catalog.is_classifier(name) and facts.task == "classification":
        classes = f"{len(facts.classes)} classes" if facts.classes else "classes"
        what = f"{name} is a regressor, and the labels are {classes}"
        yield Finding(what, path, f"take a classifier, such as {_counterpart(name)}, or another target")


def _metrics_of_another_task(subject: Subject, name: str) -> Iterator[Finding]:
    task: Task = "classification" if catalog.is_classifier(name) else "regression"
    for index, metric in enumerate(subject.metrics):
        measure = measure_of(metric)
        if measure is not None and not is_of_task(measure, task):
            of, gives = ("numbers", "classes") if task == "classification" else ("classes", "numbers")
            edit = f"use metrics: [{BY_DEFAULT[task].name}]"
            yield Finding(f"{metric.name} is of {of}, and {name} gives {gives}", ("metrics", index), edit)


def _counterpart(name: str) -> str:
    """Return the estimator of the same kind for the other task, or else a linear one."""
    is_classifier = catalog.is_classifier(name)
    was, other = ("Classifier", "Regressor") if is_classifier else ("Regressor", "Classifier")
    same_kind = name.replace(was, other) if was in name else f"{name}{other}"
    linear = "LinearRegression" if is_classifier else "LogisticRegression"
    return same_kind if catalog.find("estimators", same_kind) else linear


def _remedy(key: str, name: str) -> str:
    entry = catalog.find("estimators", name)
    arguments = entry.arguments if entry else ()
    passes = next((argument for argument in _PASSES if argument in arguments), None)
    if key == "epochs" and passes:
        return f"take it out, or write it as {passes}: {{{name}: {{{passes}: ...}}}}"
    if key in arguments:
        return f"take it out, or write it as an argument: {{{name}: {{{key}: ...}}}}"
    return "take it out"


def _taken_back(key: str, default: object) -> str:
    """Return how a key is taken back that is written elsewhere."""
    return f"; '{key}: {json.dumps(default)}' where it is from a file that this one extends"
