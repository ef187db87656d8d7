"""What TensorFlow finds to compute with, and whether a saved model computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from dnnrun.errors import TrainingError


@dataclass(frozen=True)
class Device:
    """One device that TensorFlow can use.

    Args:
        kind: ``CPU``, ``GPU`` or ``TPU``.
        name: what the maker calls it; empty where TensorFlow doesn't know.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Devices:
    """What TensorFlow finds.

    Args:
        found: every device.
        cuda: the version of CUDA that this TensorFlow was built for; None for one without GPUs.
    """

    found: tuple[Device, ...]
    cuda: str | None


def find_devices() -> Devices:
    """Return what TensorFlow finds; its threads and its memory can still be set afterwards."""
    found = (Device(each.device_type, _name(each)) for each in tf.config.list_physical_devices())
    built = tf.sysconfig.get_build_info()
    return Devices(tuple(found), built.get("cuda_version"))


def _name(device: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(device) if device.device_type == "GPU" else {}
    return str(details.get("device_name", ""))


def check_model_file(path: Path) -> None:
    """Load a saved model and let it compute one row of zeros.

    Raises:
        TrainingError: what comes out is no row of finite numbers.
    """
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    output = np.asarray(model(np.zeros((1, *model.input_shape[1:]), "float32")))
    if output.shape[0] != 1 or not np.isfinite(output).all():
        raise TrainingError(f"{path.name} was loaded again, but computes {output.tolist()} for a row of zeros")
