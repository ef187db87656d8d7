"""A folder for each class: which files lie in them, and what must not. It reads none of the files.

Hidden files, what operating systems leave behind, and links are passed over; anything else that does not belong there
is an error rather than left out.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from dnnrun.data.sources import ArgumentError
from dnnrun.errors import DataError, Problem, suggest

_SHOWN = 5
_LITTER = {"Thumbs.db", "desktop.ini", "__MACOSX"}
_VALIDATION = {"val", "valid", "validation"}
_PARTS = {"train", "test", *_VALIDATION}


@dataclass(frozen=True)
class Form:
    """What the files of a source must be.

    Args:
        suffixes: how their names end, in small letters.
        one: what one of them is called, in the singular and without an article.
        wanted: what the others are not, in words.
    """

    suffixes: tuple[str, ...]
    one: str
    wanted: str


IMAGES = Form((".png", ".jpg", ".jpeg", ".bmp", ".gif"), "image", "PNG, JPEG, BMP and GIF files")
TEXTS = Form((".txt",), "text", "files whose names end in .txt")


@dataclass(frozen=True)
class ClassFolders:
    """The files of a folder of class folders.

    Args:
        folder: the one around them.
        classes: the names of the class folders, sorted.
        files: of all of them: of each class in the order of their names, and the classes by turns.
        labels: the class of each.
    """

    folder: Path
    classes: tuple[str, ...]
    files: tuple[Path, ...]
    labels: tuple[str, ...]


def train_and_test(path: str, test: str | None) -> tuple[Path, Path | None]:
    """Return the folders of the training and the test rows: those called train and test, where these are all there is.

    Args:
        path: the folder that the source names.
        test: the folder with a test set, where the source names one.
    """
    folder = Path(path)
    inside = set(_folders(folder)) if folder.is_dir() else set()
    if "train" in inside and inside <= _PARTS:
        own_test = folder / "test" if "test" in inside else None
        return folder / "train", Path(test) if test is not None else own_test
    return folder, Path(test) if test is not None else None


def list_class_folders(folder: Path, argument: str, form: Form, *, at_least: int = 2) -> ClassFolders:
    """Return what lies in the class folders of a folder, and in folders inside of these.

    Args:
        folder: the one around them.
        argument: the source's argument that names it.
        form: what the files must be.
        at_least: how many classes there must be.

    Raises:
        DataError: the folder is missing or has no class folders, a class is empty, or there are other files.
    """
    if not folder.is_dir():
        raise _missing_folder(folder, argument)
    try:
        classes = _folders(folder)
        _check_outside(folder, argument, form, classes)
        by_class = {name: sorted(_files_below(folder / name)) for name in classes}
    except OSError as error:
        raise ArgumentError(
            argument, f"{error.filename or folder}: cannot be read: {error.strerror or error}"
        ) from error
    _check_inside(folder, by_class, form)
    if len(classes) < at_least:
        what = f"{folder}: there is one class only, {classes[0]!r}, so there is nothing to learn"
        raise ArgumentError(argument, what, f"each class needs a folder of its own inside {str(folder)!r}")
    turns = _in_turns(by_class)
    return ClassFolders(folder, tuple(classes), tuple(file for file, _ in turns), tuple(name for _, name in turns))


def _in_turns(by_class: dict[str, list[Path]]) -> list[tuple[Path, str]]:
    """Return the files, each with its class, so ordered that every stretch has about the classes' shares of the whole.

    Class by class the last rows would be all of one class, and so would those that lie together on disk.
    """
    placed = [
        ((place + 0.5) / len(files), name, file) for name, files in by_class.items() for place, file in enumerate(files)
    ]
    return [(file, name) for _, name, file in sorted(placed)]


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is none of the user's."""
    return name.startswith(".") or name in _LITTER


def _folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if e.is_dir(follow_symlinks=False) and not is_passed_over(e.name))


def _files_below(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_passed_over(entry.name) or entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _files_below(folder / entry.name)
            else:
                yield folder / entry.name


def _check_outside(folder: Path, argument: str, form: Form, classes: Collection[str]) -> None:
    layout = f"it holds a folder for each class, and in each the {form.one}s of this class"
    with os.scandir(folder) as entries:
        names = sorted(e.name for e in entries if e.is_file() and not is_passed_over(e.name))
    loose = [name for name in names if name.lower().endswith(form.suffixes)]
    if not classes:
        found = f", only {_count(len(loose), form.one)}" if loose else ""
        raise ArgumentError(argument, f"{folder}: there are no folders in it{found}", layout)
    if loose:
        what = f"{folder}: {_count(len(loose), form.one)} beside the class folders: {_listed(loose)}"
        raise ArgumentError(argument, what, f"move each into the folder of its class ({_listed(sorted(classes))})")


def _check_inside(folder: Path, by_class: dict[str, list[Path]], form: Form) -> None:
    odd = [
        str(file.relative_to(folder))
        for files in by_class.values()
        for file in files
        if not file.name.lower().endswith(form.suffixes)
    ]
    problems = []
    if odd:
        what = f"{folder}: {_count(len(odd), 'file')} that {'is' if len(odd) == 1 else 'are'} no {form.one}"
        hint = f"only {form.wanted} can be read; move {'it' if len(odd) == 1 else 'them'} elsewhere"
        problems.append(Problem(f"{what}{'' if len(odd) == 1 else 's'}: {_listed(odd)}", hint=hint))
    empty = [name for name, files in by_class.items() if not files]
    if empty:
        words = "class folder is" if len(empty) == 1 else "class folders are"
        hint = f"put {form.one}s there, or remove the folder; links are not followed"
        problems.append(Problem(f"{folder}: {len(empty)} {words} empty: {_listed(empty)}", hint=hint))
    if problems:
        raise DataError(*problems)


def _missing_folder(folder: Path, argument: str) -> ArgumentError:
    if folder.exists():
        return ArgumentError(argument, f"{folder}: a file, not a folder", "name the folder around the class folders")
    beside = _folders(folder.parent) if folder.parent.is_dir() else []
    hint = f"there is no folder {str(folder.parent)!r}"
    if folder.parent.is_dir():
        hint = f"{suggest(folder.name, beside)}\n" if suggest(folder.name, beside) else ""
        hint += f"folders beside it: {_listed(beside)}" if beside else f"there are no folders in {str(folder.parent)!r}"
    return ArgumentError(argument, f"{folder}: there is no such folder", hint)


def _listed(names: Collection[str]) -> str:
    return f"{', '.join(list(names)[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
