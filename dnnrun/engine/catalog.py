"""Reads the catalogue of names and arguments off the installed Keras; ``python -m dnnrun.engine.catalog`` writes it.

Layers and optimizers accept ``**kwargs``, so their signatures do not name every argument: the true ones are those of
every ``__init__`` up the inheritance for as long as each passes its keywords on.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from dnnrun.components import Kind

# What a kind's base class is, so that it can be left out and everything below it taken in.
BASES: dict[Kind, type] = {
    "layers": keras.layers.Layer,
    "optimizers": keras.optimizers.Optimizer,
    "schedules": keras.optimizers.schedules.LearningRateSchedule,
    "losses": keras.losses.Loss,
    "metrics": keras.metrics.Metric,
    "callbacks": keras.callbacks.Callback,
    "initializers": keras.initializers.Initializer,
    "regularizers": keras.regularizers.Regularizer,
    "constraints": keras.constraints.Constraint,
}
MODULES: dict[Kind, ModuleType] = {
    "layers": keras.layers,
    "optimizers": keras.optimizers,
    "schedules": keras.optimizers.schedules,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "callbacks": keras.callbacks,
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
    "activations": keras.activations,
}
# Keras finds these kinds by lower-case names too ("adam", "mse"); `get` is where it keeps them.
_GETTERS: dict[Kind, Callable[[Any], Any]] = {
    "optimizers": keras.optimizers.get,
    "losses": keras.losses.get,
    "metrics": keras.metrics.get,
    "initializers": keras.initializers.get,
    "regularizers": keras.regularizers.get,
    "constraints": keras.constraints.get,
}
# Parts of Keras's own machinery that a config cannot use: bases, wrappers of them, and what `fit` itself adds.
_NOT_FOR_CONFIGS = {"History", "CallbackList", "ProgbarLogger", "InputLayer", "Operation", "Wrapper"}
_PLUMBING = {"deserialize", "serialize", "get"}


def arguments_of(made: Any) -> tuple[list[str], list[str]]:
    """Return the names of the arguments that a class or function must have and may have.

    A name that only ``**kwargs`` of the outermost ``__init__`` takes in is not among them.
    """
    if not inspect.isclass(made):
        return _split(inspect.signature(made).parameters.values())
    required: list[str] = []
    optional: list[str] = []
    outermost = True
    for cls in inspect.getmro(made):
        init = cls.__dict__.get("__init__")
        if init is None:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        more_required, more_optional = _split(parameters)
        if not outermost:
            more_required = []  # a class gives its parent what the parent must have; nobody else can
        required += more_required
        optional += [name for name in more_optional if name not in required + optional]
        outermost = False
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return required, optional


def find(kind: Kind, name: str) -> Any:
    """Return Keras's class or function of this name, or None."""
    found = getattr(MODULES[kind], name, None)
    if found is not None and _is_usable(kind, name, found):
        return found
    return _aliases(kind).get(name)


def describe(kind: Kind) -> dict[str, dict[str, Any]]:
    """Return every name of a kind with its arguments."""
    public = {name: getattr(MODULES[kind], name) for name in dir(MODULES[kind]) if not name.startswith("_")}
    usable = {name: found for name, found in public.items() if _is_usable(kind, name, found)}
    names = {**_aliases(kind), **usable}
    return {name: _describe(names[name]) for name in sorted(names)}


def _describe(found: Any) -> dict[str, Any]:
    if not inspect.isclass(found):
        return {"function": True}
    required, optional = arguments_of(found)
    return {key: value for key, value in (("required", required), ("optional", optional)) if value}


def _split(parameters: Any) -> tuple[list[str], list[str]]:
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    required = [p.name for p in named if p.default is p.empty]
    return required, [p.name for p in named if p.default is not p.empty]


def _is_usable(kind: Kind, name: str, found: Any) -> bool:
    if name in _NOT_FOR_CONFIGS or name in _PLUMBING:
        return False
    base = BASES.get(kind)
    if inspect.isclass(found):
        return base is not None and issubclass(found, base) and found is not base
    return inspect.isfunction(found) and kind in {"activations", "losses", "metrics"}


def _aliases(kind: Kind) -> dict[str, Any]:
    getter = _GETTERS.get(kind)
    if getter is None:
        return {}
    module = sys.modules[getter.__module__]
    known: dict[str, Any] = getattr(module, "ALL_OBJECTS_DICT", {})
    found = {name: made for name, made in known.items() if _is_usable(kind, name, made)}
    if kind == "metrics":  # `compile` itself chooses among the accuracies, and the crossentropies, by the shapes
        found |= dict.fromkeys(("accuracy", "acc"), keras.metrics.Accuracy)
        found |= dict.fromkeys(("crossentropy", "ce"), keras.metrics.BinaryCrossentropy)
    return found


def main(target: str) -> None:
    """Write the catalogue of the installed Keras to the file ``target``."""
    catalogue: dict[str, Any] = {"keras": keras.__version__}
    catalogue.update({kind: describe(kind) for kind in MODULES})
    lines = []
    for kind, names in catalogue.items():
        if isinstance(names, str):
            lines.append(f'"{kind}": {json.dumps(names)}')
        else:
            rows = ",\n".join(f'  "{name}": {json.dumps(entry)}' for name, entry in names.items())
            lines.append(f'"{kind}": {{\n{rows}\n}}')
    Path(target).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
