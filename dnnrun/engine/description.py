"""What is said of a run that is about to begin: run.json's first facts, and the plan for whoever watches."""

from __future__ import annotations

import contextlib
from typing import Any

import keras

from dnnrun.config.graph import topology_of
from dnnrun.config.schema import ModelConfig
from dnnrun.engine.chance import chance_loss
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.training_run import Progress
from dnnrun.running import facts
from dnnrun.running.observer import Plan
from dnnrun.running.record import first_record
from dnnrun.store import RunWriter


def record_of(prepared: Prepared) -> dict[str, Any]:
    """Return what run.json holds before training; `RunWriter` adds times, process and status."""
    return first_record(
        prepared.experiment,
        prepared.facts,
        prepared.class_weight,
        devices=[prepared.session.device],
        workers=prepared.session.team.size,
        threads=prepared.session.threads or facts.cores(),
        parameters=prepared.exported.count_params(),
        untrained=prepared.untrained,
        chance_loss=chance_loss(prepared.experiment, prepared.dataset),
    )


def plan_of(prepared: Prepared, writer: RunWriter, progress: Progress) -> Plan:
    """Return what is about to be trained, and where it goes."""
    experiment, rows = prepared.experiment, len(prepared.dataset.train)
    is_stack = _is_stack(prepared)
    return Plan(
        run=writer.path,
        log=writer.log_file,
        name=experiment.run_name,
        description=experiment.description,
        data=prepared.facts,
        layers=_shown_layers(prepared, by_name=not is_stack),
        is_stack=is_stack,
        parameters=prepared.exported.count_params(),
        device=prepared.session.device,
        epochs=experiment.epochs,
        steps=experiment.steps_per_epoch or -(-rows // experiment.batch_size),
        batch_size=experiment.batch_size,
        seed=experiment.seed or 0,
        untrained_loss=prepared.untrained["loss"],
        chance_loss=chance_loss(experiment, prepared.dataset),
        epochs_done=progress.position.epoch,
    )


def _is_stack(prepared: Prepared) -> bool:
    """Whether to show the layers as a stack, as those of a model from a function are too."""
    is_listed = isinstance(prepared.experiment.model, ModelConfig)
    return not is_listed or topology_of(prepared.experiment, prepared.dataset.inputs).is_stack


def _shown_layers(prepared: Prepared, *, by_name: bool) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """Return the layers of the whole model; of a table that is prepared by column, only what its columns make."""
    if prepared.dataset.columns is None:
        return _layer_shapes(prepared.exported, by_name=by_name)
    made = [(f"{name or 'columns'}", shape) for name, shape in prepared.dataset.input_shapes.items()]
    return (*made, *_layer_shapes(prepared.model, by_name=by_name))


def _layer_shapes(model: keras.Model, *, by_name: bool) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    shapes: list[tuple[str, tuple[int | None, ...]]] = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        with contextlib.suppress(AttributeError):  # a layer used more than once has no single output
            called = layer.name if by_name else type(layer).__name__
            shapes.append((called, tuple(layer.output.shape)[1:]))
    return tuple(shapes)
