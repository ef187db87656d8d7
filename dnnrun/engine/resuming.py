"""Going on with a run in its own directory: from its last checkpoint, or from the start where it has none yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dnnrun.config.changes import Change
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment
from dnnrun.engine.fitting import Position
from dnnrun.engine.keeping import snapshot_of
from dnnrun.engine.team import Team
from dnnrun.engine.training import Ready, carry_out
from dnnrun.engine.training_run import Progress
from dnnrun.errors import ConfigError, Problem, RunError
from dnnrun.running import facts
from dnnrun.running.ending import Outcome
from dnnrun.store import Checkpoint, FollowingWriter, Run, RunWriter


def resume_run(run: Run, ready: Ready, changes: Sequence[Change]) -> Outcome:
    """Train on from where a run has come to.

    Args:
        run: the run, no process of which is alive; all of several workers see it.
        ready: the config to go on with, and its data.
        changes: what is different from the config and data that the run began with; recorded.

    Raises:
        ConfigError: there is nothing left to train.
        RunError: the run cannot be written, another process has it, or its checkpoint is of another model.
    """
    prepared, experiment = ready.prepared, ready.prepared.experiment
    checkpoint = run.checkpoints.read()
    _check_epochs(run, experiment, checkpoint)
    team = prepared.session.team
    writer = RunWriter.open(run.path) if team.is_chief else FollowingWriter(run.path, team.index)
    try:
        if writer.is_ours:  # once more: another process may have gone on until the run was ours
            checkpoint = run.checkpoints.read()
            _check_epochs(run, experiment, checkpoint)
        progress = replace(_progress(writer, run, experiment, checkpoint), has_new_rate=_is_rate_changed(changes))
        _check_agreement(team, run, progress)
        if writer.is_ours:
            _record(writer, run, experiment, changes, progress.position)
        for warning in _differences(run.record, prepared.session.threads or facts.cores()):
            ready.observer.warned(warning)
    except BaseException:
        writer.close()
        raise
    return carry_out(ready, writer, progress)


def _check_epochs(run: Run, experiment: Experiment, checkpoint: Checkpoint | None) -> None:
    """Refuse to go on with a run that is complete, or to have fewer epochs than there are."""
    if checkpoint is None:
        if run.status == "completed":  # to begin anew would take the place of what it gave
            what = f"{run.path}: is complete, and its checkpoints were removed, so that it cannot be lengthened"
            raise RunError(what, hint=f"train it anew, into a run of its own: dnnrun train {run.resolved_config}")
        return
    done = checkpoint.state["epochs_finished"]
    is_complete = checkpoint.state["is_finished"] and run.status == "completed"
    if experiment.epochs < done or (is_complete and experiment.epochs <= checkpoint.state["epochs"]):
        what = f"the run has {done} epochs already, and epochs is {experiment.epochs}"
        longer = checkpoint.state["epochs"] + done
        raise ConfigError(Problem(what, hint=f"lengthen it: --epochs {longer}"))


def _progress(writer: RunWriter, run: Run, experiment: Experiment, checkpoint: Checkpoint | None) -> Progress:
    """Return where to go on; the history keeps the epochs that the checkpoint knows, the others are repeated."""
    if checkpoint is None:
        writer.history_to(0)
        return Progress()
    state, finished = checkpoint.state, checkpoint.state["epochs_finished"]
    rows = run.history.rows()[:finished]
    writer.history_to(finished)
    if not state["is_finished"]:
        position = Position(state["epoch"], state["step"], is_stopped=state["is_stopped"])
        return Progress(position, snapshot_of(checkpoint), rows)
    is_longer = experiment.epochs > state["epochs"]
    return Progress(
        Position(finished), snapshot_of(checkpoint), rows, left="a second training" if is_longer else "saving"
    )


def _check_agreement(team: Team, run: Run, progress: Progress) -> None:
    """Refuse to go on where the workers do not see the same run."""
    position = progress.position
    if len({tuple(row) for row in team.gather([position.epoch, position.step, len(progress.rows)])}) > 1:
        what = f"{run.path}: the workers see different checkpoints in it"
        raise RunError(what, hint="put it where all of them see it, or copy it to each of them as it is now")


def _is_rate_changed(changes: Sequence[Change]) -> bool:
    return any(each.key.startswith("optimizer.") and each.key.endswith(".learning_rate") for each in changes)


def _record(writer: RunWriter, run: Run, experiment: Experiment, changes: Sequence[Change], position: Position) -> None:
    """Write down from where the run goes on, with what, and what the config is now."""
    sessions = list(writer.record.get("resumed", ()))
    sessions[-1] = {
        **sessions[-1],
        "from_epoch": position.epoch + 1,
        "from_step": position.step + 1,
        "changes": [{"key": each.key, "was": each.was, "now": each.now} for each in changes],
        "versions": facts.versions(),
        "machine": facts.machine(),
    }
    writer.update(resumed=sessions, config=to_plain(experiment))
    if changes:
        writer.write_resolved(to_yaml(experiment))


def _differences(record: Mapping[str, Any], threads: int) -> list[str]:
    """Say what is different in the surroundings: it may change the last bits, and can hardly be put back."""
    was, now = record.get("versions") or {}, facts.versions()
    changed = [f"{name} was {was[name]} and is {now[name]}" for name in now if name in was and was[name] != now[name]]
    machine, here = record.get("machine") or {}, facts.machine()
    changed += [
        f"the {name} was {machine[name]} and is {here[name]}"
        for name in ("architecture", "cores")
        if name in machine and machine[name] != here[name]
    ]
    if record.get("threads") not in (None, threads):
        changed.append(f"threads were {record['threads']} and are {threads}")
    return [f"results may differ in the last bits from here on: {each}" for each in changed]
