"""What training rows tell of the rows that are to judge the model: rows in two splits, features that are the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, Rows, by_name
from dnnrun.data.facts import Leaks, Repeated

_SAMPLE = 256  # rows by which most columns are found to be something else than the target
_BLOCK = 2048  # rows that are hashed at a time, so that they stay in the processor's cache
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio, as in splitmix64
_SHIFT = np.uint64(29)

Names = tuple[str, ...] | Mapping[str, tuple[str, ...]] | None


def find_leaks(splits: Mapping[str, Rows], classes: Mapping[str, bool], names: Names) -> Leaks | None:
    """Return what the splits have in common, and which features are their target.

    Rows are compared by 64-bit hashes of their numbers and texts. A feature is the target where it has its numbers, or
    for classes where each of its values stands for one class and each class for one value, in all training rows.

    Args:
        splits: the rows as they were read, labels encoded.
        classes: of each output whether it tells classes.
        names: of the features of a table; of several inputs those of each.

    Returns:
        None for rows that stay on disk.
    """
    if any(rows.stream is not None for rows in splits.values()):
        return None
    training = splits["train"]
    keys, labelled = _keys(training)
    repeated: dict[str, Repeated] = {}
    for split, rows in splits.items():
        same = next((other for other in repeated if splits[other] is rows), None)
        if same is not None:
            repeated[split] = repeated[same]
        elif split != "train":
            own, own_labelled = _keys(rows)
            found, alike = int(np.isin(own, keys).sum()), int(np.isin(own_labelled, labelled).sum())
            repeated[split] = Repeated(found, alike, len(rows))
    telling = {
        output: tuple(_telling(training, training.labels_of(output), names, is_classes=is_classes))
        for output, is_classes in classes.items()
    }
    return Leaks(repeated, telling, len(training))


def _keys(rows: Rows) -> tuple[Array, Array]:
    """Return a hash of the features of each row, and one of features and labels together, shape (rows,)."""
    features = np.zeros(len(rows), dtype=np.uint64)
    for array in by_name(rows.x).values():
        features = _hashed(array, features)
    labelled = features
    for array in by_name(rows.y).values():
        labelled = _hashed(array, labelled)
    return features, labelled


def _hashed(array: Array, seed: Array) -> Array:
    """Mix the values of each row into its hash so far, eight bytes at a time."""
    hashes = seed.copy()
    for start in range(0, len(array), _BLOCK):
        words, block = _words(array[start : start + _BLOCK]), hashes[start : start + _BLOCK]
        shifted = np.empty_like(block)
        for column in range(words.shape[1]):
            np.bitwise_xor(block, words[:, column], out=block)
            np.multiply(block, _MULTIPLIER, out=block)
            np.right_shift(block, _SHIFT, out=shifted)
            np.bitwise_xor(block, shifted, out=block)
    return hashes


def _words(array: Array) -> Array:
    """Return the values of each row as numbers of 64 bits, shape (rows, words)."""
    rows = len(array)
    if array.dtype.kind in "OUST":
        texts = array.reshape(rows, -1)
        hashes = [[hash(str(value)) for value in row] for row in texts.tolist()]
        return np.array(hashes, dtype=np.int64).view(np.uint64)
    numbers = np.ascontiguousarray(array.reshape(rows, -1))
    if numbers.dtype.kind == "f":
        numbers = numbers.astype(np.float32) + np.float32(0)  # so that 0 and -0 are alike
    size = numbers.shape[1] * numbers.itemsize
    if size % 8 == 0:
        return numbers.view(np.uint8).reshape(rows, size).view(np.uint64)
    padded = np.zeros((rows, size + 8 - size % 8), dtype=np.uint8)
    padded[:, :size] = numbers.view(np.uint8).reshape(rows, size)
    return padded.view(np.uint64)


def _telling(rows: Rows, y: Array, names: Names, *, is_classes: bool) -> Iterator[str]:
    """Yield the names of the features that are the target."""
    target = y.reshape(len(y), -1)
    if is_classes:
        target = np.argmax(target, axis=1)[:, None] if target.shape[1] > 1 else target
    if (target == target[:1]).all():
        return
    check = _stands_for_class if is_classes else _is_number
    for name, block in _tables(rows.x, names):
        possible = np.flatnonzero(check(block[:_SAMPLE], target[:_SAMPLE]))
        for column in possible:
            if check(block[:, column : column + 1], target).all() and not _is_constant(block[:, column]):
                yield name[column]


def _tables(x: Arrays, names: Names) -> Iterator[tuple[tuple[str, ...], Array]]:
    """Yield the features that stand in columns, with the names of these."""
    for name, array in by_name(x).items():
        if array.ndim != 2:
            continue
        known = names.get(name) if isinstance(names, Mapping) else names if name == ONLY else (name,)
        if known is None or len(known) != array.shape[1]:
            known = tuple(f"{name} {column}".strip() for column in range(array.shape[1]))
        yield tuple(known), array


def _stands_for_class(block: Array, target: Array) -> Array:
    """Return for each column whether every class has one value there, and every value one class."""
    classes, first, number = np.unique(target[:, 0], return_index=True, return_inverse=True)
    of_class = block[first]
    is_one = (block == of_class[number.reshape(-1)]).all(axis=0)
    distinct = [len(np.unique(of_class[:, column])) == len(classes) for column in np.flatnonzero(is_one)]
    found = np.zeros(block.shape[1], dtype=bool)
    found[np.flatnonzero(is_one)] = distinct
    return found


def _is_number(block: Array, target: Array) -> Array:
    """Return for each column whether it is one of the targets, number for number."""
    if block.dtype.kind not in "iufb":
        return np.zeros(block.shape[1], dtype=bool)
    numbers = block.astype(np.float32)
    return np.asarray(np.any([(numbers == target[:, [one]]).all(axis=0) for one in range(target.shape[1])], axis=0))


def _is_constant(column: Array) -> bool:
    return bool((column == column[0]).all())
