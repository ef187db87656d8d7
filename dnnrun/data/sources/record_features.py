"""What a config says of the features in TFRecord files, and the arrays that are made of them."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.example import features_of, values_of
from dnnrun.errors import DataError, suggest

_KINDS = {"bytes_list": "bytes", "float_list": "fractions (float_list)", "int64_list": "whole numbers (int64_list)"}
_FLOATS, _TEXT = ("float32", "float64", "float16"), "str"
_INTEGERS = ("int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "bool")
_KEYS = ("shape", "dtype", "decode")
_EXAMPLE = "such as image: {shape: [28, 28], dtype: uint8}, or label: int64"


@dataclass(frozen=True)
class Feature:
    """One feature of every record.

    Args:
        name: in the records.
        dtype: of the array that is made of it; ``str`` for text.
        shape: of one row of it.
        decode: ``image`` or ``raw`` where its bytes are those of an image file or of an array; else nothing.
    """

    name: str
    dtype: str
    shape: tuple[int, ...] = ()
    decode: str = ""

    @property
    def kind(self) -> str:
        """The list of a record that holds it."""
        if self.decode or self.dtype == _TEXT:
            return "bytes_list"
        return "float_list" if self.dtype in _FLOATS else "int64_list"

    def value_of(self, features: Mapping[str, Any]) -> Any:
        """Return its value in one record: an array, or a text.

        Raises:
            ValueError: it is missing, or other than the config says, in words.
        """
        if self.name not in features:
            there = ", ".join(sorted(features)) or "nothing"
            raise ValueError(f"has no feature {self.name!r}; it has {there}")
        kind, values = values_of(features[self.name])
        about = f"has in its feature {self.name!r}"
        if not len(values):
            raise ValueError(f"{about} no values")
        if kind != self.kind:
            raise ValueError(f"{about} {_KINDS[kind]}, and the config says {_KINDS[self.kind]}, by dtype {self.dtype}")
        if self.decode:
            if len(values) > 1:
                raise ValueError(f"{about} {len(values)} pieces of bytes, not one")
            return self._image(values[0], about) if self.decode == "image" else self._raw(values[0], about)
        if len(values) != math.prod(self.shape):
            count = f"{len(values)} value{'' if len(values) == 1 else 's'}"
            raise ValueError(f"{about} {count}, and its shape {list(self.shape)} has {math.prod(self.shape)}")
        return self._text(values, about) if self.dtype == _TEXT else self._numbers(values, about)

    def _numbers(self, values: Any, about: str) -> Array:
        array: Array = np.array(values, dtype=np.float32 if self.kind == "float_list" else np.int64)
        if self.kind == "int64_list" and self.dtype != "bool":
            limits = np.iinfo(self.dtype)
            if array.max() > limits.max or array.min() < limits.min:
                odd = array[(array > limits.max) | (array < limits.min)][0]
                raise ValueError(f"{about} the number {odd}, which {self.dtype} does not hold")
        return array.astype(self.dtype).reshape(self.shape)

    def _text(self, values: Any, about: str) -> Any:
        try:
            texts = [value.decode("utf-8") for value in values]
        except UnicodeDecodeError as error:
            raise ValueError(f"{about} bytes that are no text in UTF-8") from error
        return texts[0] if not self.shape else np.array(texts, dtype=object).reshape(self.shape)

    def _raw(self, value: bytes, about: str) -> Array:
        dtype = np.dtype(self.dtype).newbyteorder("<")
        if len(value) != math.prod(self.shape) * dtype.itemsize:
            wanted = f"{list(self.shape)} of {self.dtype} takes {math.prod(self.shape) * dtype.itemsize}"
            raise ValueError(f"{about} {len(value)} bytes, and its shape {wanted}")
        return np.frombuffer(value, dtype).astype(self.dtype).reshape(self.shape)

    def _image(self, value: bytes, about: str) -> Array:
        from dnnrun.data.sources.pictures import decode_bytes  # noqa: PLC0415 - Pillow, which few records need

        height, width, *channels = self.shape
        pixels, size = decode_bytes(io.BytesIO(value), is_color=channels == [3])
        if pixels is None:
            raise ValueError(f"{about} no image, or a damaged one")
        if size != (height, width):
            raise ValueError(f"{about} an image of {list(size)} pixels, and its shape says {[height, width]}")
        return pixels.reshape(self.shape)


def features_in_config(features: Mapping[str, Any]) -> dict[str, Feature]:
    """Return the features that a config describes, by name.

    Raises:
        ArgumentError: a description is not understood.
    """
    if not features:
        raise ArgumentError("features", "features names none", _EXAMPLE)
    return {name: _feature(name, described) for name, described in features.items()}


def _feature(name: str, described: Any) -> Feature:
    given = {"dtype": described} if isinstance(described, str) else described
    if not isinstance(given, Mapping):
        raise ArgumentError("features", f"the feature {name!r} must have a type, not {described!r}", _EXAMPLE)
    odd = next((key for key in given if key not in _KEYS), None)
    if odd is not None:
        hint = f"{suggest(str(odd), _KEYS)}\nthere are: {', '.join(_KEYS)}".strip()
        raise ArgumentError("features", f"the feature {name!r} has no argument {odd!r}", hint)
    decode = given.get("decode", "")
    if decode not in {"", "image", "raw"}:
        raise ArgumentError("features", f"decode of {name!r} must be image or raw, not {decode!r}", _EXAMPLE)
    dtype = str(given.get("dtype", "uint8" if decode == "image" else ""))
    known = ("uint8",) if decode == "image" else (*_INTEGERS, *_FLOATS) if decode else (*_INTEGERS, *_FLOATS, _TEXT)
    if dtype not in known:
        what = f"the feature {name!r} {f'cannot have the dtype {dtype!r}' if dtype else 'needs a dtype'}"
        raise ArgumentError("features", what, f"{suggest(dtype, known)}\nit is one of: {', '.join(known)}".strip())
    return Feature(name, dtype, _shape(name, given.get("shape", ()), decode), decode)


def _shape(name: str, shape: Any, decode: str) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else shape
    if not isinstance(sizes, Sequence) or not all(type(size) is int and size > 0 for size in sizes):
        what = f"shape of {name!r} must be a list of whole numbers above 0, not {shape!r}"
        raise ArgumentError("features", what, "such as shape: [28, 28]; one value needs none")
    if decode == "image" and (len(sizes) not in {2, 3} or sizes[2:] not in ([], (), [1], [3], (1,), (3,))):
        what = f"shape of {name!r} must be that of an image: [height, width], or with 1 or 3 channels behind"
        raise ArgumentError("features", what, f"not {list(sizes)}")
    return tuple(sizes)


def arrays_of(
    records: Iterable[bytes], features: Mapping[str, Feature], origin: str, first: int = 0
) -> dict[str, Array]:
    """Return the features of records, each as an array of shape (records, ...).

    Args:
        records: as they are in a file.
        features: to read, by name.
        origin: the file, for messages.
        first: the number of the first record in its file, from 0.

    Raises:
        DataError: a record is no `tf.train.Example`, or other than the config says.
    """
    rows: dict[str, list[Any]] = {name: [] for name in features}
    for number, record in enumerate(records, start=first):
        where = f"{origin}: record {number}, counted from 0,"
        found = features_of(record)
        if found is None:
            raise DataError(f"{where} is no tf.train.Example", hint="write tf.train.Example(...).SerializeToString()")
        try:
            for name, feature in features.items():
                rows[name].append(feature.value_of(found))
        except ValueError as error:
            raise DataError(f"{where} {error}", hint="every record must be as features describes it") from error
    return {name: _stacked(values, features[name]) for name, values in rows.items()}


def _stacked(values: list[Any], feature: Feature) -> Array:
    if feature.dtype != _TEXT:
        return np.stack(values) if values else np.empty((0, *feature.shape), feature.dtype)
    array = np.empty((len(values), *feature.shape), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    return array
