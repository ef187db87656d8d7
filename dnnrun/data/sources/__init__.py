"""The data sources, each a function that returns `SourceData`; `dnnrun.config.sources` lists them by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dnnrun.errors import DataError, Problem, suggest


class ArgumentError(DataError):
    """An argument of a source does not fit its data; `argument` tells which, so that its line can be shown."""

    def __init__(self, argument: str, what: str, hint: str = "") -> None:
        super().__init__(Problem(what, hint=hint))
        self.argument = argument


def unreadable(argument: str, file: Path, error: OSError) -> ArgumentError:
    """Return what to say of a file that the operating system does not give.

    Args:
        argument: the one that names the file.
        file: as it was opened.
        error: what came of it.
    """
    if isinstance(error, FileNotFoundError):
        return ArgumentError(argument, f"{file}: there is no such file", nearby_files(file))
    hint = "name a file inside it" if isinstance(error, IsADirectoryError) else ""
    return ArgumentError(argument, f"{file}: cannot be read: {error.strerror or error}", hint)


def check_class_names(class_names: Sequence[str] | None) -> None:
    """Raise `ArgumentError` where the argument `class_names` names a class twice."""
    if class_names is not None and len(set(class_names)) < len(class_names):
        raise ArgumentError("class_names", "two classes have the same name", "give each class its own")


def nearby_files(file: Path) -> str:
    """Return a hint for a file that is missing: the nearest name, and what lies beside it."""
    if not file.parent.is_dir():
        return f"there is no folder {str(file.parent)!r}"
    files = sorted(p for p in file.parent.iterdir() if p.is_file())
    names = [p.name for p in files if p.suffix == file.suffix] or [p.name for p in files]
    if not names:
        return f"there are no files in {str(file.parent)!r}"
    beside = f"there {'is' if len(names) == 1 else 'are'}: {', '.join(names[:10])}{', ...' if names[10:] else ''}"
    return f"{suggest(file.name, names)}\n{beside}".strip()
