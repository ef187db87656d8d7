"""The data sources, each a function that returns `SourceData`; `dnnrun.config.sources` lists them by name."""

from __future__ import annotations

from pathlib import Path

from dnnrun.errors import DataError, Problem, suggest


class ArgumentError(DataError):
    """An argument of a source does not fit its data; `argument` tells which, so that its line can be shown."""

    def __init__(self, argument: str, what: str, hint: str = "") -> None:
        super().__init__(Problem(what, hint=hint))
        self.argument = argument


def nearby_files(file: Path) -> str:
    """Return a hint for a file that is missing: the nearest name, and what lies beside it."""
    if not file.parent.is_dir():
        return f"there is no folder {str(file.parent)!r}"
    names = sorted(p.name for p in file.parent.iterdir() if p.suffix == file.suffix)[:10]
    beside = f"there are: {', '.join(names)}" if names else f"no {file.suffix} file lies in {str(file.parent)!r}"
    return f"{suggest(file.name, names)}\n{beside}".strip()
