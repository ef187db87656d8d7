"""ONNX, made of a SavedModel by tf2onnx in a process of its own; the class names are in the file's metadata."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnrun.engine.exporting.serving import SIGNATURE, Served
from dnnrun.engine.exporting.unsupported import Operation, conversion_failed, unsupported

_OPSET = 18  # the newest that tf2onnx knows; onnxruntime has it since 1.14
_REFUSED = re.compile(r"[Oo]p \[(?P<name>[^\]]*): (?P<kind>\w+)\] is not supported")


def write(served: Served, classes: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write the model.

    Args:
        served: the model.
        classes: the class names of its outputs that tell classes.
        path: the file.

    Raises:
        ConfigError: ONNX has not got what a layer does; with the layer.
    """
    with tempfile.TemporaryDirectory(prefix="dnnrun-export-") as folder:
        saved = Path(folder) / "saved"
        served.write_savedmodel(saved, {}, {})
        said = _convert(saved, path)
    # tf2onnx writes operations that it cannot convert as they are, and says so in its log only.
    refused = [Operation(found["kind"], found["name"]) for found in _REFUSED.finditer(said)]
    if refused:
        raise unsupported("onnx", served.model, refused)
    if not path.is_file():
        raise conversion_failed("onnx", said)
    _finish(path, classes)


def _convert(saved: Path, path: Path) -> str:
    arguments = ["--saved-model", saved, "--signature_def", SIGNATURE, "--output", path, "--opset", str(_OPSET)]
    command = [sys.executable, "-P", "-W", "ignore", "-m", "tf2onnx.convert", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    return done.stdout + done.stderr


def _finish(path: Path, classes: Mapping[str, Sequence[str]]) -> None:
    import onnx  # noqa: PLC0415 - of an extra

    model = onnx.load(path)
    if classes:
        entry = model.metadata_props.add()
        entry.key, entry.value = "class_names", json.dumps({name: list(names) for name, names in classes.items()})
    onnx.save(model, path)
    try:
        onnx.checker.check_model(str(path))
    except onnx.checker.ValidationError as error:
        raise conversion_failed("onnx", str(error)) from error
