"""Everything that TensorFlow can find wrong before a run exists: session, model, callbacks, a first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import keras

from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Dataset
from dnnrun.engine.callbacks import CallbackFactory
from dnnrun.engine.compilation import compile_model, try_one_batch
from dnnrun.engine.fused_updates import fuse_updates
from dnnrun.engine.loop import Loop
from dnnrun.engine.model import build_model
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.session import Session, open_session
from dnnrun.engine.weights import load_initial_weights


@dataclass(frozen=True)
class Prepared:
    """All that is needed to train, checked against one another.

    Args:
        experiment: the config, resolved.
        dataset: the data.
        session: the device.
        builder: makes further Keras objects for this config.
        model: built and compiled.
        loop: its steps.
        callbacks: makes the config's callbacks once the run directory is known.
        class_weight: by class number, or None.
        untrained: loss and metrics of the untrained model on a batch of training rows.
    """

    experiment: Experiment
    dataset: Dataset
    session: Session
    builder: ObjectBuilder
    model: keras.Model
    loop: Loop
    callbacks: CallbackFactory
    class_weight: Mapping[int, float] | None
    untrained: Mapping[str, float]


def prepare(experiment: Experiment, dataset: Dataset, *, allow_code: bool) -> Prepared:
    """Build everything; nothing is written.

    Raises:
        ConfigError: the config does not fit Keras or the data, with its line.
    """
    class_weight = class_weights(experiment, dataset)
    session = open_session(experiment, dataset)
    builder = ObjectBuilder(experiment, allow_code=allow_code)
    with session.scope():
        model = build_model(experiment, dataset, builder)
        load_initial_weights(model, experiment)
        compile_model(model, experiment, builder, session)
        callbacks = CallbackFactory(experiment, builder)
        untrained = try_one_batch(model, experiment, dataset)
        model.optimizer.build(model.trainable_variables)
        if session.kind == "cpu" and session.strategy is None and not model.jit_compile:
            fuse_updates(model.optimizer)
        loop = _loop_of(model, session, builder)
    return Prepared(experiment, dataset, session, builder, model, loop, callbacks, class_weight, untrained)


def _loop_of(model: keras.Model, session: Session, builder: ObjectBuilder) -> Loop:
    jit = bool(model.jit_compile)
    if session.strategy is None:
        return Loop(model, jit=jit)
    from dnnrun.engine.replicas import ReplicatedLoop  # noqa: PLC0415 - which only few runs need

    try:
        return ReplicatedLoop(model, jit=jit, strategy=session.strategy)
    except ValueError as error:
        raise builder.refusal(str(error), ("optimizer",), "name one device: device: cpu") from error
