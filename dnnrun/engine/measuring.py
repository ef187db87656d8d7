"""From a config and its data to the sizes of its model: it is built and compiled as for training, and traced."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS
from dnnrun.data.dataset import Dataset
from dnnrun.engine.feeding import Feed
from dnnrun.engine.objects import reason_of
from dnnrun.engine.preparation import Prepared, prepare
from dnnrun.engine.sizes import LayerSizes, ModelSizes, TrainingMemory
from dnnrun.engine.totals import total
from dnnrun.engine.tracing import Call, trace
from dnnrun.errors import ConfigError, Problem

_BESIDE = "beside the layers"


def measure(experiment: Experiment, dataset: Dataset, *, allow_code: bool) -> ModelSizes:
    """Build and compile a model as training does, but on the CPU; try a batch, train nothing, write nothing.

    Args:
        experiment: the config, resolved.
        dataset: its data.
        allow_code: whether the config's import paths may be run.

    Raises:
        ConfigError: what training would refuse, with its line.
    """
    experiment = experiment.changed(device="cpu", threads="auto")  # a process can set its threads only once
    return sizes_of(prepare(experiment, dataset, allow_code=allow_code))


def sizes_of(prepared: Prepared) -> ModelSizes:
    """Return the sizes of a model that has been prepared for training."""
    model, dataset = prepared.exported, prepared.dataset
    count = min(prepared.experiment.batch_size, len(dataset.train))
    batch = Feed.of(dataset.train.take(slice(count)), count)
    call, before = _traced(prepared, prepared.model, batch.x), _before_training(prepared, count)
    return ModelSizes(
        input_shapes={name: tuple(shape) for name, shape in _by_input(prepared.facts["input_shape"]).items()},
        batch_size=count,
        layers=(*(_without_memory(layer) for layer in _layers(before, count)), *_layers([call], count)),
        parameters=_parameters(model.weights),
        trainable=_parameters(model.trainable_weights),
        memory=_a_sample(call.memory, count),
        multiply_adds=_a_sample(total(each.multiply_adds for each in (*before, call)), count),
        training=TrainingMemory(
            parameters=_bytes(model.weights),
            gradients=_bytes(model.trainable_weights),
            optimizer=_bytes(model.optimizer.variables),
            activations=call.memory,
            backward=None if call.largest is None else 2 * call.largest,
            batch=_bytes([batch.x, batch.y]),
            data=sum(_bytes([rows.x, rows.y]) for rows in dataset.splits.values()),
        ),
    )


def _by_input(shape: Any) -> dict[str, Any]:
    return shape if isinstance(shape, dict) else {ROWS: shape}


def _before_training(prepared: Prepared, count: int) -> list[Call]:
    """Return the call of the layers that are applied once, if there are any."""
    model = prepared.preparation.model
    if model is None:
        return []
    batch = keras.tree.map_structure(
        lambda tensor: tf.TensorSpec((count, *tensor.shape[1:]), tensor.dtype), model.input
    )
    return [_traced(prepared, model, batch)]


def _without_memory(layer: LayerSizes) -> LayerSizes:
    """Return the sizes of a layer that is over when training begins: it holds nothing for a step back."""
    return replace(layer, memory=0)


def _traced(prepared: Prepared, model: keras.Model, batch: Any) -> Call:
    try:
        return trace(model, batch)
    except Exception as error:
        raise ConfigError(
            Problem(
                f"the model cannot be computed in a graph, as training does: {reason_of(error)}",
                prepared.experiment.place(("model",), of_key=True),
                "in layers of your own, compute with keras.ops, not with NumPy",
            )
        ) from error


def _layers(models: list[Call], batch: int) -> tuple[LayerSizes, ...]:
    """Return what the calls of a model have called, a layer once, and what the model's own code multiplies."""
    calls_of: dict[int, list[Call]] = {}
    for model in models:
        for call in model.calls:
            calls_of.setdefault(id(call.operation), []).append(call)
    layers = [_layer(calls, batch) for calls in calls_of.values()]
    products = total(model.products.multiply_adds for model in models)
    if products != 0:
        held = total(model.products.result_bytes for model in models)
        kind = type(models[0].operation).__name__
        layers.append(LayerSizes(_BESIDE, kind, (), 0, 0, _a_sample(held, batch), _a_sample(products, batch)))
    return tuple(layers)


def _layer(calls: list[Call], batch: int) -> LayerSizes:
    operation = calls[0].operation
    is_layer = isinstance(operation, keras.Layer)
    return LayerSizes(
        name=operation.name,
        kind=type(operation).__name__,
        output_shapes=tuple(tuple(output.shape)[1:] for output in calls[-1].outputs),
        parameters=_parameters(operation.weights) if is_layer else 0,
        trainable=_parameters(operation.trainable_weights) if is_layer else 0,
        memory=_a_sample(total(call.memory for call in calls), batch),
        multiply_adds=_a_sample(total(call.multiply_adds for call in calls), batch),
        layers=_layers(calls, batch) if isinstance(operation, keras.Model) else (),
    )


def _a_sample(of_batch: int | None, batch: int) -> int | None:
    """Return the share of one sample; what is computed once a batch is its share, too, rounded up."""
    return None if of_batch is None else -(-of_batch // batch)


def _parameters(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _bytes(arrays: Any) -> int:
    """Return the memory of arrays, tensors or variables, however they are nested."""
    return sum(math.prod(array.shape) * tf.as_dtype(array.dtype).size for array in keras.tree.flatten(arrays))
