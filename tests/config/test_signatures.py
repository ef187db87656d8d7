"""The arguments of a user's own code, read and never run: every module here would end the process if it were."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dnnrun.components import Kind
from dnnrun.config import catalog, modules
from dnnrun.config.signatures import signature_of
from dnnrun.errors import ConfigError

Told = tuple[list[str], list[str]] | None
RUNS = "import sys; sys.exit('this ran')\n"
LAYER = ["activity_regularizer", "trainable", "dtype", "autocast", "name"]


@pytest.fixture(autouse=True)
def _nothing_is_imported() -> Iterator[None]:
    before = set(sys.modules)
    yield
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] in {"own", "pkg", "keras"}}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write modules into the current directory: ``pkg__layers`` is ``pkg/layers.py``."""
    monkeypatch.chdir(tmp_path)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            path = tmp_path / ("pkg/__init__" if name == "pkg" else name.replace("__", "/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").write_text(RUNS + text)

    return write


def told(path: str, kind: Kind = "layers") -> Told:
    """Return what must and may be given; None where nothing is known."""
    entry = signature_of(path, kind)
    if entry is None:
        return None
    return list(entry.required), [name for name in entry.arguments if name not in entry.required]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def x(a, b=1, *, c, d=2): ...", (["a", "c"], ["b", "d"])),
        ("async def x(): ...", ([], [])),
        ("class x: ...", ([], [])),
        ("class x:\n    def __init__(self, a, b=1): ...", (["a"], ["b"])),
        ("class x:\n    def __init__(self, a, /, b, *, c=1): ...", (["b"], ["c"])),
        ("class y:\n    def __init__(self, a): ...\nclass x(y): ...", (["a"], [])),
        # a class gives its parent what the parent must have; what the parent may have, the config can give
        ("class y:\n    def __init__(self, a, b=1): ...\nclass x(y):\n    def __init__(self, c, **kwargs): ...",
         (["c"], ["b"])),
        ("class y:\n    def __init__(self, a, b=1): ...\nclass x(y):\n    def __init__(self, c): ...", (["c"], [])),
        # the class that two others share comes after both
        ("class a:\n    def __init__(self, p=1): ...\nclass b(a):\n    def __init__(self, q=1, **k): ...\n"
         "class c(a):\n    def __init__(self, r=1, **k): ...\nclass x(b, c): ...", ([], ["q", "r", "p"])),
        ("from keras.layers import Layer\nclass x(Layer):\n    def __init__(self, n, **k): ...", (["n"], LAYER)),
        ("import keras\nclass x(keras.layers.Layer): ...", ([], LAYER)),
        ("import tensorflow as tf\nclass x(tf.keras.layers.Layer): ...", ([], LAYER)),
        ("from tensorflow.keras import layers as l\nclass x(l.Layer): ...", ([], LAYER)),
        ("import tensorflow.keras\nclass x(tensorflow.keras.layers.Layer): ...", ([], LAYER)),
        ("import keras\n@keras.saving.register_keras_serializable()\nclass x(keras.Initializer): ...", ([], [])),
        ("import keras\nclass x(keras.losses.Loss):\n    def __init__(self, a=1): ...", ([], ["a"])),
        ("import keras\nclass x(keras.constraints.MaxNorm): ...", ([], ["max_value", "axis"])),
        ("from dataclasses import dataclass, field\nfrom typing import ClassVar\n@dataclass(frozen=True)\nclass x:\n"
         "    a: int\n    n: ClassVar[int] = 3\n    b: int = 1\n    c: list = field(default_factory=list)\n"
         "    d: int = field(init=False)\n    e: int = field(repr=False)", (["a", "e"], ["b", "c"])),
        ("from abc import ABC\nfrom typing import Generic\nclass x(ABC, Generic[T]):\n    def __init__(self, a): ...",
         (["a"], [])),
        ("import functools\n@functools.cache\ndef x(a): ...", (["a"], [])),
        ("def y(a): ...\nx = y", (["a"], [])),
        ("try:\n    import nothing\nexcept ImportError:\n    def x(a): ...", (["a"], [])),
        ("def x(a): ...\ndef x(b): ...", (["b"], [])),
        ("import keras\nx = keras.layers.Dropout", (["rate"], ["noise_shape", "seed", *LAYER])),
    ],
)  # fmt: skip
def test_what_is_told(text: str, expected: Told, files: Callable[..., None]) -> None:
    files(own=text)
    found = told("own:x")
    assert found is not None
    assert found[0] == expected[0]
    assert sorted(found[1]) == sorted(expected[1])


@pytest.mark.parametrize(
    "text",
    [
        "x = 3", "x, y = 1, 2", "x = make()", "x: int = 3", "for x in (): ...", "import math as x",
        "@wrapped\ndef x(a): ...", "@wrapped\nclass x: ...", "if a:\n    def x(a): ...\nelse:\n    def x(b): ...",
        "class x:\n    def __new__(cls, a): ...", "class x(metaclass=M): ...", "class x(dict): ...",
        "from nothing import x", "from .nothing import x", "from math import sqrt as x", "from nothing import *",
        "def __getattr__(name): ...", "globals()['x'] = 3", "x = y\ny = x", "x = x", "x = dict", "from own import x",
        "class x(y[0]()): ...", "class y:\n    x = 3\nx = y.x", "from keras.layers import NothingThatIs as x",
        "from dataclasses import dataclass\n@dataclass(init=False)\nclass x:\n    a: int",
    ],
)  # fmt: skip
def test_what_reading_does_not_tell(text: str, files: Callable[..., None]) -> None:
    files(own=text)
    entry = signature_of("own:x", "layers")
    assert entry is None or entry.takes_more


@pytest.mark.parametrize("path", ["math:sqrt", "os.path:join", "sys:exit", "__main__:x", "numpy.linalg:norm"])
def test_what_is_no_file_of_python(path: str) -> None:
    signature_of(path, "layers")


@pytest.mark.parametrize("base", ["dict", "nothing.Base", "keras.layers.Wrapper"])
def test_below_a_base_that_is_not_known_only_what_must_be_given_is(base: str, files: Callable[..., None]) -> None:
    files(
        own=f"import nothing, keras\nclass x({base}):\n    def __init__(self, a, **kwargs): ...\nclass y({base}): ..."
    )
    entry = signature_of("own:x", "layers")
    assert entry is not None
    assert (entry.required, entry.takes_more) == (("a",), True)


def test_names_are_followed_through_a_package(files: Callable[..., None]) -> None:
    files(
        pkg="from .layers import Gate as Door, sub\nfrom .stars import *\nfrom . import layers as shelf",
        pkg__layers="from pkg import base\nimport pkg.base\nclass Gate(base.Base):\n class Inner(pkg.base.Base): ...",
        pkg__base="from .deep.deepest import *\nclass Base(Deepest):\n    def __init__(self, b=1, **kwargs): ...",
        pkg__stars="def star(s): ...",
        pkg__deep__deepest="class Deepest:\n    def __init__(self, d=1): ...",  # a folder without __init__.py
    )
    for path in ("pkg:Door", "pkg.layers:Gate", "pkg:Door.Inner", "pkg:layers.Gate", "pkg:shelf.Gate"):
        assert told(path) == ([], ["b", "d"]), path
    assert told("pkg:star") == (["s"], [])
    assert told("pkg.deep.deepest:Deepest") == ([], ["d"])


def test_the_current_directory_comes_first_and_then_the_path(
    files: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.syspath_prepend(elsewhere)
    (elsewhere / "own.py").write_text("def x(there): ...")
    (elsewhere / "more.py").write_text("def x(there): ...")
    files(own="def x(here): ...", more__data="")  # a folder without __init__.py gives way to a module
    assert told("own:x") == (["here"], [])
    assert told("more:x") == (["there"], [])


def test_a_module_that_only_another_finder_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such are put in place by editable installs."""
    from importlib.util import spec_from_file_location

    class Finder:
        def find_spec(self, name: str, path: object = None, target: object = None) -> object:
            return spec_from_file_location(name, tmp_path / "hidden.py") if name == "editable" else None

    (tmp_path / "hidden.py").write_text("def x(a): ...")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert told("editable:x") == (["a"], [])


@pytest.mark.parametrize(
    ("path", "what", "hint"),
    [
        ("onw:x", "there is no module 'onw'", "did you mean 'own'?"),
        ("own.more:x", "there is no module 'own.more'", "it is looked for in"),
        ("pkg.layer:x", "there is no module 'pkg.layer'", "it is looked for in"),
        ("beside:x", "there is no module 'beside'", "beside.py lies beside the config: run dnnrun there"),
        ("own:Gates", "'own' has no 'Gates'", "did you mean 'Gate'?\nit is read from own.py"),
        ("own:Gate.Outer", "'own' has no 'Outer'", "it is read from own.py"),
        ("folder:x", "'folder' has no 'x'", "it is the folder folder, without an __init__.py"),
    ],
)
def test_what_is_not_there(path: str, what: str, hint: str, files: Callable[..., None]) -> None:
    files(own="class Gate:\n    class Inner: ...", pkg="", pkg__layers="", folder__inner="", configs__beside="")
    with pytest.raises(ConfigError) as caught:
        signature_of(path, "layers", Path("configs"))
    [problem] = caught.value.problems
    assert problem.what == what
    assert hint in problem.hint


def test_a_file_that_is_not_python_is_reported_at_its_line(files: Callable[..., None]) -> None:
    files(own="from pkg import bad\nx = bad.x", pkg="", pkg__bad="def x(:\n    pass")
    for path in ("pkg.bad:x", "own:x"):
        with pytest.raises(ConfigError) as caught:
            signature_of(path, "layers")
        [problem] = caught.value.problems
        assert str(problem.where) == "pkg/bad.py:2:7"
        assert problem.what == "not Python: invalid syntax"
        assert problem.where is not None
        assert problem.where.text == "def x(:"


@pytest.mark.parametrize("content", [b"\0", b"# coding: nothing\n", b"\xff\xfe", b"x = " + b"(" * 5000, b"x = '\xe9'"])
def test_a_file_that_is_not_even_text(content: bytes, files: Callable[..., None]) -> None:
    files()
    Path("own.py").write_bytes(content)
    with contextlib.suppress(ConfigError):
        assert signature_of("own:x", "layers") is None


def test_a_long_file_is_not_read(files: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    files(own="def x(a): ...")
    monkeypatch.setattr(modules, "MAX_BYTES", 20)
    assert told("own:x") is None


def test_a_file_is_read_anew_when_it_has_changed(files: Callable[..., None]) -> None:
    files(own="def x(a): ...")
    assert told("own:x") == (["a"], [])
    files(own="def x(a, b): ...")
    assert told("own:x") == (["a", "b"], [])


def test_a_model_is_given_its_shape_and_classes(files: Callable[..., None]) -> None:
    files(own="def x(input_shape, classes, units): ...")
    assert told("own:x", "models") == (["units"], ["input_shape", "classes"])
    assert told("own:x", "layers") == (["input_shape", "classes", "units"], [])


def test_under_another_keras_nothing_is_taken_from_the_catalogue(
    files: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    files(own="import keras\nclass x(keras.layers.Dense): ...")
    assert told("own:x") is not None
    monkeypatch.setattr(catalog, "installed_keras", lambda: "0.0.1")
    entry = signature_of("own:x", "layers")
    assert entry is not None
    assert entry.takes_more
