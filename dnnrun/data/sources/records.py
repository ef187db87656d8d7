"""The records of a TFRecord file, one after the other, with their checksums looked at.

A record is its length in 8 bytes, the checksum of these, the bytes, and their checksum (tensorflow/core/lib/io/
record_writer.h). TensorFlow is not needed, and none of its threads are started before the training sets them.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import google_crc32c

from dnnrun.data.sources import unreadable
from dnnrun.errors import DataError

Compression = Literal["auto", "none", "gzip", "zlib"]

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_PIECE = 32_000_000  # bytes
_MASK = 0xA282EAD8
_AGAIN = "get the file again, or write it again with tf.io.TFRecordWriter"
_COMPRESSED = "is it compressed? compression: gzip or zlib; else write it with tf.io.TFRecordWriter"


@dataclass(frozen=True)
class Span:
    """Records of a file that follow each other.

    Args:
        file: it.
        compression: of the file; a compressed one has only one span.
        begin: the byte at which the first begins.
        first: its number in the file, from 0.
        count: how many there are.
    """

    file: Path
    compression: Compression
    begin: int
    first: int
    count: int

    def records(self) -> Iterator[bytes]:
        """Read them.

        Raises:
            DataError: the file is not as it was.
        """
        with _read_errors(self.file, "path"), _opened(self.file, self.compression) as stream:
            stream.seek(self.begin)
            for number in range(self.first, self.first + self.count):
                record = record_at(stream, self.file, number)
                if record is None:
                    raise DataError(f"{self.file}: the file has become shorter since the training began")
                yield record


def pieces_of(file: Path, argument: str, compression: Compression = "auto") -> Iterator[tuple[Span, list[bytes]]]:
    """Yield the records of a file in pieces of about 32 MB, or as one piece if it is compressed, with their place.

    Args:
        file: to read.
        argument: the source's argument that names it.
        compression: of the whole file; auto tells gzip by itself.

    Raises:
        DataError: the file cannot be read, is no TFRecord file, or a record is cut off or damaged.
    """
    with _read_errors(file, argument):
        most = sys.maxsize if is_compressed(file, compression) else _PIECE
        with _opened(file, compression) as stream:
            begin = position = first = 0
            records: list[bytes] = []
            while (content := record_at(stream, file, first + len(records))) is not None:
                records.append(content)
                position += _HEADER.size + len(content) + _FOOTER.size
                if position - begin >= most:
                    yield Span(file, compression, begin, first, len(records)), records
                    begin, first, records = position, first + len(records), []
            if records:
                yield Span(file, compression, begin, first, len(records)), records


@contextlib.contextmanager
def _read_errors(file: Path, argument: str) -> Iterator[None]:
    try:
        yield
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
