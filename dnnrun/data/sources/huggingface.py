"""Data sets of Hugging Face, by name, or from a folder that `save_to_disk` has written. No code of theirs is run."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.published.places import is_offline
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.feature_arrays import are_columns, together
from dnnrun.data.sources.hub import first_line, not_to_be_had, package
from dnnrun.errors import DataError, suggest

_CALLED = "Hugging Face"
_LABELS = ("label", "labels", "target")


def read_huggingface(
    name: str,
    *,
    folder: str | None = None,
    config: str | None = None,
    train: str = "train",
    test: str | None = None,
    features: str | Sequence[str] | None = None,
    target: str | None = None,
) -> SourceData:
    """Read a data set of Hugging Face, with numbers, texts and images as features.

    Args:
        name: as ``datasets.load_dataset`` takes it; it is downloaded where it is not in the cache.
        folder: one that ``save_to_disk`` has written, from which it is read in place of the Hub; the name is then any.
        config: which configuration of the data set.
        train: the split to learn from.
        test: the test set's split; default: ``test`` if there is one and ``train`` is another.
        features: the columns to learn from; default: all but the target.
        target: the column to predict; default: ``label``, ``labels`` or ``target``.

    Raises:
        DataError: the package is not installed, the data set is not there and cannot be had, or a split or a column is
            not in it, or holds what cannot be made an array.
    """
    if is_offline() and "datasets" not in sys.modules:
        os.environ["HF_HUB_OFFLINE"] = "1"
    splits = _splits(package("datasets", "huggingface", _CALLED), name, folder, config)
    if test is None and "test" in splits and train != "test":
        test = "test"
    for argument, split in (("train", train), ("test", test)):
        if split is not None and split not in splits:
            hint = f"{suggest(split, splits)}\nthere are: {', '.join(splits)}".strip()
            raise ArgumentError(argument, f"{name} has no split {split!r}", hint)
    inputs, output = _columns(splits[train], name, features, target)
    names = getattr(splits[train].features[output], "names", None)
    parts = [splits[split] for split in (train, test) if split is not None]
    x = [{column: _array(rows, column) for column in inputs} for rows in parts]
    y = [_array(rows, output) for rows in parts]
    return SourceData(
        together(x[0]),
        y[0],
        together(x[1]) if test else None,
        y[1] if test else None,
        class_names=tuple(names) if names else None,
        feature_names=tuple(inputs) if are_columns(x[0]) else None,
    )


def _splits(datasets: Any, name: str, folder: str | None, config: str | None) -> dict[str, Any]:
    if folder is not None:
        try:
            found = datasets.load_from_disk(folder)
        except Exception as error:
            there = f"no data set of save_to_disk: {first_line(error)}" if Path(folder).exists() else "no such folder"
            raise ArgumentError(
                "folder", f"{folder}: {there}", "write one with dataset.save_to_disk(folder)"
            ) from error
        return dict(found) if isinstance(found, dict) else {"train": found}
    try:
        return dict(datasets.load_dataset(name, config))
    except Exception as error:
        if isinstance(error, ValueError) and "onfig" in str(error):
            raise ArgumentError("config", f"{name}: {first_line(error)}", "name one: config: ...") from error
        places = f"the cache {datasets.config.HF_DATASETS_CACHE}"
        raise not_to_be_had(name, _CALLED, places, None if is_offline() else error) from error


def _columns(
    rows: Any, name: str, features: str | Sequence[str] | None, target: str | None
) -> tuple[tuple[str, ...], str]:
    columns = list(rows.column_names)
    listed = f"its columns: {', '.join(columns)}"
    output = target if target is not None else next((column for column in _LABELS if column in columns), None)
    if output is None:
        raise ArgumentError("target", f"{name} does not say what is to be predicted", f"name the target; {listed}")
    inputs = (features,) if isinstance(features, str) else tuple(features or (c for c in columns if c != output))
    for argument, keys in (("target", (output,)), ("features", inputs)):
        for key in keys:
            if key not in columns:
                raise ArgumentError(
                    argument, f"{name} has no column {key!r}", f"{suggest(key, columns)}\n{listed}".strip()
                )
    if not inputs:
        raise ArgumentError("features", f"{name} has no column to learn from beside {output!r}", listed)
    return inputs, output


def _array(rows: Any, column: str) -> Array:
    """Return a column as an array; a text is a Python text."""
    kind = type(rows.features[column]).__name__
    read: Callable[[Any, str], Array] = _images if kind == "Image" else _values
    if kind in {"Audio", "Video", "Pdf", "Translation"}:
        what = f"the column {column!r} holds {kind.lower()}, which is not read"
        raise ArgumentError("features", what, "name other columns as features")
    return read(rows, column)


def _values(rows: Any, column: str) -> Array:
    values = rows[column][:]
    missing = [row for row, value in enumerate(values) if value is None]
    if missing:
        what = (
            f"the column {column!r} has no value in {len(missing)} of {len(values)} rows; the first is row {missing[0]}"
        )
        raise DataError(f"{what}, counted from 0", hint="name columns without gaps as features")
    if values and isinstance(values[0], str):
        texts = np.empty(len(values), dtype=object)
        texts[:] = values
        return texts
    try:
        array = np.array(values)
    except ValueError as error:
        what = f"the rows of the column {column!r} differ in length"
        raise DataError(
            what, hint="name other columns as features, or cut and pad them in a function of your own"
        ) from error
    if array.dtype.kind not in "iufb":
        what = f"the column {column!r} holds {rows.features[column]}, which is neither numbers nor text"
        raise DataError(what, hint="name the columns to learn from: features: [...]")
    return array


def _images(rows: Any, column: str) -> Array:
    from dnnrun.data.sources.pictures import decode_bytes  # noqa: PLC0415 - starts Pillow

    stored = rows.cast_column(column, type(rows.features[column])(decode=False))[column][:]
    contents = [image["bytes"] or Path(image["path"]).read_bytes() for image in stored]
    first, _ = decode_bytes(io.BytesIO(contents[0]))
    is_color = first is not None and first.ndim == 3
    pictures: list[Array] = []
    for row, content in enumerate(contents):
        pixels, size = decode_bytes(io.BytesIO(content), is_color=is_color)
        if pixels is None or (pictures and size != pictures[0].shape[:2]):
            fault = (
                "is damaged"
                if pixels is None
                else f"has {size[0]} x {size[1]} pixels, and the first {pictures[0].shape[:2]}"
            )
            what = f"the image in row {row} of the column {column!r}, counted from 0, {fault}"
            raise DataError(what, hint="resize or leave out such images in a function of your own")
        pictures.append(pixels)
    return np.stack(pictures)
