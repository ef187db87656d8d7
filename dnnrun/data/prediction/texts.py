"""Texts to predict: a file each, or a line each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.data.prediction.form import Batch, RowForm
from dnnrun.errors import DataError

_AT_ONCE = 1024


def read_text_files(files: Sequence[Path], form: RowForm) -> Iterator[Batch]:
    """Yield texts that are a whole file each, as in a folder of class folders.

    Raises:
        DataError: a file cannot be read, is empty, or in another encoding.
    """
    for begin in range(0, len(files), _AT_ONCE):
        some = files[begin : begin + _AT_ONCE]
        texts = column_of([_text_in(file, form) for file in some])
        yield Batch(texts, {"file": [str(file) for file in some], "row": [0] * len(some)})


def read_lines(file: Path, form: RowForm) -> Iterator[Batch]:
    """Yield texts that are a line each; empty lines are an error, or rows and lines would not agree.

    Raises:
        DataError: a line is empty, or in another encoding.
    """
    encoding, row = _encoding(form), 0
    try:
        with file.open(encoding=encoding) as stream:
            while some := [line.rstrip("\r\n") for line in itertools.islice(stream, _AT_ONCE)]:
                empty = next((number for number, text in enumerate(some) if not text.strip()), None)
                if empty is not None:
                    raise DataError(f"{file}: there is no text in line {row + empty + 1}", hint="leave the line out")
                where: dict[str, list[Any]] = {
                    "file": [str(file)] * len(some),
                    "row": list(range(row, row + len(some))),
                }
                yield Batch(column_of(some), where)
                row += len(some)
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: not {encoding} after line {row}", hint="save it as UTF-8") from error
    if not row:
        raise DataError(f"{file}: there is no text in it")


def column_of(texts: Sequence[str]) -> Array:
    """Return texts as objects, shape (rows, 1)."""
    column = np.empty((len(texts), 1), dtype=object)
    column[:, 0] = texts
    return column


def _text_in(file: Path, form: RowForm) -> str:
    encoding = _encoding(form)
    try:
        text = file.read_text(encoding=encoding).removeprefix("\ufeff")
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: is not {encoding.upper()}", hint="save it as UTF-8") from error
    if not text.strip():
        raise DataError(f"{file}: there is no text in it", hint="leave the file out")
    return text


def _encoding(form: RowForm) -> str:
    return str(form.arguments.get("encoding") or "utf-8") if form.source == "text" else "utf-8"
