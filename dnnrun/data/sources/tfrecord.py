"""Rows in TFRecord files, described feature by feature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, SourceData, unwrapped
from dnnrun.data.sources import ArgumentError, check_class_names
from dnnrun.data.sources.feature_arrays import together
from dnnrun.data.sources.files import files_of
from dnnrun.data.sources.record_features import Feature, arrays_of, features_in_config
from dnnrun.data.sources.records import Compression, Span, pieces_of
from dnnrun.errors import DataError, suggest

Part = tuple[Arrays, Arrays, Array | None]
"""Features, labels and weights."""


def read_tfrecord(
    path: str | Sequence[str],
    features: Mapping[str, Any],
    target: str | Mapping[str, str],
    *,
    test: str | Sequence[str] | None = None,
    weights: str | None = None,
    compression: Compression = "auto",
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Read `tf.train.Example` records, whose features all have a fixed shape.

    Args:
        path: a file, several in a list, or a pattern such as ``train-*.tfrecord``, whose files are read in the order of
            their names.
        features: for each feature to read its ``dtype``, or a mapping of ``dtype``, ``shape`` and ``decode``, which is
            ``image`` for the bytes of an image file, ``raw`` for those of an array.
        target: the feature to predict, or that for each output.
        test: likewise, as the test set.
        weights: the feature with the weight of each row in the loss.
        compression: of whole files; ``auto`` tells gzip by itself.
        class_names: what the class numbers 0, 1, ... stand for.

    Raises:
        DataError: a file is missing, cut off or damaged, or a record is not as described; with the record's number.
    """
    found = _Found.of(path, features, target, test, weights, compression, class_names)
    training = found.roles.divided(found.read("path"))
    held_out = found.roles.divided(found.read("test")) if test is not None else None
    return found.source_data(training, held_out)


def stream_tfrecord(
    path: str | Sequence[str],
    features: Mapping[str, Any],
    target: str | Mapping[str, str],
    *,
    test: str | Sequence[str] | None = None,
    weights: str | None = None,
    compression: Compression = "auto",
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Return the same rows as `read_tfrecord`, whose features stay on disk until they are needed.

    All records are read once, so that those that are damaged are named before the training begins. A compressed file
    is read as a whole whenever a row of it is needed; several small ones take less memory.
    """
    found = _Found.of(path, features, target, test, weights, compression, class_names)
    return found.source_data(found.look_through("path"), found.look_through("test") if test is not None else None)


class RecordChunks:
    """The features of records, read in pieces.

    Args:
        spans: where the pieces are.
        described: the features to read.
        features_from: makes of these what `SourceData.x` is.
    """

    def __init__(
        self,
        spans: Sequence[Span],
        described: Mapping[str, Feature],
        features_from: Callable[[Mapping[str, Array]], Arrays],
    ) -> None:
        self._spans, self._described, self._features_from = spans, described, features_from

    @property
    def rows(self) -> tuple[int, ...]:
        """How many records each piece has."""
        return tuple(span.count for span in self._spans)

    def read(self, piece: int) -> Arrays:
        """Return the features of a piece.

        Raises:
            DataError: the file is damaged, or has changed.
        """
        span = self._spans[piece]
        return self._features_from(arrays_of(span.records(), self._described, str(span.file), span.first))


class _Roles:
    """Which features are what.

    Args:
        described: all that are read.
        target: the one to predict, or that for each output.
        weights: the one with the weights, if there is one.

    Attributes:
        inputs: the others, which are the features of a row.
    """

    def __init__(self, described: Mapping[str, Feature], target: str | Mapping[str, str], weights: str | None) -> None:
        self._targets = target if isinstance(target, Mapping) else {ONLY: target}
        self._weights = weights
        for argument, name in [*(("target", name) for name in self._targets.values()), ("weights", weights)]:
            if name is not None and name not in described:
                hint = f"{suggest(name, described)}\nfeatures: {', '.join(described)}".strip()
                raise ArgumentError(argument, f"features does not describe {name!r}", hint)
        taken = {*self._targets.values(), weights}
        self.inputs = {name: feature for name, feature in described.items() if name not in taken}
        if not self.inputs:
            raise ArgumentError("features", "no feature is left to learn from beside the target", "describe one more")

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of the features where each is one value, so that they are the columns of a table."""
        is_table = all(not feature.shape for feature in self.inputs.values())
        return tuple(self.inputs) if is_table else None

    def divided(self, arrays: Mapping[str, Array]) -> Part:
        """Return features, labels and weights."""
        return self.features_from(arrays), *self.beside(arrays)

    def beside(self, arrays: Mapping[str, Array]) -> tuple[Arrays, Array | None]:
        """Return labels and weights."""
        y: Arrays = unwrapped({output: arrays[name] for output, name in self._targets.items()})
        return y, None if self._weights is None else arrays[self._weights]

    def features_from(self, arrays: Mapping[str, Array]) -> Arrays:
        """Return the features as `SourceData.x`."""
        return together({name: arrays[name] for name in self.inputs})


@dataclass(frozen=True)
class _Found:
    """The files of a source and what is to be read of them.

    Args:
        files: by the argument that names them.
        described: the features.
        roles: which of them are what.
        compression: of the files.
        class_names: as the config gives them.
    """

    files: Mapping[str, tuple[Path, ...]]
    described: Mapping[str, Feature]
    roles: _Roles
    compression: Compression
    class_names: tuple[str, ...] | None

    @classmethod
    def of(
        cls,
        path: str | Sequence[str],
        features: Mapping[str, Any],
        target: str | Mapping[str, str],
        test: str | Sequence[str] | None,
        weights: str | None,
        compression: Compression,
        class_names: tuple[str, ...] | None,
    ) -> _Found:
        check_class_names(class_names)
        described = features_in_config(features)
        roles = _Roles(described, target, weights)
        files = {"path": files_of("path", path)}
        if test is not None:
            files["test"] = files_of("test", test)
        return cls(files, described, roles, compression, class_names or None)

    def read(self, argument: str) -> dict[str, Array]:
        """Return all features of all records."""
        parts = [arrays for _, arrays in self._pieces(argument, self.described)]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.described}

    def look_through(self, argument: str) -> Part:
        """Return labels and weights, and features that are read when they are needed."""
        spans, kept = [], []
        for span, arrays in self._pieces(argument, self.described):
            spans.append(span)
            kept.append({name: array for name, array in arrays.items() if name not in self.roles.inputs})
        beside = {name: np.concatenate([part[name] for part in kept]) for name in kept[0]}
        described = {name: self.described[name] for name in self.roles.inputs}
        chunks: Any = RecordChunks(spans, described, self.roles.features_from)
        return chunks, *self.roles.beside(beside)

    def source_data(self, training: Part, held_out: Part | None) -> SourceData:
        x_test, y_test, weights_test = held_out or (None, None, None)
        return SourceData(
            training[0],
            training[1],
            x_test,
            y_test,
            class_names=self.class_names,
            feature_names=self.roles.columns,
            files=tuple(file for files in self.files.values() for file in files),
            weights=training[2],
            weights_test=weights_test,
        )

    def _pieces(self, argument: str, described: Mapping[str, Feature]) -> Iterator[tuple[Span, dict[str, Array]]]:
        is_empty = True
        for file in self.files[argument]:
            for span, records in pieces_of(file, argument, self.compression):
                is_empty = False
                yield span, arrays_of(records, described, str(file), span.first)
        if is_empty:
            raise DataError(f"{self.files[argument][0]}: there are no records in it", hint="is it the right file?")
