"""Reads the catalogue of names and arguments off the installed Keras; ``python -m dnnrun.engine.catalog`` writes it.

Layers and optimizers accept ``**kwargs``, so their signatures do not name every argument: the true ones are those of
every ``__init__`` up the inheritance for as long as each passes its keywords on.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from dnnrun.components import Kind, kind_of_argument
from dnnrun.engine.argument_types import argument_texts, choices_of, types_of

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
# By these names alone `compile` itself chooses a metric: among the accuracies, or the crossentropies.
_CHOSEN = {"accuracy": "accuracy", "acc": "accuracy", "crossentropy": "crossentropy", "ce": "crossentropy"}
_CHOSEN_DOCS = {
    "accuracy": "The accuracy that fits the loss and the shapes: binary, categorical or sparse categorical.",
    "crossentropy": "The crossentropy that fits the loss and the shapes: binary, categorical or sparse categorical.",
}
_PLUMBING = {"deserialize", "serialize", "get"}


def arguments_of(made: Any) -> tuple[list[str], list[str]]:
    """Return the names of the arguments that a class or function must have and may have.

    A name that only ``**kwargs`` of the outermost ``__init__`` takes in is not among them.
    """
    found = _parameters_of(made)
    required = [name for name, parameter in found.items() if parameter.default is parameter.empty]
    return required, [name for name in found if name not in required]


def _parameters_of(made: Any) -> dict[str, inspect.Parameter]:
    """Return all arguments, those that must be given first; of one that is named twice, the outermost counts."""
    if not inspect.isclass(made):
        named = {p.name: p for p in _named(inspect.signature(made).parameters.values())}
        return dict(sorted(named.items(), key=lambda item: item[1].default is not inspect.Parameter.empty))
    required: dict[str, inspect.Parameter] = {}
    optional: dict[str, inspect.Parameter] = {}
    outermost = True
    for cls in inspect.getmro(made):
        init = cls.__dict__.get("__init__")
        if init is None:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        for parameter in _named(parameters):
            if parameter.default is not parameter.empty:
                optional.setdefault(parameter.name, parameter)
            elif outermost:  # a class gives its parent what the parent must have; nobody else can
                required[parameter.name] = parameter
        outermost = False
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return {**required, **{name: parameter for name, parameter in optional.items() if name not in required}}


def find(kind: Kind, name: str) -> Any:
    """Return Keras's class or function of this name, or None."""
    found = getattr(MODULES[kind], name, None)
    if found is not None and _is_usable(kind, name, found):
        return found
    return _aliases(kind).get(name)


def describe(kind: Kind) -> dict[str, dict[str, Any]]:
    """Return every name of a kind with the first line of its documentation, and its arguments.

    Returns:
        By name, ``doc``, the name that it has for itself as ``alias`` where that is another, and, of a class,
        ``arguments`` in the order in which they can be given: of each its ``default`` unless it must be given, the
        ``types`` it takes and its ``choices``, where these are known. Of a function, which a config names without
        arguments, ``function``.
    """
    public = {name: getattr(MODULES[kind], name) for name in dir(MODULES[kind]) if not name.startswith("_")}
    usable = {name: found for name, found in public.items() if _is_usable(kind, name, found)}
    names = {**_aliases(kind), **usable}
    described = {name: _describe(names[name], _own_name(name, names)) for name in sorted(names)}
    for name, chosen in _CHOSEN.items() if kind == "metrics" else ():
        alias = {"alias": chosen} if name != chosen else {}
        described[name] = {"doc": _CHOSEN_DOCS[chosen], **alias, "arguments": described[name]["arguments"]}
    return described


def _own_name(name: str, names: Mapping[str, Any]) -> str:
    """Return the name that something has for itself, where it is found under another too; else nothing."""
    own = str(names[name].__name__)
    return own if own != name and names.get(own) is names[name] else ""


def _describe(found: Any, alias: str) -> dict[str, Any]:
    about = {"doc": _first_line(found), **({"alias": alias} if alias else {})}
    if not inspect.isclass(found):
        return {**about, "function": True}
    texts = argument_texts(found)
    return {
        **about,
        "arguments": {
            name: _describe_argument(parameter, texts.get(name, ""))
            for name, parameter in _parameters_of(found).items()
        },
    }


def _describe_argument(parameter: inspect.Parameter, text: str) -> dict[str, Any]:
    is_required = parameter.default is parameter.empty
    default = None if is_required else parameter.default
    types, choices = [], []
    if kind_of_argument(parameter.name) is None:
        types = types_of(text, default, is_required=is_required)
        choices = choices_of(text, default)
    given = {} if is_required else {"default": _as_yaml(default)}
    return {**given, **({"types": types} if types else {}), **({"choices": choices} if choices else {})}


def _as_yaml(default: Any) -> Any:
    """Return a default as a config would write it."""
    return [_as_yaml(item) for item in default] if isinstance(default, list | tuple) else default


def _first_line(found: Any) -> str:
    """Return the first paragraph of the documentation as one line."""
    paragraph = (inspect.getdoc(found) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def _named(parameters: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    return [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


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
    if kind == "metrics":
        stand_ins = {"accuracy": keras.metrics.Accuracy, "crossentropy": keras.metrics.BinaryCrossentropy}
        found |= {name: stand_ins[chosen] for name, chosen in _CHOSEN.items()}
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
