"""TFRecord files for tests, written without TensorFlow."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import google_crc32c
import numpy as np

from dnnrun.data.sources import example


def checksum(content: bytes) -> int:
    crc = google_crc32c.value(content)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", checksum(length)) + content + struct.pack("<I", checksum(content))


def record(**features: object) -> bytes:
    """Return a tf.train.Example of lists of whole numbers, fractions, or bytes."""
    message = example._message_class()()
    for name, values in features.items():
        listed = np.ravel(values).tolist() if not isinstance(values, bytes | str) else [values]
        feature = message.features.feature[name]
        for value in listed:
            if isinstance(value, bytes | str):
                feature.bytes_list.value.append(value.encode() if isinstance(value, str) else value)
            elif isinstance(value, float):
                feature.float_list.value.append(value)
            else:
                feature.int64_list.value.append(value)
        if not listed:
            feature.int64_list.SetInParent()
    return bytes(message.SerializeToString())


def write(path: str | Path, records: Iterable[bytes]) -> None:
    Path(path).write_bytes(b"".join(map(framed, records)))
