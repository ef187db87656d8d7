"""Rules about callbacks: what they watch, when they act, and where they write."""

from __future__ import annotations

import string
from collections.abc import Iterator

from dnnrun.components import Component, ConfigPath
from dnnrun.config import catalog
from dnnrun.errors import suggest
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import Subject

_IN_PATTERNS = {"epoch", "batch"}


def missing_monitor(subject: Subject) -> Iterator[Finding]:
    """A watched metric that no epoch will have."""
    if not subject.knows_metrics:
        return
    for monitor in subject.monitors:
        if not _is_logged(monitor.metric, subject) and not _may_be_added(monitor.metric, subject):
            name = monitor.callback.name
            what = f"{name} watches {monitor.metric!r}, which no epoch will have"
            yield Finding(what, monitor.at, _how_to_have(monitor.metric, subject))


def contradicting_mode(subject: Subject) -> Iterator[Finding]:
    """A mode that takes the worst epoch for the best."""
    for monitor in subject.monitors:
        mode = monitor.callback.arguments.get("mode", "auto")
        right = subject.better(monitor.metric)
        if mode in {"min", "max"} and right is not None and mode != right:
            what = f"mode: {mode} takes the worst {monitor.metric} for the best"
            yield Finding(what, (*monitor.path, monitor.callback.name, "mode"), f"write mode: {right}")


def patience_beyond_epochs(subject: Subject) -> Iterator[Finding]:
    """A patience that does not run out before the training ends."""
    epochs = subject.experiment.epochs
    for name in ("EarlyStopping", "ReduceLROnPlateau"):
        for callback, path in subject.callbacks(name):
            patience = _patience(callback)
            if patience >= epochs > 1:
                what = f"{name} waits for {patience} epochs, and there are {epochs}: it will never act"
                yield Finding(what, _at(callback, path, "patience"), f"write a patience below {epochs}, or more epochs")


def plateau_after_stopping(subject: Subject) -> Iterator[Finding]:
    """A learning rate that would be reduced only after the training has been stopped."""
    for stopping, _ in subject.callbacks("EarlyStopping"):
        for plateau, path in subject.callbacks("ReduceLROnPlateau"):
            waits, stops = _patience(plateau), _patience(stopping)
            if _monitor(plateau) == _monitor(stopping) and waits >= stops:
                what = f"ReduceLROnPlateau waits for {waits} epochs, and EarlyStopping ends the training after {stops}"
                edit = f"give EarlyStopping a patience above {waits}"
                edit += f", or ReduceLROnPlateau one below {stops}" if stops > 1 else ""
                yield Finding(what, _at(plateau, path, "patience"), edit)


def schedule_with_plateau(subject: Subject) -> Iterator[Finding]:
    """Two that set the learning rate."""
    optimizer = subject.experiment.optimizer
    rate = optimizer.arguments.get("learning_rate") if optimizer else None
    if not isinstance(rate, Component):
        return
    for name in ("ReduceLROnPlateau", "LearningRateScheduler"):
        for _, path in subject.callbacks(name):
            what = f"the learning rate follows {rate.name}, so that {name} cannot set it"
            yield Finding(what, path, f"take {name} out, or give the optimizer a number as learning_rate")


def best_of_training(subject: Subject) -> Iterator[Finding]:
    """The best epoch chosen by what was trained on."""
    for checkpoint, path in subject.callbacks("ModelCheckpoint"):
        monitor = _monitor(checkpoint)
        if checkpoint.arguments.get("save_best_only") and not monitor.startswith("val_"):
            what = f"save_best_only by {monitor!r}, which is measured on the rows that are trained on"
            edit = "set dataset.validation_split and watch val_loss, or take save_best_only out"
            yield Finding(what, _at(checkpoint, path, "save_best_only"), edit, of_key=True)


def unknown_name_in_pattern(subject: Subject) -> Iterator[Finding]:
    """A file name with a metric in braces that no epoch will have."""
    if not subject.knows_metrics:
        return
    for checkpoint, path in subject.callbacks("ModelCheckpoint"):
        target = checkpoint.arguments.get("filepath")
        fault = _fault_of_pattern(target) if isinstance(target, str) else ""
        if fault:
            what = f"the file name cannot be filled in: {fault}"
            yield Finding(
                what, (*path, checkpoint.name, "filepath"), "for example epoch-{epoch:02d}-{val_loss:.3f}.keras"
            )
            continue
        for name in _names_in(target) if isinstance(target, str) else ():
            if name in _IN_PATTERNS or _may_be_added(name, subject):
                continue
            if not _is_logged(name, subject):
                what = f"the file name has {{{name}}}, which no epoch will have"
                yield Finding(what, (*path, checkpoint.name, "filepath"), _how_to_have(name, subject))


def target_outside_run(subject: Subject) -> Iterator[Finding]:
    """A file that a callback would write outside its run, or over one of dnnrun's own."""
    for index, callback in enumerate(subject.experiment.callbacks):
        argument = catalog.WRITES_TO.get(callback.name)
        target = callback.arguments.get(argument) if argument else None
        if not (argument and isinstance(target, str)):
            continue
        from dnnrun.store import TARGET_HINT, fault_of_target  # noqa: PLC0415 - rarely needed

        fault = fault_of_target(target, folder="checkpoints" if callback.name in catalog.CHECKPOINTING else "run")
        if fault:
            yield Finding(fault, ("callbacks", index, callback.name, argument), TARGET_HINT)


def _is_logged(metric: str, subject: Subject) -> bool:
    """Whether the logs have a metric; one of several values has them as ``name_0``, ``name_1``, ..."""
    stem, _, number = metric.rpartition("_")
    return metric in subject.logged or (number.isdecimal() and stem in subject.logged)


def _may_be_added(metric: str, subject: Subject) -> bool:
    """Whether a callback of the user's own may put a metric into the logs: any but those that Keras measures."""
    has_own = any(
        callback.is_import_path or callback.name == "LambdaCallback" for callback in subject.experiment.callbacks
    )
    return has_own and metric.removeprefix("val_") not in {"loss", *subject.metric_names}


def _how_to_have(metric: str, subject: Subject) -> str:
    measured = ("loss", *subject.metric_names)
    if metric.startswith("val_") and not subject.has_validation:
        plain = metric.removeprefix("val_")
        other = f", or watch {plain!r}" if plain in measured else ""
        return f"there are no validation rows: set dataset.validation_split: 0.2{other}"
    near = suggest(metric, subject.logged)
    known = f"an epoch will have: {', '.join(subject.logged)}"
    plain = metric.removeprefix("val_")
    if not near and subject.loss and catalog.find("metrics", plain):
        near = f"ask for it: metrics: [{', '.join([*map(str, subject.metrics), plain])}]"
    return f"{near}\n{known}" if near else known


def _names_in(pattern: str) -> Iterator[str]:
    yield from (name for _, name, _, _ in string.Formatter().parse(pattern) if name)


def _fault_of_pattern(pattern: str) -> str:
    """Return why a file name cannot take an epoch and metrics, which are fractions; nothing where it can."""
    try:
        names = {name for name in _names_in(pattern) if name not in _IN_PATTERNS}
        pattern.format(epoch=1, batch=1, **dict.fromkeys(names, 0.5))
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        return str(error)
    return ""


def _patience(callback: Component) -> int:
    entry = catalog.find("callbacks", callback.name)
    default = entry.parameters["patience"].default if entry else 0
    value = callback.arguments.get("patience", default)
    return value if isinstance(value, int) else 0


def _monitor(callback: Component) -> str:
    return str(callback.arguments.get("monitor", "val_loss"))


def _at(callback: Component, path: ConfigPath, argument: str) -> ConfigPath:
    return (*path, callback.name, argument) if argument in callback.arguments else path
