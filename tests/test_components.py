"""The notation for named objects, and who may run code."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from dnnrun.components import Component, is_import_path, kind_of_argument, load_object, plain
from dnnrun.config.fields import parse_component
from dnnrun.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "component"),
    [
        ("Flatten", Component("Flatten")),
        ({"Flatten": None}, Component("Flatten")),
        ({"Flatten": {}}, Component("Flatten")),
        ({"Dense": 128}, Component("Dense", {"units": 128})),
        ({"Dense": {"units": 128}}, Component("Dense", {"units": 128})),
        (
            {"Dense": {"units": 8, "activation": "relu"}},
            Component("Dense", {"units": 8, "activation": Component("relu")}),
        ),
        ({"Reshape": [7, 7]}, Component("Reshape", {"target_shape": (7, 7)})),
        ("a.b:C", Component("a.b:C")),
        ({"a.b:C": 3}, Component("a.b:C", positional=(3,))),
        ({"a.b:C": {"x": 3}}, Component("a.b:C", {"x": 3})),
        ({"Unheard": 3}, Component("Unheard", positional=(3,))),
    ],
)
def test_parse(written: Any, component: Component) -> None:
    assert parse_component(written, "layers") == component
    assert parse_component(component, "layers") is component
    assert parse_component(component.notation(), "layers") == component


@pytest.mark.parametrize("written", [None, 3, True, "", "  ", [], ["Dense"], {}, {"Dense": 1, "Flatten": 2}, {3: 4}])
def test_what_is_not_in_the_notation(written: Any) -> None:
    with pytest.raises(PydanticCustomError):
        parse_component(written, "layers")


def test_notation_goes_to_every_depth() -> None:
    inner = Component("HeNormal", {"seed": 3})
    outer = Component("Dense", {"units": 8, "kernel_initializer": inner, "shape": (1, Component("x"))})
    assert outer.notation() == {
        "Dense": {"units": 8, "kernel_initializer": {"HeNormal": {"seed": 3}}, "shape": [1, "x"]}
    }
    assert plain({"a": (outer.arguments["kernel_initializer"],)}) == {"a": [{"HeNormal": {"seed": 3}}]}


def test_a_component_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Component("Dense").name = "Flatten"  # type: ignore[misc]


def test_text_and_bareness() -> None:
    assert str(Component("Dense", {"units": 3})) == "Dense"
    assert Component("Dense").is_bare
    assert not Component("Dense", {"units": 3}).is_bare
    assert not Component("a:b", positional=(3,)).is_bare


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a:b", True), ("a.b.c:D.E", True), ("a_1:b", True), ("a", False), ("a.b", False), ("a:", False), (":b", False),
     ("a: b", False), ("1a:b", False), ("a..b:c", False), ("a:b\n", False), ("C:\\x", False), ("a:b:c", False)],
)  # fmt: skip
def test_import_paths(name: str, expected: bool) -> None:
    assert is_import_path(name) is expected


@pytest.mark.parametrize(
    ("argument", "kind"),
    [("kernel_initializer", "initializers"), ("initializer", "initializers"), ("bias_regularizer", "regularizers"),
     ("kernel_constraint", "constraints"), ("activation", "activations"), ("recurrent_activation", "activations"),
     ("learning_rate", "schedules"), ("layer", "layers"), ("cells", "layers"), ("units", None), ("activations", None),
     ("", None), ("layers", None)],
)  # fmt: skip
def test_the_name_of_an_argument_tells_what_it_takes(argument: str, kind: str | None) -> None:
    assert kind_of_argument(argument) == kind


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module of one's own in the current directory; gone from the interpreter afterwards."""
    path = tmp_path / "my_gates.py"
    path.write_text("class Gate:\n    class Inner: pass\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "my_gates", raising=False)
    return path


def test_code_runs_only_when_allowed(package: Path) -> None:
    package.write_text("raise SystemExit('this ran')")
    with pytest.raises(ConfigError, match="--allow-code"):
        load_object("my_gates:Gate", allow_code=False)
    assert "my_gates" not in sys.modules


@pytest.mark.usefixtures("package")
def test_objects_are_found_in_the_current_directory() -> None:
    assert load_object("my_gates:Gate", allow_code=True).__name__ == "Gate"
    assert load_object("my_gates:Gate.Inner", allow_code=True).__name__ == "Inner"
    assert load_object("math:pi", allow_code=True) > 3
    with pytest.raises(ConfigError, match="'my_gates' has no 'Gates'"):
        load_object("my_gates:Gates", allow_code=True)
    with pytest.raises(ConfigError, match=r"has no 'Gate\.x'"):
        load_object("my_gates:Gate.x", allow_code=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [("1 / 0", "ZeroDivisionError"), ("import no_such_thing", "No module named 'no_such_thing'"),
     ("def x(:", "SyntaxError"), ("raise SystemExit(3)", "SystemExit")],
)  # fmt: skip
def test_a_module_that_fails(package: Path, text: str, said: str) -> None:
    package.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        load_object("my_gates:Gate", allow_code=True)
    assert str(package.parent) in str(caught.value)


def test_a_module_that_is_not_there(package: Path) -> None:
    with pytest.raises(ConfigError, match="cannot import 'no_such_module'"):
        load_object("no_such_module:Gate", allow_code=True)
