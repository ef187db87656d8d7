"""Image files decoded to arrays of bytes, all of one size and with one number of channels, on all cores at once."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, UnidentifiedImageError

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError, Problem

_FORMATS = ("PNG", "JPEG", "BMP", "GIF")
_GREY = {"1", "L", "LA", "La", "I", "F"}
_AT_ONCE = 64  # files that a thread is given at a time
_SHOWN = 5


@dataclass(frozen=True)
class Frame:
    """What all pictures are made to be.

    Args:
        height: in pixels.
        width: in pixels.
        is_color: whether they have three channels, red, green and blue; else they have no axis of channels.
    """

    height: int
    width: int
    is_color: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one picture."""
        return (self.height, self.width, 3) if self.is_color else (self.height, self.width)


@dataclass(frozen=True)
class Look:
    """What was found in a file.

    Args:
        file: it.
        digest: the SHA-256 of its bytes.
        height: of its picture as it is stored.
        width: likewise.
        is_color: whether it has colours; a palette of greys has none.
        fault: what is wrong with it, or nothing.
    """

    file: Path
    digest: bytes = b""
    height: int = 0
    width: int = 0
    is_color: bool = False
    fault: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width


def look_at(file: Path) -> Look:
    """Return what the beginning of a file tells of its picture."""
    return _look(file, None, None)


def decode_bytes(content: IO[bytes], *, is_color: bool | None = None) -> tuple[Array | None, tuple[int, int]]:
    """Return an image in its own height and width, with these; None in place of one that is damaged.

    Args:
        content: of an image file.
        is_color: whether it is made to have three channels, or none; None for whatever it has.
    """
    try:
        with Image.open(content, formats=_FORMATS) as picture:
            width, height = picture.size
            colors = _has_color(picture) if is_color is None else is_color
            return _pixels(picture, Frame(height, width, colors)), (height, width)
    except MemoryError:
        raise
    except Exception:  # a damaged file makes Pillow raise nearly anything
        return None, (0, 0)


def decode_all(files: Sequence[Path], frame: Frame, into: Array | None, *, resize: bool) -> list[Look]:
    """Decode files, a damaged one to its fault.

    Args:
        files: to read.
        frame: what each picture is made to be; a GIF's is its first.
        into: uint8, shape (files, height, width[, 3]), where they go; without it they are decoded only to see that
            they can be.
        resize: whether pictures of another size are resized; else they are only looked at.
    """

    def decode(positions: Iterable[int]) -> list[Look]:
        return [_look(files[i], frame, None if into is None else into[i], resize=resize) for i in positions]

    parts = [range(first, min(first + _AT_ONCE, len(files))) for first in range(0, len(files), _AT_ONCE)]
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        return [look for looks in pool.map(decode, parts) for look in looks]


def refuse_damaged(looks: Iterable[Look]) -> None:
    """Raise `DataError`, naming them, where files could not be decoded."""
    faulty = sorted((look for look in looks if look.fault), key=lambda look: look.file)
    problems = [Problem(f"{look.file}: {look.fault}") for look in faulty[:_SHOWN]]
    if len(faulty) > _SHOWN:
        problems.append(Problem(f"{len(faulty) - _SHOWN} more images like these"))
    if problems:
        it = "it" if len(faulty) == 1 else "them"
        problems[-1] = Problem(problems[-1].what, hint=f"get {it} again, or remove {it}")
        raise DataError(*problems)


def _look(file: Path, frame: Frame | None, into: Array | None, *, resize: bool = False) -> Look:
    try:
        content = file.read_bytes()
        if not content:
            return Look(file, fault="the file is empty")
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            width, height = picture.size
            look = Look(file, hashlib.sha256(content).digest(), height, width, _has_color(picture))
            if frame is not None and (resize or look.size == (frame.height, frame.width)):
                pixels = _pixels(picture, frame)
                if into is not None:
                    into[...] = pixels
            return look
    except UnidentifiedImageError:
        return Look(file, fault="no image, or damaged: its content is neither PNG, JPEG, BMP nor GIF")
    except (FileNotFoundError, PermissionError) as error:
        return Look(file, fault=f"cannot be read: {error.strerror}")
    except MemoryError:
        raise
    except Exception as error:  # a damaged file makes Pillow raise nearly anything
        return Look(file, fault=f"damaged: {_in_words(error)}")


def _in_words(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return "the end of the file is missing" if "truncated" in text.lower() else text


def _has_color(picture: Image.Image) -> bool:
    if picture.mode == "P":
        palette = np.array(picture.getpalette() or [], np.uint8).reshape(-1, 3)
        return bool((palette != palette[:, :1]).any())
    return picture.mode.split(";")[0] not in _GREY


def _pixels(picture: Image.Image, frame: Frame) -> Array:
    """Return a picture as bytes in the shape of the frame; transparency is taken out, as Keras does."""
    mode, size = "RGB" if frame.is_color else "L", (frame.width, frame.height)
    if picture.size != size:
        picture.draft(mode, size)  # a JPEG is decoded to no more than is needed
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255
        picture = Image.fromarray((np.asarray(picture).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if picture.mode != mode:
        picture = picture.convert(mode)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(picture)
