"""The formats by name: what writes each, what loads it in the proof, and what that takes. No TensorFlow is needed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dnnrun.errors import ConfigError, suggest

_HOME = "dnnrun.engine.exporting"
_RUNTIMES = Path(__file__).parent / "runtimes"


@dataclass(frozen=True)
class Format:
    """One format.

    Args:
        name: as in ``--format``.
        title: what it is called in a sentence.
        writer: the function that writes it, ``module:function``; it takes a `Served` model, its class names and a path.
        runtime: the program that loads and asks it, a file of ``runtimes``.
        loading: the lines of Python that load it, once the names in braces are put in.
        packages: what has to be importable.
        extra: of dnnrun, that brings them.
    """

    name: str
    title: str
    writer: str
    runtime: str
    loading: str
    packages: tuple[str, ...] = ()
    extra: str = ""

    @property
    def write(self) -> Callable[..., Any]:
        """The function that writes it."""
        module, _, function = self.writer.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), function)
        return found

    @property
    def program(self) -> Path:
        """The program that loads and asks it."""
        return _RUNTIMES / self.runtime

    def check_packages(self) -> None:
        """Raise a ConfigError where one of its packages is not installed."""
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            what = f"--format {self.name} needs {' and '.join(missing)}, which {_are(missing)} not installed"
            raise ConfigError(what, hint=f"pip install 'dnnrun[{self.extra}]'")


FORMATS = {
    "keras": Format(
        "keras",
        "Keras",
        f"{_HOME}.to_keras:write",
        "ask_keras.py",
        'import keras\n\nmodel = keras.models.load_model("{file}", compile=False)\n'
        "tensors = {{name: keras.ops.convert_to_tensor(row) for name, row in rows.items()}}\n"
        "predicted = model({keras_rows}, training=False)",
    ),
    "savedmodel": Format(
        "savedmodel",
        "SavedModel",
        f"{_HOME}.to_savedmodel:write",
        "ask_tensorflow.py",
        "import tensorflow as tf\n\n"
        'model = tf.saved_model.load("{file}")\n'
        'given = model.signatures["serving_default"](**{{name: tf.constant(row) for name, row in rows.items()}})\n'
        'predicted = given["{output}"].numpy()',
    ),
    "onnx": Format(
        "onnx",
        "ONNX",
        f"{_HOME}.to_onnx:write",
        "ask_onnxruntime.py",
        "import onnxruntime\n\n"
        'session = onnxruntime.InferenceSession("{file}")\n'
        'predicted = session.run(["{output}"], rows)[0]',
        ("tf2onnx", "onnx", "onnxruntime"),
        "onnx",
    ),
    "litert": Format(
        "litert",
        "LiteRT",
        f"{_HOME}.to_litert:write",
        "ask_litert.py",
        "from ai_edge_litert.interpreter import Interpreter\n\n"
        'model = Interpreter("{file}").get_signature_runner("serving_default")\n'
        'predicted = model(**rows)["{output}"]',
        ("ai_edge_litert",),
        "litert",
    ),
}


def find_format(name: str) -> Format:
    """Return a format by its name.

    Raises:
        ConfigError: there is none of this name, or its packages are not installed.
    """
    if name not in FORMATS:
        hint = f"{suggest(name, FORMATS)}\nthere are: {', '.join(FORMATS)}".strip()
        raise ConfigError(f"{name!r} is not a format", hint=hint)
    FORMATS[name].check_packages()
    return FORMATS[name]


def _are(missing: list[str]) -> str:
    return "is" if len(missing) == 1 else "are"
