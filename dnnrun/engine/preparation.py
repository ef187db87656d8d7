"""Everything that TensorFlow can find wrong before a run exists: session, model, callbacks, a first batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import keras

from dnnrun.config.differences import dotted, flatten
from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Dataset
from dnnrun.engine.callbacks import CallbackFactory
from dnnrun.engine.compilation import compile_model, try_one_batch
from dnnrun.engine.fused_updates import fuse_updates
from dnnrun.engine.loop import Loop
from dnnrun.engine.model import build_model
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.rendezvous import meet
from dnnrun.engine.session import Session, open_session
from dnnrun.engine.weights import load_initial_weights
from dnnrun.engine.workers import Workers
from dnnrun.running.facts import versions as versions_of_packages

_MAY_DIFFER = {"name", "description", "tags"}


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
    with session.scope():
        built = build_model(experiment, dataset, builder)
        model = built.model
        load_initial_weights(model, built.preprocessing, experiment)
        compile_model(model, experiment, builder, session)
        callbacks = CallbackFactory(experiment, builder)
        untrained = try_one_batch(model, experiment, dataset)
        model.optimizer.build(model.trainable_variables)
        if session.kind == "cpu" and session.strategy is None and not model.jit_compile:
            fuse_updates(model.optimizer)
        loop = _loop_of(model, session, builder)
    return Prepared(experiment, dataset, session, builder, model, loop, callbacks, class_weight, untrained)


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
