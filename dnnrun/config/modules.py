"""Python modules as text: where one is, and what its names are bound to, without anything being imported.

A config may name a user's own code before that code may run. What only running it could tell is `Untold`.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from typing import NoReturn

from dnnrun.errors import ConfigError, Place, Problem

MAX_BYTES = 1_000_000
# In a module that holds one of these, names and modules may come about that its text does not show.
_DYNAMIC_NAMES = ("globals(", "exec(", "setattr(", "vars(")
_DYNAMIC_MODULES = ("__path__", "sys.modules")
_LOADERS = (
    (ExtensionFileLoader, EXTENSION_SUFFIXES),
    (SourceFileLoader, SOURCE_SUFFIXES),
    (SourcelessFileLoader, BYTECODE_SUFFIXES),
)


class Untold(Exception):  # noqa: N818 - an answer, not an error
    """Only running the code could tell: it is compiled, too long, or makes its names as it goes."""


class NoSuchModule(Exception):  # noqa: N818
    """There is no module of this name; the first argument is the part of the name that is not there."""


@dataclass(frozen=True)
class Binding:
    """A statement that gives a name its value, and whether it may not be reached."""

    name: str
    statement: ast.AST
    is_conditional: bool


@dataclass(frozen=True)
class Module:
    """A module as it is written.

    Args:
        name: dotted.
        file: where it is written; of a folder without ``__init__.py``, the folder.
        folders: of a package, where its modules lie.
        tree: what is written there.
        text: the same, before it was parsed.
    """

    name: str
    file: Path
    folders: tuple[str, ...]
    tree: ast.Module
    text: str

    @property
    def package(self) -> str:
        """The package that its relative imports begin in."""
        return self.name if self.folders else self.name.rpartition(".")[0]

    @property
    def makes_names(self) -> bool:
        """Whether it may have names that its text does not show."""
        return any(call in self.text for call in _DYNAMIC_NAMES)


def find_module(name: str) -> Module:
    """Return the module of a dotted name, looked for as Python does, but first in the current directory.

    Raises:
        NoSuchModule: there is none.
        ConfigError: it is not Python, with its line.
        Untold: it is there, but not as text.
    """
    if name == "__main__":  # of a notebook, whose names are in no file
        raise Untold
    parts = name.split(".")
    is_built_in = parts[0] in sys.builtin_module_names
    found = None if is_built_in else _find(parts[0], [str(Path.cwd()), *sys.path])
    spec = found or _known_elsewhere(parts[0])
    for depth, part in enumerate(parts[1:], start=2):
        if name in sys.modules and not spec.submodule_search_locations:  # as os.path
            raise Untold
        inner = _find(part, list(spec.submodule_search_locations or ()))
        if inner is None:
            _refuse(spec, ".".join(parts[:depth]))
        spec = inner
    return _read(spec, name)


def bindings_in(body: list[ast.stmt]) -> Iterator[Binding]:
    """Yield what each statement of a module or a class binds, in order; ``from x import *`` binds ``*``."""
    return _bindings_in(body, is_conditional=False)


def _find(name: str, folders: list[str]) -> ModuleSpec | None:
    """Look into folders afresh: what Python remembers of them may be older than the file that was just written."""
    portions: list[str] = []
    for folder in folders:
        spec = FileFinder(folder or ".", *_LOADERS).find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec
        portions += (spec.submodule_search_locations or ()) if spec is not None else ()
    if not portions:
        return None
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


def _known_elsewhere(name: str) -> ModuleSpec:
    """Ask Python's other finders, such as those of editable installs, which import nothing for an outermost name."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError) as error:
        raise Untold from error
    if spec is None:
        raise NoSuchModule(name)
    return spec


def _refuse(spec: ModuleSpec, name: str) -> NoReturn:
    """Raise `NoSuchModule` for a name that is not in a package, unless the package may make it."""
    text = _read(spec, spec.name).text
    raise Untold if any(word in text for word in _DYNAMIC_MODULES) else NoSuchModule(name)


def _read(spec: ModuleSpec, name: str) -> Module:
    folders = tuple(spec.submodule_search_locations or ())
    if spec.loader is None and folders:
        return Module(name, Path(folders[0]), folders, ast.Module([], []), "")
    if spec.origin is None or not spec.origin.endswith(tuple(SOURCE_SUFFIXES)):
        raise Untold
    try:
        file = Path(spec.origin)
        changed, size = file.stat().st_mtime_ns, file.stat().st_size
    except OSError as error:  # in an archive
        raise Untold from error
    if size > MAX_BYTES:
        raise Untold
    tree, text = _parse(file, changed, size)
    return Module(name, file, folders, tree, text)


@functools.lru_cache(maxsize=64)
def _parse(file: Path, changed: int, size: int) -> tuple[ast.Module, str]:
    """Parse a file once in every state that it has."""
    try:
        content = file.read_bytes()
        with warnings.catch_warnings():  # such as that of an escape which is none, at which the module still loads
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except SyntaxError as error:
        place = Place(shown(file), error.lineno or 1, error.offset or 1, (error.text or "").rstrip("\n"))
        hint = "a config names this file; Python cannot load it as it is"
        raise ConfigError(Problem(f"not Python: {error.msg}", place, hint)) from error
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise Untold from error
    return tree, content.decode("utf-8", errors="replace")


def shown(file: Path) -> str:
    """Return a file as a message names it: below the current directory, from there on."""
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def _bindings_in(body: list[ast.stmt], *, is_conditional: bool) -> Iterator[Binding]:
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield Binding(statement.name, statement, is_conditional)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                yield Binding(alias.asname or alias.name.partition(".")[0], statement, is_conditional)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                yield Binding(alias.asname or alias.name, statement, is_conditional)
        else:
            yield from _bound_inside(statement, is_conditional=is_conditional)


def _bound_inside(statement: ast.stmt, *, is_conditional: bool) -> Iterator[Binding]:
    """Yield what an assignment binds, or whatever stands in the branches of a compound statement."""
    branches: list[ast.AST] = [statement]
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.ExceptHandler | ast.match_case):
            branches.append(part)
        elif not isinstance(part, ast.stmt):
            for node in ast.walk(part):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield Binding(node.id, statement, is_conditional)
    for branch in branches:
        for field in ("body", "orelse", "finalbody"):
            yield from _bindings_in(getattr(branch, field, []), is_conditional=True)
