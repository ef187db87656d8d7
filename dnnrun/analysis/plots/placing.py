"""Where pictures are put, and in which format: into a folder under their names, or one into a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dnnrun.errors import ConfigError
from dnnrun.store.atomic import explained, write_bytes

if TYPE_CHECKING:  # starts matplotlib
    from dnnrun.analysis.plots.plot import ImageFormat

FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class Place:
    """Where pictures are put.

    Args:
        image_format: of all of them.
        path: a folder, which is made if it is not there, or a file.
        is_file: whether it is a file, for one picture.
    """

    image_format: ImageFormat
    path: Path
    is_file: bool

    def put(self, name: str, image: bytes) -> Path:
        """Write a picture, whole or not at all; return its file.

        Raises:
            RunError: it cannot be written.
        """
        path = self.path if self.is_file else self.path / f"{name}.{self.image_format}"
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, image)
        return path


def place_of(output: Path, image_format: str | None, *, count: int | None) -> Place:
    """Return where pictures go.

    Args:
        output: a folder; or a file, told by its ending.
        image_format: ``png``, ``svg`` or ``pdf``; by default that of the ending, and in a folder ``png``.
        count: how many pictures there will be; None where that is not known.

    Raises:
        ConfigError: a file for several pictures, or an ending that is of another format.
    """
    ending = output.suffix.lower().removeprefix(".")
    if ending not in FORMATS or output.is_dir():
        return Place(known_format(image_format), output, is_file=False)
    if count != 1:
        raise ConfigError(f"{output}: is one file, for several pictures", hint="name one plot, or a folder")
    if image_format is not None and image_format != ending:
        raise ConfigError(f"{output}: ends as another format than {image_format}", hint="leave the format out")
    return Place(known_format(ending), output, is_file=True)


def known_format(name: str | None) -> ImageFormat:
    """Return the name of a format, ``png`` for None; raises ConfigError for one that is not known."""
    if name is not None and name not in FORMATS:
        raise ConfigError(f"{name!r} is no format of pictures", hint=f"known: {', '.join(FORMATS)}")
    return cast("ImageFormat", name or "png")
