"""Pictures in files, a folder for each class, as arrays of bytes of one size."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.class_folders import IMAGES, ClassFolders, list_class_folders, train_and_test
from dnnrun.data.sources.pictures import Frame, Look, decode_all, look_at, refuse_damaged
from dnnrun.errors import DataError

_PIECE = 64_000_000  # bytes, about


def read_images(
    path: str,
    *,
    size: tuple[int, ...] | None = None,
    color: Literal["auto", "grey", "rgb"] = "auto",
    test: str | None = None,
) -> SourceData:
    """Read pictures (PNG, JPEG, BMP, GIF) from a folder with a folder for each class.

    Args:
        path: the folder. Where it holds the folders train and test, and no classes, these are the rows.
        size: height and width in pixels that every picture is resized to; needed where they differ.
        color: grey: one number a pixel, shape (rows, height, width); rgb: three, shape (rows, height, width, 3); auto:
            grey where all pictures are.
        test: a folder of the same kind, as the test set.

    Raises:
        DataError: the folder is missing, a class has no files, there are other files, files are damaged, or pictures
            differ in size.
    """
    found = _find(path, size, color, test)
    pictures, _, looks = _decoded(found, size, color)
    rows = len(found.training.files)
    return found.source_data(pictures[:rows], pictures[rows:], looks)


def stream_images(
    path: str,
    *,
    size: tuple[int, ...] | None = None,
    color: Literal["auto", "grey", "rgb"] = "auto",
    test: str | None = None,
) -> SourceData:
    """Return the same pictures as `read_images`, which stay on disk until they are needed.

    All of them are decoded once, so that those that are damaged are named before the training begins.
    """
    found = _find(path, size, color, test)
    _, frame, looks = _decoded(found, size, color, keep=False)
    rows = len(found.training.files)
    parts = PictureChunks(looks[:rows], frame), PictureChunks(looks[rows:], frame)
    return found.source_data(*parts, looks)


def bytes_of_images(
    path: str, *, size: tuple[int, ...] | None = None, color: str = "auto", test: str | None = None
) -> int:
    """Return how many bytes of memory the pictures take, by their number and the form of the first.

    Raises:
        DataError: as `read_images`.
    """
    found = _find(path, size, color, test)
    return len(found.files) * math.prod(_frame_of(found.files, size, color).shape)


class PictureChunks:
    """Pictures that are decoded in pieces.

    Args:
        looks: what was found in their files.
        frame: what they are made to be.
        most: pictures in a piece.
    """

    def __init__(self, looks: Sequence[Look], frame: Frame, most: int = 1024) -> None:
        self._looks, self._frame = looks, frame
        self._each = max(1, min(most, _PIECE // math.prod(frame.shape)))

    @property
    def rows(self) -> tuple[int, ...]:
        """How many pictures each piece has."""
        return tuple(min(self._each, len(self._looks) - first) for first in range(0, len(self._looks), self._each))

    def read(self, piece: int) -> Array:
        """Return the pictures of a piece, uint8, shape (rows, height, width[, 3]).

        Raises:
            DataError: a file is damaged, or has changed.
        """
        before = self._looks[piece * self._each : (piece + 1) * self._each]
        into = np.empty((len(before), *self._frame.shape), np.uint8)
        looks = decode_all([look.file for look in before], self._frame, into, resize=True)
        refuse_damaged(looks)
        changed = next((a.file for a, b in zip(before, looks, strict=True) if a.digest != b.digest), None)
        if changed is not None:
            raise DataError(f"{changed}: the file has changed since the training began", hint="start a new run")
        return into


@dataclass(frozen=True)
class _Found:
    training: ClassFolders
    held_out: ClassFolders | None

    @property
    def files(self) -> tuple[Path, ...]:
        return (*self.training.files, *(self.held_out.files if self.held_out else ()))

    def source_data(self, x: Any, x_test: Any, looks: Sequence[Look]) -> SourceData:
        return SourceData(
            x,
            np.array(self.training.labels),
            x_test if self.held_out else None,
            np.array(self.held_out.labels) if self.held_out else None,
            files=self.files,
            checksum=_checksum_of(looks, (self.training, self.held_out)),
        )


def _find(path: str, size: tuple[int, ...] | None, color: str, test: str | None) -> _Found:
    _check_size(size)
    folder, test_folder = train_and_test(path, test)
    training = list_class_folders(folder, "path", IMAGES)
    if test_folder is None:
        return _Found(training, None)
    return _Found(training, list_class_folders(test_folder, "test" if test else "path", IMAGES, at_least=1))


def _frame_of(files: Sequence[Path], size: tuple[int, ...] | None, color: str) -> Frame:
    """Return what pictures are made to be, as far as the config and the first of them that is not damaged tell.

    Raises:
        DataError: all are damaged.
    """
    faulty: list[Look] = []
    for file in files:
        look = look_at(file)
        if not look.fault:
            height, width = size or look.size
            return Frame(height, width, color == "rgb" or (color == "auto" and look.is_color))
        faulty.append(look)
    refuse_damaged(faulty)
    raise AssertionError("there are class folders without files")


def _check_sizes(looks: Sequence[Look]) -> None:
    """Raise `ArgumentError` unless all pictures have the size of the first."""
    first = looks[0]
    other = next((look for look in looks if look.size != first.size), None)
    if other is not None:
        many = len({look.size for look in looks})
        what = (
            f"{first.file} has {_in_pixels(first)} pixels and {other.file} {_in_pixels(other)}; there are {many} sizes"
        )
        raise ArgumentError("size", what, f"resize all to one, height and width: size: [{first.height}, {first.width}]")


def _checksum_of(looks: Sequence[Look], folders: Sequence[ClassFolders | None]) -> str:
    """Return the SHA-256, as hexadecimal digits, of the files and of the classes that they stand for."""
    digest = hashlib.sha256()
    labels = [label for part in folders if part is not None for label in part.labels]
    for look, label in zip(looks, labels, strict=True):
        digest.update(look.digest + label.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _decoded(
    found: _Found, size: tuple[int, ...] | None, color: str, *, keep: bool = True
) -> tuple[Array, Frame, list[Look]]:
    """Return all pictures, or none of them where they are not to be kept, with their form and what was found."""
    frame = _frame_of(found.files, size, color)
    while True:
        into = np.empty((len(found.files) if keep else 0, *frame.shape), np.uint8)
        looks = decode_all(found.files, frame, into if keep else None, resize=size is not None)
        refuse_damaged(looks)
        if size is None:
            _check_sizes(looks)
        if color != "auto" or frame.is_color or not any(look.is_color for look in looks):
            return into, frame, looks
        frame = replace(frame, is_color=True)  # the first is grey, and another is not


def _check_size(size: tuple[int, ...] | None) -> None:
    if size is not None and (len(size) != 2 or min(size) < 1):
        what = f"size must be two whole numbers above 0, not {list(size)}"
        raise ArgumentError("size", what, "height and width in pixels, such as size: [64, 64]")


def _in_pixels(look: Look) -> str:
    return f"{look.height} x {look.width}"
