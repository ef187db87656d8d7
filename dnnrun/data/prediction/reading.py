"""From what a person names to rows: files, folders, patterns and stdin, each by its ending and by what is wanted."""

from __future__ import annotations

import contextlib
import glob
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from dnnrun.data.prediction.arrays import read_arrays
from dnnrun.data.prediction.form import Batch, InputForm, RowForm
from dnnrun.data.prediction.pictures import read_pictures
from dnnrun.data.prediction.tables import check_table, open_table
from dnnrun.data.prediction.texts import read_lines, read_text_files
from dnnrun.data.sources.class_folders import IMAGES, TEXTS
from dnnrun.data.sources.parquet import ENDING
from dnnrun.data.sources.table import Table
from dnnrun.errors import DataError, suggest

STDIN = "-"
_ARRAYS = (".npy", ".npz")
_TABLES = (".csv", ".tsv", ".gz", ENDING)
_TEXT_COLUMN = "text"


def read_inputs(
    inputs: Sequence[str | Path], form: RowForm, *, stdin: IO[bytes] | None = None, resize: bool = False
) -> Iterator[Batch]:
    """Yield the rows that files hold, in order, without ever having all of them in memory.

    Args:
        inputs: files, folders, patterns, or ``-`` for stdin.
        form: what the model takes.
        stdin: what ``-`` is; it is copied into a temporary file, so that it is checked before rows are predicted.
        resize: whether pictures of another size are resized.

    Raises:
        DataError: there is no such file, or a row that the model cannot take; tables are checked before the first row.
    """
    with contextlib.ExitStack() as stack:
        names: dict[str, str] = {}
        files: list[Path] = []
        for name in map(str, inputs):
            if name == STDIN:
                assert stdin is not None
                files.append(stack.enter_context(_spooled(stdin, form)))
                names[str(files[-1])] = STDIN
            else:
                files.extend(_files_of(name, form))
                _check_kinds(files, form)
        try:
            for batch in _read(files, form, set(names), resize=resize):
                yield _renamed(batch, names)
        except DataError as error:
            raise DataError(*(replace(p, what=_in_names(p.what, names)) for p in error.problems)) from error


def _read(files: Sequence[Path], form: RowForm, lines: set[str], *, resize: bool) -> Iterator[Batch]:
    """Yield rows of files that are there; those in `lines` hold a text a line, where the model takes texts."""
    tables = {
        file: check_table(*_opened(file, form)) for file in files if _is_table(file, form) and str(file) not in lines
    }
    tables |= {
        file: check_table(*_opened(file, form))
        for file in files
        if str(file) in lines and form.columns and not form.is_text
    }
    singles: list[Path] = []
    for file in files:
        if file in tables or file.suffix in _ARRAYS or str(file) in lines:
            yield from _together(singles, form, resize=resize)
            singles = []
        if file in tables:
            yield from tables[file].batches()
        elif file.suffix in _ARRAYS:
            yield from read_arrays(file, form)
        elif str(file) in lines and form.is_text:
            yield from read_lines(file, form)
        else:
            singles.append(file)
    yield from _together(singles, form, resize=resize)


def _together(files: Sequence[Path], form: RowForm, *, resize: bool) -> Iterator[Batch]:
    """Yield rows that are a file each."""
    if not files:
        return
    if form.is_picture:
        yield from read_pictures(files, form, resize=resize)
    elif form.is_text:
        yield from read_text_files(files, form)
    else:
        what = f"{files[0]}: the model takes {form.in_words()}"
        raise DataError(what, hint="give these in .npy or .npz files")


def _check_kinds(files: Sequence[Path], form: RowForm) -> None:
    """Refuse files whose endings say that they hold something else than the model takes."""
    for file in files:
        ending = file.suffix.lower()
        if ending in IMAGES.suffixes and not form.is_picture:
            raise DataError(f"{file}: a picture, and the model takes {form.in_words()}")
        if form.is_picture and (ending in _TABLES or ending in TEXTS.suffixes):
            hint = f"give {IMAGES.wanted}, or an array in a .npy or .npz file"
            raise DataError(f"{file}: no picture, and the model takes {form.in_words()}", hint=hint)


def _is_table(file: Path, form: RowForm) -> bool:
    if file.suffix in _ARRAYS or form.is_picture:
        return False
    if form.is_text:
        return file.suffix in _TABLES
    return bool(form.columns)


def _opened(file: Path, form: RowForm) -> tuple[Table, RowForm]:
    """Return a table, with what its rows are to be: of a model for texts the column with these is to be found."""
    table = open_table(file, form)
    if form.columns:
        return table, form
    columns = table.columns
    column = columns[0] if len(columns) == 1 else _TEXT_COLUMN
    if column not in columns:
        hint = f"{suggest(column, columns)}\ncall the column with the texts {column!r}; it has: {', '.join(columns)}"
        raise DataError(f"{file}: it is not clear which column holds the texts", hint=hint.strip())
    inputs = {name: InputForm(one.shape, one.dtype, (column,)) for name, one in form.inputs.items()}
    return table, replace(form, inputs=inputs)


def _files_of(name: str, form: RowForm) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        endings = IMAGES.suffixes if form.is_picture else TEXTS.suffixes if form.is_text else (*_TABLES, *_ARRAYS)
        inside = (file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix.lower() in endings)
        found = [file for file in inside if not any(part[:1] == "." for part in file.relative_to(path).parts)]
        if not found:
            raise DataError(f"{name}: no file in this folder ends in {', '.join(endings)}")
        return found
    if path.exists():
        return [path]
    found = [Path(each) for each in sorted(glob.glob(name, recursive=True)) if Path(each).is_file()]
    if not found:
        if glob.has_magic(name):
            raise DataError(f"{name}: no file has a name like this")
        near = suggest(path.name, [each.name for each in path.parent.glob("*")]) if path.parent.is_dir() else ""
        raise DataError(f"{name}: there is no such file", hint=near)
    return found


@contextlib.contextmanager
def _spooled(stdin: IO[bytes], form: RowForm) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dnnrun-stdin-") as folder:
        start = stdin.read(6)
        path = Path(folder) / f"stdin{_ending_of(start)}"
        with path.open("wb") as file:
            file.write(start)
            shutil.copyfileobj(stdin, file)
        yield path


def _ending_of(start: bytes) -> str:
    if start == b"\x93NUMPY":
        return ".npy"
    return ".npz" if start[:4] == b"PK\x03\x04" else ENDING if start[:4] == b"PAR1" else ""


def _renamed(batch: Batch, names: dict[str, str]) -> Batch:
    if not names or "file" not in batch.where:
        return batch
    return replace(batch, where={**batch.where, "file": [names.get(file, file) for file in batch.where["file"]]})


def _in_names(what: str, names: dict[str, str]) -> str:
    for path, name in names.items():
        what = what.replace(path, "stdin" if name == STDIN else name)
    return what
