"""Changes to try, as edits of keys and layers that a run's config really has; nothing where it has none to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dnnrun.analysis.explanation.finding import Edit, Remedy
from dnnrun.analysis.explanation.recorded_config import Part, RecordedConfig, argument
from dnnrun.components import ConfigPath
from dnnrun.config import catalog

_MOST_DROPOUT = 0.5
_USUAL_DROPOUT, _USUAL_DECAY = 0.3, 1e-4
_DROPOUTS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout"}
_BEHIND_DENSE = {"Activation", "BatchNormalization", "LayerNormalization", "LeakyReLU", "PReLU", "ReLU", "ELU"}
# What holds an estimator of scikit-learn back, and what its value becomes.
_OF_ESTIMATORS: dict[str, tuple[str, Any]] = {
    "alpha": ("a stronger penalty", lambda was: 10 * was),
    "C": ("a stronger penalty", lambda was: was / 10),
    "max_depth": ("shallower trees", lambda was: max(2, was // 2) if was else 5),
    "min_samples_leaf": ("larger leaves", lambda was: max(5, 2 * was)),
    "n_neighbors": ("more neighbours", lambda was: 3 * was),
}


def remedies(*found: Remedy | None) -> tuple[Remedy, ...]:
    """Return those of several remedies that the config has room for."""
    return tuple(remedy for remedy in found if remedy)


def stop_at_best(config: RecordedConfig, monitor: str = "val_loss") -> Remedy | None:
    """Return EarlyStopping that puts the best weights back; None for an estimator, which has no epochs."""
    if config.is_estimator:
        return None
    stopping, words = config.callback("EarlyStopping"), "end the training there, and keep the weights of the best epoch"
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


def hold_back(config: RecordedConfig) -> tuple[Remedy, ...]:
    """Return what keeps a model from learning its training rows by heart."""
    if config.estimator:
        return remedies(_hold_estimator_back(config.estimator))
    return remedies(_more_dropout(config), _weight_decay(config), _fewer_units(config))


def enlarge(config: RecordedConfig) -> Remedy | None:
    """Return a model with more to learn with: hidden layers twice as wide, or one where there is none."""
    units = [(layer, layer.arguments.get("units")) for layer in config.hidden]
    widened = [Edit((*layer.path, "units"), 2 * count) for layer, count in units if isinstance(count, int)]
    if widened:
        return Remedy("twice as many units in the hidden layers", tuple(widened))
    dense = [index for index, layer in enumerate(config.layers) if layer.name == "Dense"]
    if config.is_stack and dense:
        layers = list(config.get("model", "layers"))
        layers.insert(dense[-1], {"Dense": {"units": 128, "activation": "relu"}})
        return Remedy("a hidden layer before the output", (Edit(("model", "layers"), layers),))
    return None


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


def more_epochs(config: RecordedConfig, factor: float) -> Remedy | None:
    """Return more epochs than the config asks for; None for an estimator."""
    if config.is_estimator or not config.epochs:
        return None
    return Remedy("train for longer", (Edit(("epochs",), max(config.epochs + 5, round(config.epochs * factor))),))


def set_key(words: str, path: ConfigPath, value: Any) -> Remedy:
    """Return the change of one key."""
    return Remedy(words, (Edit(path, value),))


def rounded(value: float) -> float:
    """Return a number with two digits, as a person would write it."""
    return float(f"{value:.2g}")


def _with_callback(config: RecordedConfig, callback: Any) -> Edit:
    present = config.get("callbacks")
    return Edit(("callbacks",), [*(present if isinstance(present, list) else []), callback])


def _more_dropout(config: RecordedConfig) -> Remedy | None:
    dropouts = [layer for layer in config.layers if layer.name in _DROPOUTS]
    rates = [(layer, layer.arguments.get("rate")) for layer in dropouts]
    raised = [
        Edit((*layer.path, "rate"), rounded(min(_MOST_DROPOUT, rate + 0.2)))
        for layer, rate in rates
        if isinstance(rate, int | float) and rate < _MOST_DROPOUT
    ]
    if raised:
        return Remedy("more dropout", tuple(raised))
    if dropouts or not config.is_stack or not config.hidden:
        return None
    return Remedy("dropout behind the hidden layers", (Edit(("model", "layers"), list(_with_dropout(config))),))


def _with_dropout(config: RecordedConfig) -> Iterator[Any]:
    """Yield the layers with a Dropout behind each hidden Dense and what belongs to it."""
    hidden = {layer.path for layer in config.hidden}
    layers: Sequence[Part] = config.layers
    is_open = False
    for layer, written in zip(layers, config.get("model", "layers"), strict=True):
        if is_open and layer.name not in _BEHIND_DENSE:
            yield {"Dropout": {"rate": _USUAL_DROPOUT}}
            is_open = False
        yield written
        is_open = is_open or layer.path in hidden


def _weight_decay(config: RecordedConfig) -> Remedy | None:
    bare = [layer for layer in config.hidden if not layer.arguments.get("kernel_regularizer")]
    edits = [Edit((*layer.path, "kernel_regularizer"), {"L2": _USUAL_DECAY}) for layer in bare]
    return Remedy("a penalty on large weights", tuple(edits)) if edits else None


def _fewer_units(config: RecordedConfig) -> Remedy | None:
    units = [(layer, layer.arguments.get("units")) for layer in config.hidden]
    edits = [Edit((*layer.path, "units"), count // 2) for layer, count in units if isinstance(count, int) and count > 8]
    return Remedy("half as many units in the hidden layers", tuple(edits)) if edits else None


def _hold_estimator_back(estimator: Part) -> Remedy | None:
    entry = catalog.find("estimators", estimator.name)
    for name, (words, change) in _OF_ESTIMATORS.items():
        if entry and name in entry.parameters:
            was = argument(estimator, "estimators", name)
            if was is None or (isinstance(was, int | float) and not isinstance(was, bool)):
                if was is None and name != "max_depth":
                    continue
                return Remedy(words, (Edit((*estimator.path, name), change(was)),))
    return None
