"""From ``package.module:Name`` to the class or function that is meant, through imports and other names for it.

Only the path itself has to lead somewhere. Where it leads on to what reading does not tell, the answer is `Untold`.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dnnrun.config.modules import Binding, Module, NoSuchModule, Untold, bindings_in, find_module, shown
from dnnrun.errors import ConfigError, suggest

_KERAS = ("keras.", "tensorflow.keras.")
_STEPS = 12  # from one module to the next: enough for any package, and an end to circles


class NoSuchName(ConfigError):  # noqa: N818
    """A module has no such name."""


@dataclass(frozen=True)
class Definition:
    """A class or function as it is written, and the module around it."""

    module: Module
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class OfKeras:
    """Something of Keras's own, by its dotted name."""

    name: str


Found = Definition | OfKeras


def find_definition(import_path: str) -> Found:
    """Return what an import path names.

    Raises:
        NoSuchModule: there is no such module.
        NoSuchName: it has no such name.
        ConfigError: a file on the way is not Python.
        Untold: it cannot be told.
    """
    module, _, name = import_path.partition(":")
    return _in_module(module, name.split("."), _STEPS)


def find_base(definition: Definition, base: ast.expr) -> Found:
    """Return the class that a definition names as its base; raises Untold where it cannot be told."""
    try:
        return _in_body(definition.module, definition.module.tree.body, dotted(base), _STEPS)
    except ConfigError as error:
        raise Untold from error


def dotted(expression: ast.expr) -> list[str]:
    """Return the names in ``a.b.c``, or in what is called or subscripted; raises Untold for anything else."""
    if isinstance(expression, ast.Call):
        return dotted(expression.func)
    if isinstance(expression, ast.Subscript):
        return dotted(expression.value)
    if isinstance(expression, ast.Attribute):
        return [*dotted(expression.value), expression.attr]
    if isinstance(expression, ast.Name):
        return [expression.id]
    raise Untold


def _in_module(module_name: str, names: Sequence[str], steps: int) -> Found:
    path = ".".join([module_name, *names])
    if path.startswith(_KERAS):
        return OfKeras(path.removeprefix("tensorflow."))
    if not names:
        raise Untold
    module = find_module(module_name)
    return _in_body(module, module.tree.body, names, steps)


def _followed(module_name: str, names: Sequence[str], steps: int) -> Found:
    try:
        return _in_other_module(module_name, names, steps)
    except NoSuchName as error:
        raise Untold from error


def _in_other_module(module_name: str, names: Sequence[str], steps: int) -> Found:
    try:
        return _in_module(module_name, names, steps - 1)
    except NoSuchModule as error:
        raise Untold from error


def _in_body(module: Module, body: list[ast.stmt], names: Sequence[str], steps: int) -> Found:
    """Return what the names, each inside the one before, stand for in the body of a module or class."""
    if not steps:
        raise Untold
    name, *inner = names
    bindings = list(bindings_in(body))
    bound = [binding for binding in bindings if binding.name == name]
    if not bound:
        return _not_bound(module, bindings, names, steps)
    if len(bound) > 1 and bound[-1].is_conditional:
        raise Untold
    statement = bound[-1].statement
    if isinstance(statement, ast.Import):
        alias = next(a for a in statement.names if name in {a.asname, a.name.partition(".")[0]})
        return _followed(alias.name if alias.asname else name, inner, steps)
    if isinstance(statement, ast.ImportFrom):
        alias = next(a for a in statement.names if name in {a.asname, a.name})
        return _followed(_origin(module, statement), [alias.name, *inner], steps)
    if isinstance(statement, ast.Assign):
        return _other_name(module, statement, inner, steps)
    if not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        raise Untold
    return _in_class(Definition(module, statement), inner, steps) if inner else Definition(module, statement)


def _other_name(module: Module, statement: ast.Assign, inner: Sequence[str], steps: int) -> Found:
    """Return what ``name = other`` makes a name stand for."""
    if isinstance(statement.value, ast.Call) or not isinstance(statement.targets[0], ast.Name):
        raise Untold
    try:
        return _in_body(module, module.tree.body, [*dotted(statement.value), *inner], steps - 1)
    except NoSuchName as error:  # as dict, which stands in no module
        raise Untold from error


def _in_class(definition: Definition, names: Sequence[str], steps: int) -> Found:
    node = definition.node
    if not isinstance(node, ast.ClassDef):
        raise Untold
    try:
        return _in_body(definition.module, node.body, names, steps)
    except NoSuchName as error:
        if node.bases or node.keywords or node.decorator_list:
            raise Untold from error
        raise


def _origin(module: Module, statement: ast.ImportFrom) -> str:
    """Return the dotted name of the module that something is imported from."""
    if not statement.level:
        return statement.module or ""
    package = module.package.split(".")
    start = package[: len(package) - statement.level + 1]
    return ".".join([*start, *([statement.module] if statement.module else [])])


def _not_bound(module: Module, bindings: list[Binding], names: Sequence[str], steps: int) -> Found:
    """Look where else a name may come from: ``from x import *``, a module of the package, the running code."""
    name, *inner = names
    for binding in bindings:
        if binding.name == "*" and isinstance(binding.statement, ast.ImportFrom):
            with contextlib.suppress(NoSuchName):  # there may be others
                return _in_other_module(_origin(module, binding.statement), names, steps)
    if any((Path(folder) / name).is_dir() or any(Path(folder).glob(f"{name}.*")) for folder in module.folders):
        return _followed(f"{module.name}.{name}", inner, steps)
    known = {binding.name for binding in bindings}
    if module.makes_names or "__getattr__" in known or name.startswith("__"):
        raise Untold
    near = suggest(name, sorted(known))
    raise NoSuchName(f"{module.name!r} has no {name!r}", hint=f"{near}\n{_read_from(module)}".strip())


def _read_from(module: Module) -> str:
    if module.file.is_dir():
        return f"it is the folder {shown(module.file)}, without an __init__.py"
    return f"it is read from {shown(module.file)}"
