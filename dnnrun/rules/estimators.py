"""Rules about models of scikit-learn: what is for networks says nothing to them."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.components import ConfigPath
from dnnrun.config import catalog
from dnnrun.config.measures import KNOWN, measure_of
from dnnrun.config.schema import DatasetConfig, Experiment
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
            yield Finding(what, (key,), _remedy(key, name), of_key=True)
    if experiment.device in {"gpu", "tpu"}:
        yield Finding(f"{name} is fitted on the CPU", ("device",), "take device out")
    metrics = experiment.metrics if isinstance(experiment.metrics, tuple) else ()
    for index, metric in enumerate(metrics):
        if measure_of(metric) is None:
            what = f"{metric.name} is measured of networks only"
            yield Finding(what, ("metrics", index), f"of scikit-learn's models there are: {KNOWN}")
    for key in _OF_DATA:
        if getattr(experiment.dataset, key) != DatasetConfig.model_fields[key].default:
            path: ConfigPath = ("dataset", key)
            yield Finding(f"dataset.{key} is for networks, and the model is {name}", path, "take it out", of_key=True)


def _remedy(key: str, name: str) -> str:
    entry = catalog.find("estimators", name)
    arguments = entry.arguments if entry else ()
    passes = next((argument for argument in _PASSES if argument in arguments), None)
    if key == "epochs" and passes:
        return f"take it out, or write it as {passes}: {{{name}: {{{passes}: ...}}}}"
    if key in arguments:
        return f"take it out, or write it as an argument: {{{name}: {{{key}: ...}}}}"
    null = f"; '{key}: null' where it is from the file that this one extends" if key in {"optimizer", "loss"} else ""
    return f"take it out{null}"
