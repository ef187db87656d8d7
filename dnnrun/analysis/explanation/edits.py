"""Changes of the training to try, as edits of keys that a run's config has or takes; nothing where it has no room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from dnnrun.analysis.explanation.finding import Edit, Remedy
from dnnrun.analysis.explanation.recorded_config import RecordedConfig, argument
from dnnrun.components import ConfigPath
from dnnrun.config import catalog

_UNBALANCED_TWO, _UNBALANCED = 1.5, 3.0  # times the rarest class, of two and of more: from here on they are weighted


def remedies(*found: Remedy | None) -> tuple[Remedy, ...]:
    """Return those of several remedies that the config has room for."""
    return tuple(remedy for remedy in found if remedy)


def stop_at_best(config: RecordedConfig, monitor: str = "val_loss") -> Remedy | None:
    """Return EarlyStopping that puts the best weights back; None for an estimator, which has no epochs."""
    if config.is_estimator:
        return None
    stopping, words = config.callback("EarlyStopping"), "stop there, and keep the weights of the best epoch"
    if stopping:
        if argument(stopping, "callbacks", "restore_best_weights") is True:
            return None
        return Remedy(words, (Edit((*stopping.path, "restore_best_weights"), True),))
    plateau = config.callback("ReduceLROnPlateau")
    patience = max(2, min(10, (config.epochs or 0) // 10))
    if plateau:  # it must have had its turn before the training ends
        patience = max(patience, 2 * int(argument(plateau, "callbacks", "patience") or 0) + 1)
    arguments = {"monitor": monitor, "patience": patience, "restore_best_weights": True}
    return Remedy(words, (_with_callback(config, {"EarlyStopping": arguments}),))


def scale_learning_rate(config: RecordedConfig, factor: float, words: str, used: float | None = None) -> Remedy | None:
    """Return the learning rate times a factor; None where the config has none to change.

    Args:
        config: of the run.
        factor: to multiply by.
        words: what that is for.
        used: the rate of the first epoch, where neither the config nor a default tells it.
    """
    optimizer = config.optimizer
    if optimizer is None or catalog.find("optimizers", optimizer.name) is None:
        return None
    path: ConfigPath = (*optimizer.path, "learning_rate")
    rate = argument(optimizer, "optimizers", "learning_rate")
    if isinstance(rate, dict) and len(rate) == 1:
        [(schedule, arguments)] = rate.items()
        if not isinstance(arguments, dict) or "initial_learning_rate" not in arguments:
            return None
        path, rate = (*path, schedule, "initial_learning_rate"), arguments["initial_learning_rate"]
    rate = rate if isinstance(rate, int | float) else used
    return Remedy(words, (Edit(path, rounded(rate * factor)),)) if rate else None


def usual_rate(config: RecordedConfig) -> float | None:
    """Return the learning rate that the optimizer has by default, or None where that is not known."""
    entry = catalog.find("optimizers", config.optimizer.name) if config.optimizer else None
    default = entry.parameters["learning_rate"].default if entry and "learning_rate" in entry.parameters else None
    return float(default) if is_number(default) else None


def take_usual_rate(config: RecordedConfig) -> Remedy | None:
    """Return the optimizer's default learning rate; None where it has none, or a schedule sets it."""
    optimizer, rate = config.optimizer, usual_rate(config)
    if optimizer is None or rate is None or not is_number(argument(optimizer, "optimizers", "learning_rate")):
        return None
    return Remedy(f"the usual learning rate of {optimizer.name}", (Edit((*optimizer.path, "learning_rate"), rate),))


def reduce_on_plateau(config: RecordedConfig, monitor: str) -> Remedy | None:
    """Return ReduceLROnPlateau; None where the learning rate is changed by something already."""
    optimizer = config.optimizer
    names = {callback.name for callback in config.callbacks}
    if optimizer is None or names & {"ReduceLROnPlateau", "LearningRateScheduler"}:
        return None
    if isinstance(optimizer.arguments.get("learning_rate"), dict):  # a schedule, which no callback may set
        return None
    stopping = config.callback("EarlyStopping")
    patience = 5
    if stopping:
        allowed = argument(stopping, "callbacks", "patience")
        patience = max(1, min(patience, (allowed if isinstance(allowed, int) else 0) // 2))
    callback = {"ReduceLROnPlateau": {"monitor": monitor, "factor": 0.1, "patience": patience}}
    return Remedy("a smaller learning rate once nothing improves", (_with_callback(config, callback),))


def clip_gradients(config: RecordedConfig) -> Remedy | None:
    """Return a bound for the gradients; None where there is one, or the optimizer is not Keras's."""
    optimizer = config.optimizer
    entry = catalog.find("optimizers", optimizer.name) if optimizer else None
    if optimizer is None or entry is None or "clipnorm" not in entry.parameters:
        return None
    if any(optimizer.arguments.get(name) for name in ("clipnorm", "clipvalue", "global_clipnorm")):
        return None
    return Remedy("no gradient longer than 1", (Edit((*optimizer.path, "clipnorm"), 1.0),))


def more_epochs(config: RecordedConfig, run: str) -> Remedy | None:
    """Return twice the epochs that the config asks for; None for an estimator.

    Args:
        config: of the run.
        run: what a command is given for it.
    """
    if config.is_estimator or not config.epochs:
        return None
    epochs = 2 * config.epochs
    words = f"train for longer; 'dnnrun resume {run} --epochs {epochs}' goes on from where this run ended"
    return Remedy(words, (Edit(("epochs",), epochs),))


def set_key(words: str, path: ConfigPath, value: Any) -> Remedy:
    """Return the change of one key."""
    return Remedy(words, (Edit(path, value),))


def rounded(value: float) -> float:
    """Return a number with two digits, as a person would write it."""
    return float(f"{value:.2g}")


def _with_callback(config: RecordedConfig, callback: Any) -> Edit:
    present = config.get("callbacks")
    return Edit(("callbacks",), [*(present if isinstance(present, list) else []), callback])


def normalize(config: RecordedConfig, record: Mapping[str, Any]) -> Remedy | None:
    """Return inputs that are scaled; None where they are prepared already, or are not measures alone."""
    data = record.get("dataset")
    dtype = str(data.get("dtype")) if isinstance(data, Mapping) else ""
    is_looked_up = any(layer.name == "Embedding" for layer in config.layers)
    if config.is_estimator or is_looked_up or config.get("dataset", "preprocess"):
        return None
    if not dtype.startswith(("float", "int", "uint")):
        return None
    if dtype == "uint8":
        return set_key("pixels scaled to [0, 1]", ("dataset", "preprocess"), [{"Rescaling": {"scale": 1 / 255}}])
    return set_key("inputs scaled to a mean of 0 and a deviation of 1", ("dataset", "preprocess"), ["Normalization"])


def larger_batch(config: RecordedConfig, rows: int) -> Remedy | None:
    """Return a batch four times as large, whose gradient is less noisy; None where that leaves few steps an epoch."""
    size = config.get("batch_size")
    if config.is_estimator or not isinstance(size, int) or not 0 < 40 * size <= rows:
        return None
    return set_key("batches four times as large", ("batch_size",), 4 * size)


def balance_classes(config: RecordedConfig, record: Mapping[str, Any]) -> Remedy | None:
    """Return weights that make up for rare classes; None where nothing is rare, or classes are weighted already."""
    data = record.get("dataset")
    counts = data.get("label_counts") if isinstance(data, Mapping) else None
    train = counts.get("train") if isinstance(counts, Mapping) else None
    if config.get("class_weight") or not isinstance(train, list) or not all(isinstance(count, int) for count in train):
        return None
    present = [count for count in train if count > 0]
    least = _UNBALANCED_TWO if len(present) == 2 else _UNBALANCED
    if len(present) < 2 or max(present) < least * min(present):
        return None
    return set_key("rare classes weighted as much as frequent ones", ("class_weight",), "balanced")


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether a value is a number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)
