"""What to try: the second half of a message about a key or a value that a config can't have."""

from __future__ import annotations

import re
import types
import typing
from typing import Any

from pydantic import BaseModel

from dnnrun.components import ConfigPath, Kind
from dnnrun.config import catalog
from dnnrun.config.positions import component_kind
from dnnrun.config.schema import EstimatorConfig, Experiment, ModelConfig
from dnnrun.errors import suggest

# Keys that people bring from other tools or from Python, and what they are called here.
_OTHER_NAMES = {
    "lr": "optimizer: {Adam: {learning_rate: ...}}",
    "learning_rate": "optimizer: {Adam: {learning_rate: ...}}",
    "patience": "callbacks: [{EarlyStopping: {patience: ...}}]",
    "dropout": "a layer of its own: model.layers: [..., {Dropout: 0.2}]",
    "random_state": "seed",
    "test_size": "test_split",
    "data": "dataset",
    "network": "model",
    "num_epochs": "epochs",
    "batch": "batch_size",
    "activation": "model.activation",
    "layers": "model.layers",
    "source": "dataset.source",
    "validation_split": "dataset.validation_split",
    "test_split": "dataset.test_split",
    "preprocess": "dataset.preprocess",
}
_EXAMPLES = {
    "dataset": "for example 'dataset: mnist'",
    "model": "for example 'model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}'",
    "optimizer": "for example 'optimizer: Adam'",
    "loss": "for example 'loss: sparse_categorical_crossentropy'",
    "source": "for example 'source: mnist'",
    "layers": "for example 'layers: [Flatten, {Dense: {units: 10, activation: softmax}}]'",
}
_NOTATION: dict[Kind, str] = {
    "layers": "for example Flatten, {Dense: 128} or {Dense: {units: 128, activation: relu}}",
    "optimizers": "for example Adam, {Adam: 1e-3} or {Adam: {learning_rate: 1e-3}}",
    "losses": "for example sparse_categorical_crossentropy or {Huber: {delta: 0.5}}",
    "metrics": "for example accuracy or {TopKCategoricalAccuracy: {k: 3}}",
    "callbacks": "for example TerminateOnNaN or {EarlyStopping: {patience: 2}}",
    "activations": "for example relu or {LeakyReLU: {negative_slope: 0.1}}",
    "estimators": "for example LogisticRegression or {SGDClassifier: {loss: log_loss, max_iter: 20}}",
    "sources": "for example mnist or {csv: {path: data.csv, target: label}}",
}
EXTENDS = "a config, or a list of them, to build on"


def about_missing_key(path: ConfigPath) -> str:
    """Return an example of a key that is missing, or what it means."""
    return _EXAMPLES.get(str(path[-1])) or about_value(path)


def about_unknown_key(path: ConfigPath) -> str:
    """Return what the unknown key at ``path`` may have been meant to be, and what is allowed there."""
    *parent, last = path
    key, allowed = str(last), list(fields(tuple(parent)))
    listed = f"allowed here: {', '.join(allowed)}"
    first = suggest(key, allowed)
    if parent == ["dataset"] and key in catalog.entries("sources"):
        first = f"a source with arguments is written 'source: {{{key}: ...}}'"
    elif not first and key.lower() in _OTHER_NAMES and key not in allowed:
        first = f"here it is written {_OTHER_NAMES[key.lower()]}"
    elif not first and parent and key in Experiment.model_fields:
        first = f"{key!r} stands at the top level; take the indentation out"
    return f"{first}\n{listed}" if first else listed


def about_value(path: ConfigPath, value: Any = None, expected: str = "") -> str:
    """Return what the value at ``path`` should be, seeing what it is."""
    *parent, key = path or ("",)
    field = fields(tuple(parent)).get(str(key), "")
    hints = [f"{key}: {field}"] if field else []
    if path in {("dataset",), ("model",)}:
        hints = [_EXAMPLES[str(key)]]
    elif expected == "a list" and isinstance(value, str):
        hints.append(f"write it as a list: {key}: [{value}]")
    elif expected == "a list" and isinstance(value, dict):
        first = next((name for name in value if isinstance(name, str)), "")
        hints.append(f"write it as a list, each item with a dash before it{f': - {first}: ...' if first else ''}")
    elif "number" in expected and isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]*)?", value):
        hints.append("take the quotes away: a number in quotes is a text")
    return "\n".join(hints)


def about_component(path: ConfigPath, value: Any) -> str:
    """Return how the named object that should stand at ``path`` is written."""
    kind = component_kind(path)
    if kind is None:
        return ""
    if isinstance(value, dict) and len(value) > 1 and (one := _indented(value, kind)):
        return one
    return _NOTATION.get(kind, "")


def _indented(value: dict[Any, Any], kind: Kind) -> str:
    """Return one name with the other keys as its arguments, which is what most such mappings are meant to be."""
    name, *others = map(str, value)
    given = next(iter(value.values()))
    if name in {"name", "type", "class_name"} and isinstance(given, str) and catalog.find(kind, given):
        inside = ", ".join(f"{other}: ..." for other in others)
        return f"the name comes first, its arguments inside: {{{given}: {{{inside}}}}}"
    if any(catalog.find(kind, other) for other in others):
        return "each is an item of its own" if kind in {"layers", "metrics", "callbacks"} else "keep one of them"
    first = catalog.first_argument(kind, name)
    arguments = [first] if first and given is not None and not isinstance(given, dict) else []
    return f"its arguments stand inside: {{{name}: {{{', '.join(f'{a}: ...' for a in [*arguments, *others])}}}}}"


def fields(parent: ConfigPath) -> dict[str, str]:
    """Return the keys that a section allows, with what each means."""
    section = section_at(parent)
    if section is None:
        return {}
    described = section.model_fields | (EstimatorConfig.model_fields if parent == ("model",) else {})
    keys = {name: field.description or "" for name, field in described.items()}
    return keys if parent else {**keys, "extends": EXTENDS}


def section_at(path: ConfigPath) -> type[BaseModel] | None:
    """Return the model of the section at ``path`` of a config; None where no keys of its own stand."""
    model: Any = ModelConfig if path == ("model",) else Experiment
    for key in path if path != ("model",) else ():
        annotation = model.model_fields[key].annotation if str(key) in getattr(model, "model_fields", {}) else None
        model = _section_in(annotation)
    return model  # type: ignore[no-any-return]


def _section_in(annotation: Any) -> type[BaseModel] | None:
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None
