"""From the name of a published data set to what is in its file, looked through before anything relies on it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnnrun.data.published.places import locate, published
from dnnrun.errors import DataError


def read_published(name: str) -> tuple[Path, Any]:
    """Return where a published data set lies, and what is in it; downloads it if it is nowhere on this machine.

    Raises:
        DataError: it is not to be had, or the file does not hold it.
    """
    path = locate(name)
    try:
        return path, contents_of(name, path)
    except DataError as error:
        hint = f"remove it, and get it again: dnnrun data fetch {name}\nor bring it: dnnrun data add {name} FILE"
        raise DataError(replace(error.problems[0], hint=hint)) from error


def contents_of(name: str, path: Path) -> Any:
    """Return what is in a file, or in the folder an archive was unpacked to, if that is the data set of that name.

    Raises:
        DataError: it is not.
    """
    module, _, function = published(name).check.partition(":")
    return getattr(importlib.import_module(module), function)(path)
