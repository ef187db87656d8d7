"""The text of a file as UTF-8, whatever encoding it has and whether it is packed by gzip or not."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable
from pathlib import Path

from dnnrun.data.sources import ArgumentError
from dnnrun.errors import DataError

_GZIP = b"\x1f\x8b"


def is_utf_8(encoding: str) -> bool:
    """Whether bytes in an encoding can be read as they are."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


class Counted:
    """Lines of a text, and how many bytes of UTF-8 those took that have been asked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.bytes = 0
        self._lines = iter(lines)

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.bytes += len(line.encode())
        return line


def decoded(file: Path, encoding: str) -> bytes | None:
    """Return the text of a file in UTF-8 where the file holds something else: another encoding, or packed by gzip."""
    is_packed = first_bytes(file)[:2] == _GZIP
    if is_utf_8(encoding) and not is_packed:
        return None
    content = file.read_bytes()
    if is_packed:
        try:
            content = gzip.decompress(content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            what = f"{file}: the compressed file is cut off or damaged: {error}"
            raise DataError(what, hint="copy or download it again; gzip -t tests it") from error
    if is_utf_8(encoding):
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        what = f"{file}: not a text in {encoding} (line {line})"
        raise ArgumentError("encoding", what, "take encoding out if it is UTF-8") from error


def first_bytes(file: Path) -> bytes:
    """Return the three bytes by which a packed file, and a byte order mark, are known."""
    with file.open("rb") as stream:
        return stream.read(3)


def first_undecodable(content: bytes | Path) -> int:
    """Return the first line that is not UTF-8, counted from 1."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
