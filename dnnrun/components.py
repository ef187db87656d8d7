"""One notation for every named object in a config, and the rule for a user's own code.

    Flatten                                     a name
    {Dense: 128}                                a name and its first argument
    {Dense: {units: 128, activation: relu}}     a name and its arguments
    my_package.layers:Gate                      import path of a class or function

This module turns the notation into `Component` and back. It does not know which names exist: that is
`config.catalog` before Keras is loaded, and `engine.objects` once it is.
"""

from __future__ import annotations

import functools
import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from dnnrun.errors import ConfigError

Kind = Literal[
    "layers",
    "optimizers",
    "schedules",
    "losses",
    "metrics",
    "callbacks",
    "initializers",
    "regularizers",
    "constraints",
    "activations",
    "sources",
    "models",
    "estimators",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

CALLED_KINDS: frozenset[Kind] = frozenset({"layers", "optimizers", "callbacks", "sources", "models", "estimators"})
"""Of these a function is never one itself: named alone, it is called too."""

ConfigPath = tuple[str | int, ...]
"""Where a value stands in a config: mapping keys and list positions from the top."""

IMPORT_PATH = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"
_IMPORT_PATH = re.compile(IMPORT_PATH)

_ARGUMENT_SUFFIXES: tuple[tuple[str, Kind], ...] = (
    ("initializer", "initializers"),
    ("regularizer", "regularizers"),
    ("constraint", "constraints"),
    ("activation", "activations"),
)
_ARGUMENT_NAMES: dict[str, Kind] = {
    "learning_rate": "schedules",
    "schedule": "schedules",
    "layer": "layers",
    "backward_layer": "layers",
    "cell": "layers",
    "cells": "layers",
    "inner_optimizer": "optimizers",
}
_ARGUMENTS_OF_ESTIMATORS: dict[str, Kind] = {"estimator": "estimators", "regressor": "estimators"}


@dataclass(frozen=True, slots=True)
class Component:
    """A named object with its arguments, as a config describes it.

    Args:
        name: a Keras name, the name of a data source, or an import path ``package.module:object``.
        arguments: by argument name; a value that is itself an object is a `Component`.
        positional: the first argument where its name is not known, as for an import path.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    positional: tuple[Any, ...] = ()

    @property
    def is_import_path(self) -> bool:
        """Whether this names a user's own object rather than one of Keras or dnnrun."""
        return is_import_path(self.name)

    @property
    def is_bare(self) -> bool:
        """Whether it is a name alone."""
        return not self.arguments and not self.positional

    def notation(self) -> str | dict[str, Any]:
        """Return the component as a config would write it."""
        if self.positional:
            return {self.name: plain(self.positional[0])}
        if self.arguments:
            return {self.name: plain(dict(self.arguments))}
        return self.name

    def __str__(self) -> str:
        return self.name


def plain(value: Any) -> Any:
    """Return ``value`` with every component in it, at any depth, in its notation."""
    if isinstance(value, Component):
        return value.notation()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def is_import_path(name: str) -> bool:
    """Whether ``name`` has the form ``package.module:object``."""
    return bool(_IMPORT_PATH.fullmatch(name))


@functools.cache
def kind_of_argument(argument: str, of: Kind | None = None) -> Kind | None:
    """Return what kind of object the argument of this name takes, or None where it takes plain values.

    Keras names its arguments after what they hold (``kernel_initializer``, ``bias_regularizer``), which
    is what lets one notation serve at every depth. scikit-learn's mean other things by the same names, and hold
    estimators at most.

    Args:
        argument: its name.
        of: the kind of the object that takes it.
    """
    if of == "estimators":
        return _ARGUMENTS_OF_ESTIMATORS.get(argument)
    for suffix, kind in _ARGUMENT_SUFFIXES:
        if argument == suffix or argument.endswith("_" + suffix):
            return kind
    return _ARGUMENT_NAMES.get(argument)


def one_of(kind: Kind) -> str:
    """Return what one object of a kind is called: ``layer``, ``loss``."""
    return "loss" if kind == "losses" else kind.removesuffix("s")


def a_kind(kind: Kind) -> str:
    """Return the same with its article: ``a layer``, ``an optimizer``."""
    one = one_of(kind)
    return f"an {one}" if one[0] in "aeiou" else f"a {one}"


def load_object(import_path: str, *, allow_code: bool) -> Any:
    """Import the object that ``package.module:object`` names.

    The current directory is searched first, as ``python -m`` does.

    Raises:
        ConfigError: code is not allowed, the module cannot be imported, or it has no such object.
    """
    if not allow_code:
        raise ConfigError(
            f"{import_path!r} would run code of your own, which is off by default",
            hint="if you trust this config and the code it names, add --allow-code or set DNNRUN_ALLOW_CODE=1",
        )
    module_name, _, attribute = import_path.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # a script that ends by sys.exit() is no module
        raise ConfigError(
            f"cannot import {module_name!r}: {type(error).__name__}: {error}",
            hint=f"the module is looked for in {here} and among the installed packages",
        ) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise ConfigError(f"{module_name!r} has no {attribute!r}", hint=f"it is read from {found!r}")
        found = getattr(found, part)
    return found
