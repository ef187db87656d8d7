"""Changes of the model to try, as edits of layers and arguments that a run's config really has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dnnrun.analysis.explanation.edits import is_number, remedies, rounded, set_key
from dnnrun.analysis.explanation.finding import Edit, Remedy
from dnnrun.analysis.explanation.recorded_config import Part, RecordedConfig, argument
from dnnrun.config import catalog

_MOST_DROPOUT = 0.5
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


def less_dropout(config: RecordedConfig) -> Remedy | None:
    """Return half the dropout."""
    rates = [(layer, layer.arguments.get("rate")) for layer in config.layers if layer.name in _DROPOUTS]
    edits = [Edit((*layer.path, "rate"), rounded(rate / 2)) for layer, rate in rates if is_number(rate) and rate > 0]
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
                if is_number(value) and value > 0:
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


def other_classifier(config: RecordedConfig) -> Remedy | None:
    """Return a classifier of scikit-learn that can learn more; None for a network, or where it is that one."""
    better = "RandomForestClassifier"
    if config.estimator is None or config.estimator.name == better:
        return None
    return set_key("a classifier that can learn more", ("model", "sklearn"), better)


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
        if is_number(was) or (was is None and name == "max_depth"):
            return Remedy(words, (Edit((*estimator.path, name), change(was)),))
    return None


def _as_size(value: Any) -> int:
    return value if isinstance(value, int) else 0
