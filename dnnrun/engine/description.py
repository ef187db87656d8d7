"""What is said of a run that is about to begin: run.json's first facts, and the plan for whoever watches."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import keras

from dnnrun.config.resolved import to_plain
from dnnrun.engine import facts
from dnnrun.engine.chance import chance_loss
from dnnrun.engine.observer import Plan
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.training_run import Progress
from dnnrun.store import RunWriter


def record_of(prepared: Prepared) -> dict[str, Any]:
    """Return what run.json holds before training; `RunWriter` adds times, process and status."""
    experiment = prepared.experiment
    return {
        "name": experiment.run_name,
        "description": experiment.description,
        "tags": list(experiment.tags),
        "command": sys.argv,
        "seed": experiment.seed,
        "versions": facts.versions(),
        "machine": facts.machine(),
        "devices": [prepared.session.device],
        "workers": prepared.session.team.size,
        "threads": prepared.session.threads or facts.cores(),
        "git": facts.git_state(),
        "dataset": prepared.dataset.facts(),
        "parameters": prepared.model.count_params(),
        "untrained": prepared.untrained,
        "chance_loss": chance_loss(experiment, prepared.dataset),
        "epochs_finished": 0,
        "best": None,
        "weights_from_epoch": 0,
        "final": None,
        "failure": None,
        "config": to_plain(experiment),
    }


def plan_of(prepared: Prepared, writer: RunWriter, progress: Progress) -> Plan:
    """Return what is about to be trained, and where it goes."""
    experiment, rows = prepared.experiment, len(prepared.dataset.train)
    return Plan(
        run=writer.path,
        log=writer.log_file,
        name=experiment.run_name,
        description=experiment.description,
        data=prepared.dataset.facts(),
        layers=_layer_shapes(prepared.model),
        parameters=prepared.model.count_params(),
        device=prepared.session.device,
        epochs=experiment.epochs,
        steps=experiment.steps_per_epoch or -(-rows // experiment.batch_size),
        batch_size=experiment.batch_size,
        seed=experiment.seed or 0,
        untrained_loss=prepared.untrained["loss"],
        chance_loss=chance_loss(experiment, prepared.dataset),
        epochs_done=progress.position.epoch,
    )


def _layer_shapes(model: keras.Model) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    shapes: list[tuple[str, tuple[int | None, ...]]] = []
    for layer in model.layers:
        with contextlib.suppress(AttributeError):  # a layer used more than once has no single output
            shapes.append((type(layer).__name__, tuple(layer.output.shape)[1:]))
    return tuple(shapes)
