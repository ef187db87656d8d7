"""Getting a published file over the network: under a temporary name, checked, and only then under its own."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from dnnrun.data.published import PublishedFile
from dnnrun.errors import DataError

MIRROR = "DNNRUN_DATA_URL"
_TIMEOUT = 30.0  # seconds without a byte
_PIECE = 1 << 18

Listener = Callable[[str, int, int | None], None]
"""Told the file's name, how many bytes have come, and how many there are, or None where the server does not say."""

# A source is called with the arguments of a config alone, so that who watches cannot be one of them.
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextlib.contextmanager
def telling(listener: Listener) -> Iterator[None]:
    """Have downloads inside the block told to a listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def mirror(url: str) -> str:
    """Return the folder to download from: the one that ``DNNRUN_DATA_URL`` names, or else the published one."""
    return (os.environ.get(MIRROR) or url).rstrip("/")


def download(wanted: PublishedFile, folder: Path) -> Path:
    """Download a published file into a folder, which is made, and return where it lies.

    Args:
        wanted: the file.
        folder: where it is put once it is there as a whole, and its checksum is the published one.

    Raises:
        DataError: it cannot be had, arrives broken, or is another file; nothing is left behind.
    """
    url = f"{mirror(wanted.url)}/{wanted.file}"
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise DataError(f"{url} is no address of the web", hint=f"set {MIRROR} to one that begins with https://")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{wanted.file}-", suffix=".part", dir=folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be written to: {error.strerror or error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _transfer(url, wanted.file, file)
        found = checksum_of(temporary, like=wanted.checksum)
        if found != wanted.checksum:
            raise DataError(
                f"what {url} gave is not the published file: its checksum is {found}, not {wanted.checksum}"
            )
        temporary.chmod(0o644)  # made for its owner alone
        return temporary.replace(folder / wanted.file)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def checksum_of(file: Path, *, like: str) -> str:
    """Return a file's MD5 or SHA-256 in hexadecimal digits, as many as another one has."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "md5" if len(like) == 32 else "sha256").hexdigest()


def _transfer(url: str, name: str, file: BinaryIO) -> None:
    tell = _listener.get() or (lambda name, done, total: None)
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - the scheme was looked at
            length = answer.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            done = 0
            tell(name, done, total)
            while piece := answer.read(_PIECE):
                _write(piece, file)
                done += len(piece)
                tell(name, done, total)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise DataError(f"{url} answers {error.code} ({error.reason})") from error
    except TimeoutError as error:
        raise DataError(f"{url} sends nothing for {_TIMEOUT:g} seconds") from error
    except (OSError, http.client.HTTPException) as error:
        raise DataError(f"{url} cannot be reached: {_reason(error)}") from error
    if total is not None and done < total:
        raise DataError(f"{url} broke off after {done:,} of {total:,} bytes")


def _write(piece: bytes, file: BinaryIO) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise DataError(f"it cannot be kept: {error.strerror or error}") from error


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason)
