"""`tf.train.Example`, the message in the records of a TFRecord file, read by protobuf without TensorFlow.

The fields and their numbers are those of tensorflow/core/example/example.proto and feature.proto.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_FIELD = descriptor_pb2.FieldDescriptorProto
_LISTS = {
    "bytes_list": ("BytesList", _FIELD.TYPE_BYTES),
    "float_list": ("FloatList", _FIELD.TYPE_FLOAT),
    "int64_list": ("Int64List", _FIELD.TYPE_INT64),
}


def features_of(record: bytes) -> Mapping[str, Any] | None:
    """Return the features in a record by their names, or None where it is no such message."""
    try:
        example = _message_class().FromString(record)
    except DecodeError:
        return None
    found: Mapping[str, Any] = example.features.feature
    return found


def values_of(feature: Any) -> tuple[str, Any]:
    """Return what a feature holds, as ``bytes_list``, ``float_list`` or ``int64_list``, and its values."""
    kind = feature.WhichOneof("kind")
    return kind or "", getattr(feature, kind).value if kind else ()


@functools.cache
def _message_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="dnnrun/example.proto", package="dnnrun", syntax="proto3")
    for name, kind in _LISTS.values():
        _add(file.message_type.add(name=name), "value", 1, kind, repeated=True)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, (field, (name, _)) in enumerate(_LISTS.items(), start=1):
        _add(feature, field, number, _FIELD.TYPE_MESSAGE, of=name).oneof_index = 0
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    _add(entry, "key", 1, _FIELD.TYPE_STRING)
    _add(entry, "value", 2, _FIELD.TYPE_MESSAGE, of="Feature")
    _add(features, "feature", 1, _FIELD.TYPE_MESSAGE, of="Features.FeatureEntry", repeated=True)
    _add(file.message_type.add(name="Example"), "features", 1, _FIELD.TYPE_MESSAGE, of="Features")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("dnnrun.Example"))


def _add(message: Any, name: str, number: int, kind: Any, *, of: str = "", repeated: bool = False) -> Any:
    field = message.field.add(name=name, number=number, type=kind)
    field.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
    if of:
        field.type_name = f".dnnrun.{of}"
    return field
