"""The records of a TFRecord file, one after the other, with their checksums looked at.

A record is its length in 8 bytes, the checksum of these, the bytes, and their checksum (tensorflow/core/lib/io/
record_writer.h). TensorFlow is not needed, and none of its threads are started before the training sets them.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

import google_crc32c

from dnnrun.data.sources import unreadable
from dnnrun.errors import DataError

Compression = Literal["auto", "none", "gzip", "zlib"]

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_MASK = 0xA282EAD8
_AGAIN = "get the file again, or write it again with tf.io.TFRecordWriter"
_COMPRESSED = "is it compressed? compression: gzip or zlib; else write it with tf.io.TFRecordWriter"


def records_in(file: Path, argument: str, compression: Compression = "auto") -> Iterator[tuple[int, bytes]]:
    """Yield where each record of a file begins, in its bytes once decompressed, and its content.

    Args:
        file: to read.
        argument: the source's argument that names it.
        compression: of the whole file; auto tells gzip by itself.

    Raises:
        DataError: the file cannot be read, is no TFRecord file, or a record is cut off or damaged.
    """
    try:
        with _opened(file, compression) as stream:
            yield from _records(stream, file)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(f"{file}: damaged, or not compressed so: {error}", hint=_AGAIN) from error
    except OSError as error:
        raise unreadable(argument, file, error) from error


def record_at(stream: IO[bytes], file: Path, number: int) -> bytes | None:
    """Return the record at the place where a stream stands, or None at its end.

    Raises:
        DataError: it is cut off or damaged.
    """
    header = stream.read(_HEADER.size)
    if not header:
        return None
    where = f"{file}: record {number}, counted from 0,"
    if len(header) < _HEADER.size:
        raise DataError(f"{where} is cut off", hint=_AGAIN)
    length, checksum = _HEADER.unpack(header)
    if checksum != _masked(header[:8]):
        if not number:
            raise DataError(f"{file}: not a TFRecord file", hint=_COMPRESSED)
        raise DataError(f"{where} is damaged: the checksum of its length does not fit", hint=_AGAIN)
    content = stream.read(length)
    footer = stream.read(_FOOTER.size)
    if len(footer) < _FOOTER.size:
        raise DataError(f"{where} is cut off", hint=_AGAIN)
    if _FOOTER.unpack(footer)[0] != _masked(content):
        raise DataError(f"{where} is damaged: its checksum does not fit", hint=_AGAIN)
    return content


def is_compressed(file: Path, compression: Compression) -> bool:
    """Whether a file has to be decompressed from its beginning."""
    if compression == "auto":
        with file.open("rb") as stream:
            return stream.read(3) == b"\x1f\x8b\x08"
    return compression != "none"


def _records(stream: IO[bytes], file: Path) -> Iterator[tuple[int, bytes]]:
    begin = number = 0
    while (content := record_at(stream, file, number)) is not None:
        yield begin, content
        begin += _HEADER.size + len(content) + _FOOTER.size
        number += 1


def _opened(file: Path, compression: Compression) -> IO[bytes]:
    if compression == "zlib":
        return io.BytesIO(zlib.decompress(file.read_bytes()))
    if is_compressed(file, compression):
        return gzip.open(file)  # type: ignore[return-value]  # a GzipFile reads as any other
    return file.open("rb")


def _masked(content: bytes) -> int:
    """Return the CRC-32C of bytes as TFRecord files hold it."""
    checksum = google_crc32c.value(content)
    return int(((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF)
