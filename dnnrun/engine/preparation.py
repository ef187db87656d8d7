"""Everything that TensorFlow can find wrong before a run exists: session, model, callbacks, a first batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from dnnrun.config.differences import dotted, flatten
from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Dataset
from dnnrun.engine.callbacks import CallbackFactory
from dnnrun.engine.compilation import compile_model, try_one_batch
from dnnrun.engine.evaluation import evaluated_raw_rows
from dnnrun.engine.fused_updates import fuse_updates
from dnnrun.engine.loop import Loop
from dnnrun.engine.model import build_model
from dnnrun.engine.objects import ObjectBuilder, reason_of
from dnnrun.engine.preprocessing import Preparation
from dnnrun.engine.rendezvous import meet
from dnnrun.engine.session import Session, open_session
from dnnrun.engine.weights import load_initial_weights
from dnnrun.engine.workers import Workers
from dnnrun.running.examples import RawRows
from dnnrun.running.facts import versions as versions_of_packages

_MAY_DIFFER = {"name", "description", "tags"}


@dataclass(frozen=True)
class Prepared:
    """All that is needed to train, checked against one another.

    Args:
        experiment: the config, resolved.
        dataset: the data, its features as the model takes them.
        facts: of the data as it was read, for the run's record.
        raw: for the plots, the rows that will be evaluated as they were read, or some of them.
        session: the device.
        builder: makes further Keras objects for this config.
        model: built and compiled; takes prepared rows.
        exported: what is saved; takes raw rows. It shares the layers, the optimizer and the loss.
        preparation: makes the former rows of the latter.
        postprocessing: makes what the latter gives of what the former gives, or None where that is the same.
        loop: its steps.
        callbacks: makes the config's callbacks once the run directory is known.
        class_weight: by class number, or None.
        untrained: loss and metrics of the untrained model on a batch of training rows.
    """

    experiment: Experiment
    dataset: Dataset
    facts: Mapping[str, Any]
    raw: RawRows
    session: Session
    builder: ObjectBuilder
    model: keras.Model
    exported: keras.Model
    preparation: Preparation
    postprocessing: keras.Model | None
    loop: Loop
    callbacks: CallbackFactory
    class_weight: Mapping[int, float] | None
    untrained: Mapping[str, float]


def prepare(
    experiment: Experiment,
    dataset: Dataset,
    *,
    allow_code: bool,
    workers: Workers | None = None,
    waiting: Callable[[str], None] = lambda what: None,
) -> Prepared:
    """Build everything; nothing is written.

    Args:
        experiment: the config, resolved.
        dataset: its data.
        allow_code: whether the config's import paths may be run.
        workers: the processes that train it together, if there are several.
        waiting: told which of them this one waits for.

    Raises:
        ConfigError: the config does not fit Keras or the data, with its line.
    """
    class_weight = class_weights(experiment, dataset)
    if workers is not None:
        meet(workers, _in_common(experiment, dataset, workers), waiting)
    session = open_session(experiment, dataset, workers)
    builder = ObjectBuilder(experiment, allow_code=allow_code)
    built = build_model(experiment, dataset, builder, session.scope)
    facts, raw = dataset.facts(), evaluated_raw_rows(dataset)
    dataset = _prepared(dataset, built.preparation, experiment, builder)
    model = built.trained
    with session.scope():
        load_initial_weights(built.exported, built.preprocessing, experiment)
        compile_model(model, None if built.postprocessing else built.exported, experiment, builder, session)
        callbacks = CallbackFactory(experiment, builder)
        untrained = try_one_batch(model, experiment, dataset)
        model.optimizer.build(model.trainable_variables)
        if session.kind == "cpu" and session.strategy is None and not model.jit_compile:
            fuse_updates(model.optimizer)
        loop = _loop_of(model, session, builder)
    return Prepared(
        experiment=experiment,
        dataset=dataset,
        facts=facts,
        raw=raw,
        session=session,
        builder=builder,
        model=model,
        exported=built.exported,
        preparation=built.preparation,
        postprocessing=built.postprocessing,
        loop=loop,
        callbacks=callbacks,
        class_weight=class_weight,
        untrained=untrained,
    )


def _prepared(dataset: Dataset, preparation: Preparation, experiment: Experiment, builder: ObjectBuilder) -> Dataset:
    """Return the data with the features that the model takes."""
    try:
        return dataset.with_features(preparation.apply)
    except Exception as error:
        path = ("dataset", "preprocess")
        raise builder.refusal(f"the rows cannot be prepared: {reason_of(error)}", path) from error


def _in_common(experiment: Experiment, dataset: Dataset, workers: Workers) -> dict[str, str]:
    """Return what all workers must have alike; what a run is called, and where its data lies, may differ."""
    config = {
        dotted(path): str(value)
        for path, value in flatten(to_plain(experiment)).items()
        if path[0] not in _MAY_DIFFER and path[:2] != ("dataset", "source")
    }
    facts_of_data = {"the data's fingerprint": dataset.fingerprint}
    versions = {f"the version of {name}": version for name, version in versions_of_packages().items()}
    return {"the list of workers": ", ".join(workers.addresses), **versions, **config, **facts_of_data}


def _loop_of(model: keras.Model, session: Session, builder: ObjectBuilder) -> Loop:
    jit = bool(model.jit_compile)
    if session.strategy is None:
        return Loop(model, jit=jit)
    from dnnrun.engine.replicas import ReplicatedLoop  # noqa: PLC0415 - which only few runs need

    try:
        return ReplicatedLoop(model, jit=jit, strategy=session.strategy)
    except ValueError as error:
        raise builder.refusal(str(error), ("optimizer",), "name one device: device: cpu") from error
