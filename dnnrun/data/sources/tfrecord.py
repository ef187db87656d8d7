"""Rows in TFRecord files, described feature by feature."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, SourceData, unwrapped
from dnnrun.data.sources import ArgumentError, check_class_names, nearby_files
from dnnrun.data.sources.record_features import Feature, arrays_of, features_in_config
from dnnrun.data.sources.records import Compression, records_in
from dnnrun.errors import DataError, suggest


def read_tfrecord(
    path: str,
    features: Mapping[str, Any],
    target: str | Mapping[str, str],
    *,
    test: str | None = None,
    weights: str | None = None,
    compression: Compression = "auto",
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Read `tf.train.Example` records, whose features all have a fixed shape.

    Args:
        path: a file, or several by a pattern such as ``train-*.tfrecord``, which are read in the order of their names.
        features: for each feature to read its ``dtype``, or a mapping of ``dtype``, ``shape`` and ``decode``, which is
            ``image`` for the bytes of an image file, ``raw`` for those of an array.
        target: the feature to predict, or that for each output.
        test: a file or a pattern, as the test set.
        weights: the feature with the weight of each row in the loss.
        compression: of whole files; ``auto`` tells gzip by itself.
        class_names: what the class numbers 0, 1, ... stand for.

    Raises:
        DataError: a file is missing, cut off or damaged, or a record is not as described; with the record's number.
    """
    check_class_names(class_names)
    described = features_in_config(features)
    roles = _Roles(described, target, weights)
    files = files_like(path, "path")
    test_files = files_like(test, "test") if test is not None else ()
    training = roles.divided(_read(files, "path", described, compression))
    held_out = roles.divided(_read(test_files, "test", described, compression)) if test_files else None
    return SourceData(
        training[0],
        training[1],
        held_out[0] if held_out else None,
        held_out[1] if held_out else None,
        class_names=class_names or None,
        feature_names=roles.columns,
        files=(*files, *test_files),
        weights=training[2],
        weights_test=held_out[2] if held_out else None,
    )


def files_like(pattern: str, argument: str) -> tuple[Path, ...]:
    """Return the file, or the files that a pattern stands for, sorted by name."""
    if not glob.has_magic(pattern) or Path(pattern).exists():
        return (Path(pattern),)
    found = tuple(sorted(Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file()))
    if not found:
        raise ArgumentError(argument, f"{pattern}: there is no file of such a name", nearby_files(Path(pattern)))
    return found


class _Roles:
    """Which features are what.

    Args:
        described: all that are read.
        target: the one to predict, or that for each output.
        weights: the one with the weights, if there is one.
    """

    def __init__(self, described: Mapping[str, Feature], target: str | Mapping[str, str], weights: str | None) -> None:
        self._targets = target if isinstance(target, Mapping) else {ONLY: target}
        self._weights = weights
        for argument, name in [*(("target", name) for name in self._targets.values()), ("weights", weights)]:
            if name is not None and name not in described:
                hint = f"{suggest(name, described)}\nfeatures: {', '.join(described)}".strip()
                raise ArgumentError(argument, f"features does not describe {name!r}", hint)
        taken = {*self._targets.values(), weights}
        self._inputs = {name: feature for name, feature in described.items() if name not in taken}
        if not self._inputs:
            raise ArgumentError("features", "no feature is left to learn from beside the target", "describe one more")

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of the features where each is one value, so that they are the columns of a table."""
        is_table = all(not feature.shape for feature in self._inputs.values())
        return tuple(self._inputs) if is_table else None

    def divided(self, arrays: Mapping[str, Array]) -> tuple[Arrays, Arrays, Array | None]:
        """Return features, labels and weights."""
        x = {name: arrays[name] for name in self._inputs}
        y = unwrapped({output: arrays[name] for output, name in self._targets.items()})
        weights = None if self._weights is None else arrays[self._weights]
        if self.columns is None:
            return next(iter(x.values())) if len(x) == 1 else x, y, weights
        if all(column.dtype.kind in "iufb" for column in x.values()):
            return np.stack([column.astype(np.float32) for column in x.values()], axis=1), y, weights
        columns = {
            name: (column if column.dtype.kind == "O" else column.astype(np.float32))[:, None]
            for name, column in x.items()
        }
        return next(iter(columns.values())) if len(columns) == 1 else columns, y, weights


def _read(
    files: Sequence[Path], argument: str, described: Mapping[str, Feature], compression: Compression
) -> dict[str, Array]:
    parts = [
        arrays_of((content for _, content in records_in(file, argument, compression)), described, str(file))
        for file in files
    ]
    if not sum(len(next(iter(part.values()))) for part in parts):
        raise DataError(f"{files[0]}: there are no records in it", hint="is it the right file?")
    return {name: np.concatenate([part[name] for part in parts]) for name in described}
