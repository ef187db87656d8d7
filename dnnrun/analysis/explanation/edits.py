"""Changes to try, as edits of keys and layers that a run's config really has; nothing where it has none to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from dnnrun.analysis.explanation.finding import Edit, Remedy
from dnnrun.analysis.explanation.recorded_config import Part, RecordedConfig, argument
from dnnrun.components import ConfigPath
from dnnrun.config import catalog

_MOST_DROPOUT = 0.5
_UNBALANCED = 1.5  # times the rarest class: from here on the classes are weighted
_SMALLEST_PICTURE = 12  # pixels a side that two convolutions with pooling leave something of
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


def usual_rate(config: RecordedConfig) -> float | None:
    """Return the learning rate that the optimizer has by default, or None where that is not known."""
    entry = catalog.find("optimizers", config.optimizer.name) if config.optimizer else None
    default = entry.parameters["learning_rate"].default if entry and "learning_rate" in entry.parameters else None
    return float(default) if _is_number(default) else None


def take_usual_rate(config: RecordedConfig) -> Remedy | None:
    """Return the optimizer's default learning rate; None where it has none, or a schedule sets it."""
    optimizer, rate = config.optimizer, usual_rate(config)
    if optimizer is None or rate is None or not _is_number(argument(optimizer, "optimizers", "learning_rate")):
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
        run: its name, with which it can be gone on with.
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
        if entry is None or name not in entry.parameters:
            continue
        was = argument(estimator, "estimators", name)
        if _is_number(was) or (was is None and name == "max_depth"):
            return Remedy(words, (Edit((*estimator.path, name), change(was)),))
    return None


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


def less_dropout(config: RecordedConfig) -> Remedy | None:
    """Return half the dropout."""
    rates = [(layer, layer.arguments.get("rate")) for layer in config.layers if layer.name in _DROPOUTS]
    edits = [Edit((*layer.path, "rate"), rounded(rate / 2)) for layer, rate in rates if _is_number(rate) and rate > 0]
    return Remedy("half as much dropout", tuple(edits)) if edits else None


def lighter_penalty(config: RecordedConfig) -> Remedy | None:
    """Return every penalty on weights a hundredth of what it is."""
    edits = []
    for layer in config.layers:
        for name, penalty in layer.arguments.items():
            if not name.endswith("_regularizer") or not isinstance(penalty, Mapping) or len(penalty) != 1:
                continue
            [(kind, factors)] = penalty.items()
            for factor, value in factors.items() if isinstance(factors, Mapping) else ():
                if _is_number(value) and value > 0:
                    edits.append(Edit((*layer.path, name, kind, factor), rounded(value / 100)))
    return Remedy("a penalty on weights a hundred times smaller", tuple(edits)) if edits else None


def other_weights(config: RecordedConfig) -> Remedy | None:
    """Return random first weights where a layer has begun with equal ones."""
    names = {"zeros", "ones", "constant", "Zeros", "Ones", "Constant"}
    edits = []
    for layer in config.layers:
        first = layer.arguments.get("kernel_initializer")
        name = next(iter(first)) if isinstance(first, Mapping) and first else first
        if name in names:
            edits.append(Edit((*layer.path, "kernel_initializer"), "glorot_uniform"))
    return Remedy("random first weights: units with the same weights learn the same", tuple(edits)) if edits else None


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
    if len(present) < 2 or max(present) < _UNBALANCED * min(present):
        return None
    return set_key("rare classes weighted as much as frequent ones", ("class_weight",), "balanced")


def convolve(config: RecordedConfig, record: Mapping[str, Any]) -> Remedy | None:
    """Return convolutions in front of Flatten, where a picture goes into it as it is."""
    data = record.get("dataset")
    shape = data.get("input_shape") if isinstance(data, Mapping) else None
    written = config.get("model", "layers")
    if not isinstance(shape, list) or len(shape) not in {2, 3} or min(map(_as_size, shape[:2])) < _SMALLEST_PICTURE:
        return None
    if not config.layers or config.layers[0].name != "Flatten" or not config.is_stack:
        return None
    convolutions = [
        {"Conv2D": {"filters": 32, "kernel_size": 3, "activation": "relu"}},
        "MaxPooling2D",
        {"Conv2D": {"filters": 64, "kernel_size": 3, "activation": "relu"}},
        "MaxPooling2D",
    ]
    channel = [{"Reshape": {"target_shape": [*shape, 1]}}] if len(shape) == 2 else []
    layers = [*channel, *convolutions, *written]
    return set_key("convolutions, which see shapes wherever they are", ("model", "layers"), layers)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_size(value: Any) -> int:
    return value if isinstance(value, int) else 0
