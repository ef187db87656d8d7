"""Pictures in files, a folder for each class, as arrays of bytes of one size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.class_folders import IMAGES, ClassFolders, list_class_folders, train_and_test
from dnnrun.data.sources.pictures import Frame, Look, decode_all, look_at, refuse_damaged


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
    _check_size(size)
    folder, test_folder = train_and_test(path, test)
    training = list_class_folders(folder, "path", IMAGES)
    held_out = None
    if test_folder is not None:
        held_out = list_class_folders(test_folder, "test" if test else "path", IMAGES, at_least=1)
    files = (*training.files, *(held_out.files if held_out else ()))
    frame = frame_of(files[0], size, color)
    pictures, looks = _decoded(files, frame, size, color)
    rows = len(training.files)
    return SourceData(
        pictures[:rows],
        np.array(training.labels),
        pictures[rows:] if held_out else None,
        np.array(held_out.labels) if held_out else None,
        files=files,
        checksum=checksum_of(looks, (training, held_out)),
    )


def frame_of(first: Path, size: tuple[int, ...] | None, color: str) -> Frame:
    """Return what pictures are made to be, as far as the config and the first of them tell.

    Raises:
        DataError: that file is damaged.
    """
    look = look_at(first)
    refuse_damaged([look])
    height, width = size or look.size
    return Frame(height, width, color == "rgb" or (color == "auto" and look.is_color))


def check_sizes(looks: Sequence[Look]) -> None:
    """Raise `ArgumentError` unless all pictures have the size of the first."""
    first = looks[0]
    other = next((look for look in looks if look.size != first.size), None)
    if other is not None:
        many = len({look.size for look in looks})
        what = (
            f"{first.file} has {_in_pixels(first)} pixels and {other.file} {_in_pixels(other)}; there are {many} sizes"
        )
        raise ArgumentError("size", what, f"resize all to one, height and width: size: [{first.height}, {first.width}]")


def checksum_of(looks: Sequence[Look], folders: Sequence[ClassFolders | None]) -> str:
    """Return the SHA-256, as hexadecimal digits, of the files and of the classes that they stand for."""
    digest = hashlib.sha256()
    labels = [label for part in folders if part is not None for label in part.labels]
    for look, label in zip(looks, labels, strict=True):
        digest.update(look.digest + label.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _decoded(files: Sequence[Path], frame: Frame, size: tuple[int, ...] | None, color: str) -> tuple[Array, list[Look]]:
    into = np.empty((len(files), *frame.shape), np.uint8)
    looks = decode_all(files, frame, into, resize=size is not None)
    refuse_damaged(looks)
    if size is None:
        check_sizes(looks)
    if color == "auto" and not frame.is_color and any(look.is_color for look in looks):
        return _decoded(files, Frame(frame.height, frame.width, is_color=True), size, "rgb")
    return into, looks


def _check_size(size: tuple[int, ...] | None) -> None:
    if size is not None and (len(size) != 2 or min(size) < 1):
        what = f"size must be two whole numbers above 0, not {list(size)}"
        raise ArgumentError("size", what, "height and width in pixels, such as size: [64, 64]")


def _in_pixels(look: Look) -> str:
    return f"{look.height} x {look.width}"
