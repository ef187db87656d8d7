"""The elements of a `tf.data.Dataset` collected into arrays.

TensorFlow is not imported: whoever has made such an object has loaded it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, Arrays
from dnnrun.errors import DataError

_INFINITE = -1  # tf.data.INFINITE_CARDINALITY
_ELEMENTS = "its elements are (x, y), or (x, y, weights); x and y are arrays, or dicts of arrays"

Collected = tuple[Arrays, Arrays, Array | None]
"""Features, labels and weights."""


def is_tf_dataset(made: Any) -> bool:
    """Whether something is a `tf.data.Dataset`, told by the names of its classes."""
    return any(
        kind.__name__ == "DatasetV2" and kind.__module__.startswith("tensorflow.") for kind in type(made).__mro__
    )


def collect(dataset: Any, name: str) -> Collected:
    """Read all elements of a `tf.data.Dataset`, in batches or one by one.

    It is in batches where the first dimension of everything is left open, or is the same and there are more dimensions
    than one; ``dataset.unbatch()`` takes away the doubt.

    Args:
        dataset: of (x, y) or (x, y, weights).
        name: of the function that made it, for messages.

    Raises:
        DataError: it has no end, is empty, has elements of another kind, or of different shapes.
    """
    if int(dataset.cardinality()) == _INFINITE:
        hint = "take out repeat(): epochs and shuffling are dnnrun's; or end it with take(n)"
        raise DataError(f"{name}: the tf.data.Dataset has no end", hint=hint)
    spec = dataset.element_spec
    if not isinstance(spec, tuple) or len(spec) not in {2, 3}:
        kind = f"tuples of {len(spec)}" if isinstance(spec, tuple) else f"a {type(spec).__name__}"
        raise DataError(f"{name}: the elements of the tf.data.Dataset are {kind}", hint=_ELEMENTS)
    try:
        elements = list(dataset.as_numpy_iterator())
    except TypeError as error:  # ragged and sparse tensors, optionals
        raise DataError(f"{name}: the tf.data.Dataset cannot be read: {error}", hint=_ELEMENTS) from error
    except Exception as error:
        if not type(error).__module__.startswith("tensorflow."):
            raise
        raise DataError(
            f"{name}: the tf.data.Dataset cannot be read: {in_words(error)}",
            hint="try it in Python: list(dataset.take(1))",
        ) from error
    if not elements:
        raise DataError(f"{name}: the tf.data.Dataset has no elements", hint="does it read the right files?")
    is_batched = _is_batched([leaf for part in elements[0] for leaf in _leaves(part).values()], _ranks(spec))
    named = zip(_PARTS, zip(*elements, strict=True), strict=False)
    parts = [_joined(list(part), name, what, is_batched) for what, part in named]
    weights = parts[2] if len(parts) == 3 else None
    if isinstance(weights, dict):
        raise DataError(f"{name}: the weights are a dict", hint="give one weight for each row")
    return parts[0], parts[1], weights


_PARTS = ("features", "labels", "weights")


def in_words(error: Exception) -> str:
    """Return what TensorFlow says of an error, without the nodes and devices around it."""
    text = " ".join(str(getattr(error, "message", error)).split())
    return re.sub(r"^\{\{.*?\}\} | \[\[\{\{.*", "", text)[:300]


def _leaves(part: Any) -> Mapping[str, Any]:
    return part if isinstance(part, Mapping) else {"": part}


def _ranks(spec: Sequence[Any]) -> list[tuple[int | None, ...]]:
    """Return the shapes that the data set tells of its tensors, None for a dimension that it leaves open."""
    shapes = [getattr(leaf, "shape", None) for part in spec for leaf in _leaves(part).values()]
    return [tuple(shape) if shape is not None and shape.rank is not None else () for shape in shapes]


def _is_batched(first: Sequence[Any], shapes: Sequence[tuple[int | None, ...]]) -> bool:
    """Whether an element is a batch: each tensor begins with an open dimension, or with the same as all others."""
    if any(np.ndim(value) == 0 for value in first) or len({len(value) for value in first}) > 1:
        return False
    if all(shape and shape[0] is None for shape in shapes):
        return True
    return np.ndim(first[0]) > 1


def _joined(parts: list[Any], name: str, what: str, is_batched: bool) -> Arrays:
    first = parts[0]
    if not isinstance(first, Mapping):
        return _array(parts, f"{name}: {what}", is_batched)
    return {str(key): _array([part[key] for part in parts], f"{name}: {what} {key!r}", is_batched) for key in first}


def _array(parts: list[Any], what: str, is_batched: bool) -> Array:
    if isinstance(parts[0], tuple | list):
        raise DataError(f"{what} are tuples within tuples", hint=_ELEMENTS)
    arrays = [np.asarray(part) for part in parts]
    cut = 1 if is_batched else 0
    odd = next((i for i, array in enumerate(arrays) if array.shape[cut:] != arrays[0].shape[cut:]), None)
    if odd is not None:
        a = "batch" if is_batched else "element"
        raise DataError(
            f"{what} of {a} {odd} have shape {arrays[odd].shape[cut:]}, and of {a} 0 {arrays[0].shape[cut:]}, "
            "counted from 0",
            hint="give each row the same shape, by resizing, cutting or padding in map()",
        )
    joined = np.concatenate(arrays) if is_batched else np.stack(arrays)
    return _decoded(joined, what) if joined.dtype.kind in "OS" else joined


def _decoded(texts: Array, what: str) -> Array:
    """Return TensorFlow's bytes as text, shape kept."""
    decoded = []
    for position, text in enumerate(texts.reshape(-1).tolist()):
        try:
            decoded.append(text.decode("utf-8") if isinstance(text, bytes) else text)
        except UnicodeDecodeError as error:
            where = f"number {position}, counted from 0"
            raise DataError(f"{what}: a text is not UTF-8, {where}", hint="write texts as UTF-8") from error
    array = np.empty(len(decoded), dtype=object)
    array[:] = decoded
    return array.reshape(texts.shape)
