"""Who may import whom: the architecture of the design, section 1, read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dnnrun.store import layout

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "dnnrun").rglob("*.py"))

_FLOORS = {
    "search", "starter", "engine", "estimators", "running", "analysis", "rules", "data", "config", "store",
    "components", "errors",
}  # fmt: skip
# What a floor is made of, and which others it may import; itself always. The modules of `api` are floors of their own.
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "components": {"errors"},
    "config": {"errors", "components"},
    "store": {"errors"},
    "data": {"config", "components", "errors"},
    "starter": {"data", "config", "store", "components", "errors"},
    "running": {"data", "config", "store", "components", "errors"},
    "engine": {"running", "data", "config", "store", "components", "errors"},
    "estimators": {"running", "data", "config", "store", "components", "errors"},
    "rules": {"data", "config", "store", "components", "errors"},
    "analysis": {"store", "config", "components", "errors"},
    "search": {"engine", "running", "config", "store", "components", "errors"},
    "api": set(),
    "api.validation": {"rules", "data", "config", "components", "errors"},
    "api.datasets": {"data", "config", "components", "errors"},
    "api.data_view": {"analysis", "data", "config", "components", "errors"},
    "api.plots": {"analysis", "store", "errors"},
    "api.prediction_files": {"running", "config", "store", "errors"},
    "api.predicting": {"api.prediction_files", "api.explaining_predictions", *_FLOORS},
    "api.explaining_predictions": {"api.predicting", *_FLOORS},
    "api.evaluating": {"api.runs", *_FLOORS},
    "api.runs": {"api.evaluating", "api.predicting", "api.exporting", *_FLOORS},
    "api.training": {"api.runs", "api.validation", *_FLOORS},
    "api.baselines": {"api.training", "estimators", "running", "data", "config", "store", "errors"},
    "api.reporting": {"analysis", "store", "errors"},
    "api.cross_validation": {"api.training", *_FLOORS},
    "api.comparing": {"analysis", "store", "errors"},
    "api.exporting": {"api.runs", "engine", "running", "data", "config", "store", "components", "errors"},
    "api.doctor": {"api.training", "engine", "running", "data", "store", "errors"},
}
_API = {floor for floor in BELOW if floor.startswith("api")}
BELOW |= {
    "cli": {*_API, *_FLOORS, ""},
    "": {*_API, *_FLOORS},  # dnnrun/__init__.py, which offers the library's names, each loaded when it is first used
}
ONLY_IN = {
    "typer": {"cli"},
    "rich": {"cli"},
    "click": set(),
    "tensorflow": {"engine"},
    "keras": {"engine"},
}
# `python -m dnnrun` is the command.
ENTRY = {"__main__": "cli"}
FILES = {
    name for key, name in vars(layout).items() if key.isupper() and isinstance(name, str) and "." in name.strip(".")
}


def floor_of(module: str) -> str:
    """Return the floor of a module of dnnrun: the part of its name after ``dnnrun``, and of `api` the next, too."""
    parts = module.split(".")[1:]
    part = ".".join(parts[: 2 if parts[:1] == ["api"] else 1])
    return ENTRY.get(part, part)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_in(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[tuple[str, int]]:
    """Yield every imported module with its line, relative ones made absolute; also those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".") if is_package else module.split(".")[:-1]
            start = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*start, *([node.module] if node.module else [])])
            if origin == "dnnrun":  # `from dnnrun import errors` imports a module of that name
                yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield origin, node.lineno


def docstrings_in(tree: ast.AST) -> set[int]:
    """Return the ids of the constants that stand as statements: docstrings, of attributes too."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


@pytest.fixture(params=MODULES, ids=name_of)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_all_modules_are_seen() -> None:
    assert len(MODULES) >= 25
    assert {floor_of(name_of(path)) for path in MODULES} <= set(BELOW), "give a new part of the package its floor"


def test_imports_go_down(path: Path, tree: ast.Module) -> None:
    module = name_of(path)
    floor = floor_of(module)
    allowed = BELOW[floor] | {floor}
    for imported, line in imports_in(tree, module, is_package=path.name == "__init__.py"):
        if imported.split(".")[0] == "dnnrun":
            assert floor_of(imported) in allowed, f"{path}:{line}: {floor or 'dnnrun'} may not import {imported}"
        elif imported.split(".")[0] in ONLY_IN:
            home = ONLY_IN[imported.split(".")[0]]
            assert floor in home, f"{path}:{line}: {imported} is imported only in {', '.join(home) or 'no module'}"


def test_no_module_is_long_or_a_drawer_for_everything(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in {"utils", "util", "helpers", "misc", "common"}


def test_every_module_says_what_it_is(path: Path, tree: ast.Module) -> None:
    assert ast.get_docstring(tree), f"{path} has no docstring"


def test_only_the_store_names_the_files_of_a_run(path: Path, tree: ast.Module) -> None:
    if floor_of(name_of(path)) == "store":
        return
    prose = docstrings_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            last = node.value.rsplit("/", 1)[-1]
            assert last not in FILES, f"{path}:{node.lineno}: {node.value!r} is the store's to know (store/layout.py)"


def test_the_names_of_files_are_those_that_are_meant() -> None:
    assert {"run.json", "history.csv", "evaluation.json", "model.keras", "resolved.yaml"} <= FILES


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import keras.layers", "keras.layers"),
        ("def f():\n    from rich.table import Table", "rich.table"),
        ("from dnnrun import errors", "dnnrun.errors"),
        ("from . import errors", "dnnrun.errors"),
        ("from .engine import model", "dnnrun.engine"),
        ("if True:\n    import dnnrun.engine as e", "dnnrun.engine"),
    ],
)
def test_imports_are_found_however_they_are_written(source: str, imported: str) -> None:
    found = [name for name, _ in imports_in(ast.parse(source), "dnnrun.components", is_package=False)]
    assert found == [imported]
