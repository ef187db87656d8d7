"""Optimizer, loss and metrics onto a model, and a first look at whether they fit the data."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from dnnrun.components import ConfigPath
from dnnrun.config.outputs import ONLY, Output
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.data.dataset import Array, Dataset, Rows, Target, by_name, unwrapped
from dnnrun.engine.measurements import RESERVED, loss_of_one_device, numbers_of
from dnnrun.engine.objects import ObjectBuilder, in_one_line, reason_of
from dnnrun.engine.out_of_memory import out_of_memory_hint
from dnnrun.engine.session import Session
from dnnrun.errors import ConfigError, Problem

_BINARY = "\nor, with units: 1 and activation: sigmoid, the loss binary_crossentropy"


def compile_model(
    model: keras.Model, exported: keras.Model | None, experiment: Experiment, builder: ObjectBuilder, session: Session
) -> None:
    """Compile the model as the config says, and likewise the one that is saved, so that it can be trained on.

    Args:
        model: to train.
        exported: to save, which may be the same; None where it gives something else than the loss takes.
        experiment: the config.
        builder: makes optimizer, loss and metrics.
        session: tells the device.

    Raises:
        ConfigError: Keras refuses something, at its line.
    """
    assert experiment.optimizer is not None  # a network has one
    optimizer = builder.build("optimizers", experiment.optimizer, ("optimizer",))
    outputs = experiment.outputs
    losses = {output.name: builder.build("losses", output.loss, output.loss_path) for output in outputs}
    metrics = {output.name: _metrics_of(output, builder) for output in outputs}
    weights = {output.name: output.weight for output in outputs} if experiment.loss_weights else None
    _check_learning_rate(optimizer, builder)
    for output in outputs:
        _check_metrics(output, experiment, builder)
    options = {
        "loss": unwrapped(losses),
        "loss_weights": weights,
        "metrics": unwrapped(metrics),
        "jit_compile": _jit(experiment, session),
    }
    try:
        model.compile(optimizer=optimizer, **options)
        if exported is not None and exported is not model:
            exported.compile(optimizer=model.optimizer, **options)  # the same one, with all that it knows
    except Exception as error:
        raise builder.refusal(f"the model cannot be compiled: {in_one_line(error)}", ("optimizer",)) from error


def _metrics_of(output: Output, builder: ObjectBuilder) -> list[Any]:
    path = output.metrics_path
    return [builder.build("metrics", metric, (*path, index)) for index, metric in enumerate(output.metrics)]


def _check_metrics(output: Output, experiment: Experiment, builder: ObjectBuilder) -> None:
    """Refuse names that the history has for itself, and say where Keras's accuracy is not what it seems."""
    for index, metric in enumerate(output.metrics):
        if metric.arguments.get("name") in RESERVED:
            name, path = metric.arguments["name"], (*output.metrics_path, index, metric.name, "name")
            raise builder.refusal(f"{name!r} is a column of the history already", path, "give the metric another name")
    if _cuts_at_zero(output, experiment) and any(metric.name in {"accuracy", "acc"} for metric in output.metrics):
        warnings.warn(
            f"{output.label}Keras's accuracy takes an output above 0.5 for class 1, also where outputs are logits or "
            "signed; {BinaryAccuracy: {threshold: 0}} cuts at 0",
            stacklevel=2,
        )


def _cuts_at_zero(output: Output, experiment: Experiment) -> bool:
    """Whether an output is one number, whose sign tells the class."""
    model = experiment.model
    last = model.layers[_position(output, model)].arguments if isinstance(model, ModelConfig) else {}
    return last.get("units") == 1 and bool(
        output.loss.arguments.get("from_logits") or "hinge" in output.loss.name.lower()
    )


def _position(output: Output, model: ModelConfig) -> int:
    """Return which of the layers an output is."""
    names = [layer.arguments.get("name") for layer in model.layers]
    return names.index(output.name) if output.name else len(names) - 1


def _check_learning_rate(optimizer: keras.optimizers.Optimizer, builder: ObjectBuilder) -> None:
    """Ask once for the learning rate: a schedule only meets its arguments when it is computed."""
    try:
        rate = float(np.asarray(optimizer.learning_rate))
    except Exception as error:
        raise builder.refusal(
            f"the learning rate cannot be computed: {type(error).__name__}: {in_one_line(error)}", ("optimizer",)
        ) from error
    if not rate >= 0:
        raise builder.refusal(f"the learning rate is {rate}", ("optimizer",), "it must not be negative")


def try_one_batch(model: keras.Model, experiment: Experiment, dataset: Dataset) -> Mapping[str, float]:
    """Compute loss and metrics on a few rows of each split, so that what does not fit shows before a run is made.

    Returns:
        The loss and metrics of the untrained model on a batch of training rows.

    Raises:
        ConfigError: the labels do not fit the model's output, or the loss or a metric cannot be computed.
    """
    first: dict[str, float] = {}
    for name, rows in reversed(dataset.splits.items()):
        first = _try(model, experiment, dataset, rows.spread(experiment.batch_size), name)
    return first


def _try(model: keras.Model, experiment: Experiment, dataset: Dataset, rows: Rows, split: str) -> dict[str, float]:
    try:
        predicted = model(rows.x, training=False)
    except Exception as error:  # some layers look at what they get only when there are numbers in it
        shapes = unwrapped({name: x.shape[1:] for name, x in by_name(rows.x).items()})
        raise ConfigError(
            Problem(
                f"the model cannot be computed on the {split} rows: {reason_of(error)}",
                experiment.place(("model",), of_key=True),
                out_of_memory_hint(error, experiment.batch_size) or f"a row has shape {shapes}",
            )
        ) from error
    shapes_of_outputs = []
    for output in experiment.outputs:
        shape = tuple(by_name(predicted)[output.name].shape)[1:]
        if not output.loss.is_import_path:  # what a loss of the user's own makes of its arguments is its own affair
            _check_output(shape, output, experiment, dataset)
        labels = rows.labels_of(output.name).shape[1:]
        shapes_of_outputs.append(f"{output.label}a row of the output has shape {shape}, a row of the labels {labels}")
    hint = "\n".join(shapes_of_outputs)
    try:
        loss = loss_of_one_device(model.compute_loss(x=rows.x, y=rows.y, y_pred=predicted, training=False))
    except Exception as error:
        raise ConfigError(
            Problem(
                f"the loss cannot be computed on the {split} rows: {in_one_line(error)}",
                experiment.place(("loss",)),
                out_of_memory_hint(error, experiment.batch_size) or hint,
            )
        ) from error
    try:
        model.reset_metrics()
        logs = model.compute_metrics(rows.x, rows.y, predicted)
        model.reset_metrics()
    except Exception as error:
        raise ConfigError(
            Problem(
                f"the metrics cannot be computed on the {split} rows: {in_one_line(error)}",
                experiment.place(("metrics",), of_key=True),
                out_of_memory_hint(error, experiment.batch_size) or hint,
            )
        ) from error
    return {**numbers_of(logs), "loss": loss}


def _check_output(shape: tuple[int, ...], output: Output, experiment: Experiment, dataset: Dataset) -> None:
    """Refuse an output of a wrong shape; where Keras would broadcast it against the labels, it would say nothing."""
    where, gives, layer = experiment.place(_output_path(output, experiment)), "the model gives", "the last layer needs"
    labels, target = dataset.train.labels_of(output.name), dataset.targets[output.name]
    classes = len(target.class_names or ())
    if output.name != ONLY:
        gives, layer = f"the output {output.name!r} gives", "it needs"
    if len(shape) != 1:
        what = f"{gives} an array of shape {shape} a row, where one number for each class or target is needed"
        hint = "put Flatten before the last Dense; behind LSTM or GRU, take return_sequences out"
        raise ConfigError(Problem(what, where, hint))
    columns = shape[0]
    if labels.ndim == 1 and columns < classes:
        what = f"{gives} {columns} {_numbers(columns)} a row, but there are {classes} classes"
        raise ConfigError(Problem(what, where, f"{layer} units: {classes}" + (_BINARY if classes == 2 else "")))
    if labels.ndim == 2 and labels.shape[1] != columns:
        what = f"{gives} {columns} {_numbers(columns)} a row, but the labels have {labels.shape[1]}"
        raise ConfigError(Problem(what, where, _remedy(f"{layer} units: {labels.shape[1]}", output, labels, target)))


def _remedy(units: str, output: Output, labels: Array, target: Target) -> str:
    if target.task == "regression" or labels.shape[1] > 1:
        return units
    numbered = "the labels are class numbers: set dataset.one_hot: true, or use a loss that begins with sparse_"
    return numbered if "categorical" in output.loss.name.lower() else f"{units}\n{numbered}"


def _output_path(output: Output, experiment: Experiment) -> ConfigPath:
    model = experiment.model
    return ("model", "layers", _position(output, model)) if isinstance(model, ModelConfig) else ("model",)


def _numbers(count: int) -> str:
    return "number" if count == 1 else "numbers"


def _jit(experiment: Experiment, session: Session) -> bool | str:
    """XLA pays on accelerators; on a CPU it is slower than the plain graph for the nets that dnnrun is for."""
    if experiment.jit != "auto":
        return experiment.jit
    return "auto" if session.kind in {"gpu", "tpu"} else False
