"""LiteRT, once TensorFlow Lite, with its own operations only; the class names are an archive at the end of the file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from dnnrun.engine.exporting.label_files import label_files
from dnnrun.engine.exporting.serving import SIGNATURE, Served
from dnnrun.engine.exporting.unsupported import Operation, conversion_failed, unsupported


def write(served: Served, classes: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write the model.

    Operations of TensorFlow itself are not let in: the runtime of the package ``ai-edge-litert`` has none of them.

    Args:
        served: the model.
        classes: the class names of its outputs that tell classes.
        path: the file.

    Raises:
        ConfigError: LiteRT has not got what a layer does; with the layer.
    """
    with tempfile.TemporaryDirectory(prefix="dnnrun-export-") as folder:
        served.write_savedmodel(Path(folder), {}, {})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        try:
            path.write_bytes(converter.convert())
        except OSError:
            raise
        except Exception as error:
            refused = [_operation(each) for each in getattr(error, "errors", ()) if each.operator.name]
            if refused:
                raise unsupported("litert", served.model, refused) from error
            raise conversion_failed("litert", str(error)) from error
    if classes:
        with zipfile.ZipFile(path, "a") as archive:  # which LiteRT reads past, as its own metadata does it
            for name, text in label_files(classes).items():
                archive.writestr(name, text)


def _operation(error: Any) -> Operation:
    name = next((call.name for call in error.location.call if call.name), "")
    return Operation(error.operator.name.removeprefix("tf."), name)
