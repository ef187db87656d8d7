"""Files that are written whole or not at all: to a temporary name in the same folder, flushed to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dnnrun.errors import RunError
from dnnrun.store.layout import TEMPORARY


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on leaving without an error it becomes ``target``, all at once.

    The temporary name keeps the ending of ``target``, because Keras and matplotlib choose the format by it.

    Raises:
        RunError: the disk is full, or the folder cannot be written to. What ``target`` held before is kept.
    """
    temporary = _temporary_for(target)
    try:
        with explained(target):
            yield temporary
            _flush(temporary)
            temporary.replace(target)
        with contextlib.suppress(OSError):  # some network file systems can't flush a folder; the file is in place
            _flush(target.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn a failure of the operating system into a `RunError` that names the file."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"cannot write {target}: {error.strerror or error}",
            hint="what was there before is unchanged; make room on the disk, or write elsewhere",
        ) from error


def write_text(target: Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all."""
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_new_text(target: Path, text: str) -> None:
    """Write ``text`` as UTF-8 into a file that is not there yet, whole or not at all.

    Raises:
        FileExistsError: there is something of that name, which is left alone.
        RunError: as in `replacing`.
    """
    temporary = _temporary_for(target)
    try:
        with explained(target):
            temporary.write_text(text, encoding="utf-8", newline="\n")
            _flush(temporary)
        _rename_to_new(temporary, target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(target: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def write_json(target: Path, value: Mapping[str, Any]) -> None:
    """Write a mapping as indented JSON, whole or not at all; a number that is not finite becomes null."""
    write_text(target, json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def append_line(target: Path, line: str, *, flush: bool = True) -> None:
    """Add one line to the end of a file and, unless told otherwise, flush it to disk.

    A reader takes a last line without a newline for one that was cut off.
    """
    with explained(target):
        descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            remaining = (line + "\n").encode()
            while remaining:  # a disk that fills up takes a part without complaint, and refuses the next
                remaining = remaining[os.write(descriptor, remaining) :]
            if flush:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def flush(target: Path) -> None:
    """Flush a file to disk."""
    with explained(target):
        _flush(target)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _temporary_for(target: Path) -> Path:
    return target.with_name(f"{TEMPORARY}{os.getpid()}-{target.name}")


def _rename_to_new(temporary: Path, target: Path) -> None:
    """Give a file its name unless that is taken; a second name is made all at once, which renaming would take over."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # some file systems give a file one name only
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        with explained(target):
            temporary.replace(target)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
