"""Texts with labels: a column of CSV files, or .txt files in a folder for each class."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.class_folders import TEXTS, ClassFolders, list_class_folders, train_and_test
from dnnrun.data.sources.delimited import Notation
from dnnrun.data.sources.files import files_of
from dnnrun.data.sources.rows import targets_of
from dnnrun.data.sources.table import Table, read_table
from dnnrun.errors import DataError, Problem

_SHOWN = 5


def read_text(
    path: str | Sequence[str],
    *,
    text: str | None = None,
    target: str | None = None,
    test: str | Sequence[str] | None = None,
    separator: str | None = None,
    encoding: str = "utf-8",
) -> SourceData:
    """Read texts, one a row.

    Args:
        path: a folder with a folder for each class, in which .txt files lie; or a CSV file, a list, or a pattern.
            Where a folder holds the folders train and test, and no classes, these are the rows.
        text: the column of a CSV file that holds the texts; all but these two are left aside.
        target: the column to predict.
        test: a folder or files of the same kind, as the test set.
        separator: what stands between two cells; told from the first lines unless given.
        encoding: of the texts.

    Raises:
        DataError: a file is missing, empty or in another encoding, a class has no files, or a row has no text.
    """
    notation = Notation(separator=separator, encoding=encoding)
    if isinstance(path, str) and Path(path).is_dir():
        return _from_folders(path, text, target, test, encoding)
    if text is None or target is None:
        missing = "text" if text is None else "target"
        what = f"a table needs the name of its {'column of texts' if text is None else 'column to predict'}: {missing}"
        raise ArgumentError(missing, what, "such as {text: {path: reviews.csv, text: review, target: label}}")
    table = read_table(files_of("path", path), "path", notation)
    x, y = _rows_of(table, text, target)
    if test is None:
        return SourceData(x, y, files=table.files)
    held_out = read_table(files_of("test", test), "test", notation)
    x_test, y_test = _rows_of(held_out, text, target, as_text=y.dtype.kind == "U")
    return SourceData(x, y, x_test, y_test, files=(*table.files, *held_out.files))


def _rows_of(table: Table, text: str, target: str, *, as_text: bool = False) -> tuple[Array, Array]:
    table.must_have("text", [text])
    table.must_have("target", [target])
    if text == target:
        raise ArgumentError("target", f"{text!r} is the column of texts", "name the column with their labels")
    table.load([text, target])
    column = table.as_written(text)
    missing = np.flatnonzero(column.missing)
    if len(missing):
        what = f"{table.origin}: the column {text!r} has no text in {table.where(missing)}"
        raise DataError(what, hint="remove these rows")
    return _column(column.texts()), targets_of(table, target, as_text=as_text)


def _from_folders(path: str, text: str | None, target: str | None, test: Any, encoding: str) -> SourceData:
    for argument, given in (("text", text), ("target", target)):
        if given is not None:
            what = f"{path} is a folder, and {argument} is the column of a table"
            raise ArgumentError(argument, what, "take it out: the classes are the folders")
    if test is not None and not isinstance(test, str):
        raise ArgumentError("test", "the test set must be a folder, as the training set is", "name one folder")
    folder, test_folder = train_and_test(path, test)
    training = list_class_folders(folder, "path", TEXTS)
    held_out = list_class_folders(test_folder, "test" if test else "path", TEXTS, at_least=1) if test_folder else None
    parts = [part for part in (training, held_out) if part is not None]
    digest = hashlib.sha256()
    texts = _texts([file for part in parts for file in part.files], encoding)
    for content, label in zip(texts, (label for part in parts for label in part.labels), strict=True):
        digest.update(hashlib.sha256(content.encode("utf-8")).digest() + label.encode("utf-8", "surrogateescape"))
    rows = len(training.files)
    return SourceData(
        _column(texts[:rows]),
        np.array(training.labels),
        _column(texts[rows:]) if held_out else None,
        np.array(held_out.labels) if held_out else None,
        files=_files(parts),
        checksum=digest.hexdigest(),
    )


def _files(parts: Sequence[ClassFolders]) -> tuple[Path, ...]:
    return tuple(file for part in parts for file in part.files)


def _texts(files: Sequence[Path], encoding: str) -> list[str]:
    texts, problems = [], []
    for file in files:
        try:
            content = file.read_bytes()
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            problems.append(Problem(f"{file}: line {line} is not {encoding.upper()}"))
            continue
        except OSError as error:
            problems.append(Problem(f"{file}: cannot be read: {error.strerror}"))
            continue
        texts.append(text.removeprefix("\ufeff"))
        if not texts[-1].strip():
            problems.append(Problem(f"{file}: there is no text in it"))
    if problems:
        more = len(problems) - _SHOWN
        shown = [*problems[:_SHOWN], *([Problem(f"{more} more files like these")] if more > 0 else [])]
        hint = "remove such files, or write them anew"
        if any(" is not " in problem.what for problem in problems):
            hint = "save them as UTF-8, or say what they are in, such as encoding: latin-1"
        raise DataError(*shown[:-1], Problem(shown[-1].what, hint=hint))
    return texts


def _column(texts: Sequence[str] | Array) -> Array:
    """Return texts as objects, shape (rows, 1): as an array of characters each would take as much as the longest."""
    column = np.empty((len(texts), 1), dtype=object)
    column[:, 0] = texts
    return column
