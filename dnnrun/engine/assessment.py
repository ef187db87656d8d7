"""A saved network measured on rows, as at the end of its training, with what the bootstrap needs of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.config.outputs import Output
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.data.dataset import Array, Arrays, Dataset, Rows, by_name
from dnnrun.engine.compilation import compile_model
from dnnrun.engine.evaluation import Evaluation, evaluate, evaluated_raw_rows
from dnnrun.engine.feeding import row_weights
from dnnrun.engine.loading import load_model
from dnnrun.engine.loop import Loop
from dnnrun.engine.measurements import numbers_of
from dnnrun.engine.objects import ObjectBuilder, in_one_line
from dnnrun.engine.session import open_session
from dnnrun.engine.windows import as_tensor
from dnnrun.errors import DataError, DnnrunError
from dnnrun.running.bootstrap import Resampling

_BATCH = 256
_CLOSE = 1e-3  # a mean of rows in 64 bits beside Keras's, batch by batch in 32


@dataclass(frozen=True)
class _Measured:
    """A metric of Keras with the numbers of the output that it is of."""

    name: str
    metric: Any
    true: Array
    predicted: Array


def assess(
    model_file: Path, own: Sequence[str], experiment: Experiment, dataset: Dataset, *, allow_code: bool
) -> tuple[Mapping[str, Any], Resampling]:
    """Return the figures of a saved model on the test rows, and how to compute them of other draws of these.

    Args:
        model_file: the saved model.
        own: import paths of the user's own that it may hold.
        experiment: the run's config.
        dataset: raw rows, those to judge by as its test rows.
        allow_code: whether the config's import paths may be run.

    Raises:
        ConfigError: code is not allowed.
        DataError: the model does not take these rows.
        RunError: the model is damaged.
    """
    assert dataset.test is not None
    dataset = replace(dataset, test=dataset.test.with_features(_under_names_of_keras), validation=None)
    experiment = experiment.changed(threads="auto")  # as TensorFlow may have begun to compute in this process
    builder = ObjectBuilder(experiment, allow_code=allow_code)
    session = open_session(experiment, dataset)
    with session.scope():
        model = _as_trained(load_model(model_file, own, allow_code=allow_code), experiment)
        compile_model(model, None, experiment, builder, session)
        try:
            evaluation = evaluate(
                model, Loop(model, jit=False), experiment, dataset, builder, evaluated_raw_rows(dataset)
            )
        except DnnrunError:
            raise
        except Exception as error:
            what = f"the model cannot be evaluated on these rows: {type(error).__name__}: {in_one_line(error)}"
            raise DataError(what, hint="are they of the form that it was trained on?") from error
        rows = dataset.test if dataset.test is not None else dataset.train
        return evaluation.figures, _resampling_of(model, experiment, rows, evaluation, builder)


def _under_names_of_keras(x: Arrays) -> Arrays:
    """Return features by the names of the saved model's inputs, in which Keras allows no slash."""
    return {name.replace("/", "_"): array for name, array in x.items()} if isinstance(x, dict) else x


def _as_trained(model: keras.Model, experiment: Experiment) -> keras.Model:
    """Return the model up to the output that the loss takes, before ``model.postprocess``."""
    config = experiment.model
    if not isinstance(config, ModelConfig) or not config.postprocess:
        return model
    output = model.outputs[0]
    for _ in config.postprocess:
        output = output._keras_history.operation.input
    return keras.Model(model.input, output, name=model.name)


def _resampling_of(
    model: keras.Model, experiment: Experiment, rows: Rows, evaluation: Evaluation, builder: ObjectBuilder
) -> Resampling:
    reported: Mapping[str, float] = evaluation.figures["metrics"]
    means = _losses(model, experiment, rows, builder)
    offsets = {"loss": reported["loss"] - float(np.mean(means["loss"]))} if "loss" in means else {}
    others: list[_Measured] = []
    for measured in _metrics_of(model, experiment, rows, evaluation.given):
        parts = _parts_of_rows(measured)
        if parts is not None and _is_reported(reported, measured.name, float(np.mean(parts))):
            means[measured.name] = parts
        else:
            others.append(measured)
    return Resampling(means, offsets, _drawn_again(others, reported) if others else None)


def _is_reported(reported: Mapping[str, float], name: str, value: float) -> bool:
    """Whether a figure computed from predictions is the one that Keras computed in the model's own graph.

    There a crossentropy knows the logits that the probabilities were made of, and is not cut off where these are 0.
    """
    return bool(np.isclose(value, reported.get(name, np.nan), _CLOSE, _CLOSE))


def _losses(model: keras.Model, experiment: Experiment, rows: Rows, builder: ObjectBuilder) -> dict[str, Array]:
    """Return the loss of each row under the names of the metrics; nothing where a loss is not one of each row."""
    outputs = experiment.outputs
    losses = {output.name: _loss_of_rows(output, builder) for output in outputs}

    @tf.function(reduce_retracing=True)
    def of_batch(x: Any, y: Any) -> Any:
        given = by_name(model(x, training=False))
        return {name: loss(by_name(y)[name], given[name]) for name, loss in losses.items()}

    found: dict[str, list[Array]] = {output.name: [] for output in outputs}
    for begin in range(0, len(rows), _BATCH):
        batch = rows.take(slice(begin, begin + _BATCH))
        x, y = keras.tree.map_structure(as_tensor, (batch.x, batch.y))
        for name, parts in of_batch(x, y).items():
            if parts.shape[:1] != (len(batch),):
                return {}
            found[name].append(np.asarray(parts).reshape(len(batch), -1).mean(axis=1))
    weights = row_weights(rows, None)
    of_rows = {name: np.concatenate(parts) * (1 if weights is None else weights) for name, parts in found.items()}
    total = sum(output.weight * of_rows[output.name] for output in outputs)
    named = {f"{name}_loss": parts for name, parts in of_rows.items()} if len(outputs) > 1 else {}
    return {"loss": np.asarray(total), **named}


def _loss_of_rows(output: Output, builder: ObjectBuilder) -> Callable[[Any, Any], Any]:
    built = builder.build("losses", output.loss, output.loss_path)
    loss: Any = keras.losses.get(built) if isinstance(built, str) else built
    return loss.call if isinstance(loss, keras.losses.Loss) else loss


def _metrics_of(model: keras.Model, experiment: Experiment, rows: Rows, raw: Mapping[str, Any]) -> Iterator[_Measured]:
    """Yield the metrics of each output, under the names by which they are reported."""
    compiled = getattr(model, "_compile_metrics", None)
    lists = getattr(compiled, "_flat_metrics", None) or ()
    names = {output.name for output in experiment.outputs}
    for called, of_output in zip(model.output_names, lists, strict=False):
        output = called if called in names else experiment.outputs[0].name
        for metric in getattr(of_output, "metrics", ()):
            name = f"{output}_{metric.name}" if len(names) > 1 else metric.name
            yield _Measured(name, metric, rows.labels_of(output), np.asarray(raw[output]))


def _parts_of_rows(measured: _Measured) -> Array | None:
    """Return what each row adds to a metric that is a mean over them, shape (rows,); None for any other."""
    metric = measured.metric
    if not isinstance(metric, keras.metrics.MeanMetricWrapper):
        return None
    parts = np.asarray(metric._fn(measured.true, measured.predicted, **metric._fn_kwargs))
    return parts.reshape(len(parts), -1).mean(axis=1) if parts.shape[:1] == (len(measured.true),) else None


def _in_graph(metric: Any) -> Callable[[Any, Any], Any]:
    """Return what computes a metric that has been reset: a thousand times, which eagerly would take long."""

    @tf.function(reduce_retracing=True)
    def compute(true: Any, predicted: Any) -> Any:
        metric.update_state(true, predicted)
        return metric.result()

    return compute


def _drawn_again(others: Sequence[_Measured], reported: Mapping[str, float]) -> Callable[[Array], Mapping[str, float]]:
    functions = {measured.name: _in_graph(measured.metric) for measured in others}

    def compute(chosen: Array | slice) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for measured in others:
            measured.metric.reset_state()
            result = functions[measured.name](as_tensor(measured.true[chosen]), as_tensor(measured.predicted[chosen]))
            found |= numbers_of({measured.name: result})
        return found

    known = {name for name, value in compute(slice(None)).items() if _is_reported(reported, name, value)}
    return lambda chosen: {name: value for name, value in compute(chosen).items() if name in known}
