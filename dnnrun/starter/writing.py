"""A config to begin with, written into a new file if one is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dnnrun.errors import ConfigError
from dnnrun.starter.beginning import Beginning, begin
from dnnrun.store.atomic import write_new_text


def init_config(
    template: str | None = None,
    *,
    csv: str | Path | None = None,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    output: str | Path | None = None,
) -> Beginning:
    """Return a config to begin with, a comment above every key: a template, or what is proposed for a table.

    Args:
        template: the name of one.
        csv: a file with a header line, instead.
        target: the column of it to predict.
        task: what is predicted: binary, multiclass or regression; told from the column unless given.
        drop: columns to leave out besides those that cannot be learnt from.
        output: where the config is written, which must be free; None writes nothing.

    Raises:
        ConfigError: there is no such template or no target, it does not allow the task, or ``output`` is taken.
        DataError: the table cannot be read, or training could not use it.
        RunError: ``output`` cannot be written.
    """
    path = None if output is None else Path(output)
    if path is not None:
        _refuse_output(path)
    beginning = begin(template, csv=csv, target=target, task=task, drop=drop, config=path)
    if path is not None:
        try:
            write_new_text(path, beginning.text)
        except FileExistsError as error:
            raise _taken(path) from error
    return beginning


def _refuse_output(path: Path) -> None:
    """Refuse a file that cannot be a new one before anything is read for it."""
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder", hint="name a file in it")
    if path.exists() or path.is_symlink():
        raise _taken(path)
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {str(path.parent)!r}", hint="make it first")


def _taken(path: Path) -> ConfigError:
    return ConfigError(
        f"{path}: is there already, and is left alone", hint="give another name with --output, or move it away"
    )
