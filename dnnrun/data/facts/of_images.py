"""The facts of a folder of images, by its list of files and the first bytes of each, without Pillow and NumPy."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dnnrun.data.facts import SourceFacts
from dnnrun.data.sources.class_folders import IMAGES, list_class_folders, train_and_test
from dnnrun.errors import DataError

MOST_FILES = 2000  # of more, the first bytes are not read

Header = tuple[int, int, bool | None]
"""Height, width, and whether there are colours; None where that takes more than the first bytes."""


def facts_of_images(
    path: str, *, size: Sequence[int] | None = None, color: str = "auto", test: str | None = None
) -> SourceFacts | None:
    """Return what a folder of images holds, or None where that is not told cheaply or anything about it is odd.

    Args:
        path: as the source `images` takes it, and so the others.
        size: height and width of all pictures.
        color: auto, grey or rgb.
        test: a second folder, as the test set.
    """
    try:
        folder, test_folder = train_and_test(path, test)
        training = list_class_folders(folder, "path", IMAGES)
        held_out = list_class_folders(test_folder, "test", IMAGES, at_least=1) if test_folder else None
        shape = _shape((*training.files, *(held_out.files if held_out else ())), size, color)
    except (DataError, OSError, TypeError, ValueError):
        return None
    if shape is None:
        return None
    counts = Counter(training.labels)
    return SourceFacts(
        rows=len(training.files),
        test_rows=len(held_out.files) if held_out else None,
        shape=shape,
        is_whole=True,
        is_image=True,
        input_range=(0.0, 255.0),
        label_columns=1,
        has_numbers=False,
        has_fractions=False,
        are_one_hot=False,
        label_counts={name: counts[name] for name in training.classes},
        label_range=None,
    )


def _shape(files: Sequence[Path], size: Sequence[int] | None, color: str) -> tuple[int, ...] | None:
    if color not in {"auto", "grey", "rgb"} or (size is not None and len(size) != 2):
        return None
    if size is not None and color != "auto":
        height, width = size
        return (height, width, 3) if color == "rgb" else (height, width)
    if len(files) > MOST_FILES:
        return None
    headers = [_header(file) for file in files]
    known = [header for header in headers if header is not None]
    if len(known) < len(headers):
        return None
    sizes = {(height, width) for height, width, _ in known} if size is None else {(size[0], size[1])}
    colored = {is_color for _, _, is_color in known} if color == "auto" else {color == "rgb"}
    if len(sizes) > 1 or (None in colored and True not in colored):
        return None
    return (*sizes.pop(), 3) if True in colored else sizes.pop()


def _header(file: Path) -> Header | None:
    """Return what the first bytes of an image tell, or None where they are those of no image."""
    with file.open("rb") as stream:
        start = stream.read(32)
        if start.startswith(b"\x89PNG\r\n\x1a\n") and start[12:16] == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", start[16:26])
            return height, width, {0: False, 2: True, 4: False, 6: True}.get(kind)
        if start.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack("<HH", start[6:10])
            return height, width, None
        if start.startswith(b"BM") and start[14:18] == b"\x28\0\0\0":
            width, height, _, bits = struct.unpack("<iiHH", start[18:30])
            return abs(height), width, True if bits >= 24 else None
        if start.startswith(b"\xff\xd8"):
            stream.seek(2)
            return _jpeg(stream.read(65536))
    return None


def _jpeg(content: bytes) -> Header | None:
    """Return what the start of frame of a JPEG tells, where it is among these bytes."""
    position = 0
    while position + 9 < len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width, components = struct.unpack(">HHB", content[position + 5 : position + 10])
            return height, width, components > 1
        position += 2 + length
    return None
