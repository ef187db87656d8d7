"""What the sources of other packages' data sets share: that their package is there, and that no network is used.

They come with the extra ``hub``; neither is imported before a config names such a source.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from dnnrun.data.sources import ArgumentError
from dnnrun.errors import DataError


def package(module: str, source: str, called: str) -> ModuleType:
    """Return a package that is no dependency of dnnrun's own.

    Args:
        module: its name in Python, which pip takes too.
        source: the name of the source that needs it.
        called: its name in words.

    Raises:
        DataError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = error.name or module
        what = f"{source} needs {called}, and {missing!r} is not installed"
        raise DataError(what, hint=f"pip install {module.replace('_', '-')}, or pip install 'dnnrun[hub]'") from error


def not_to_be_had(name: str, called: str, places: str, error: Exception | None) -> ArgumentError:
    """Return what to say of a data set that is not on this machine and does not come from the network.

    Args:
        name: of the data set.
        called: where it comes from.
        places: where it was looked for.
        error: what came of asking; None where it was not asked.
    """
    why = "nothing may be downloaded (--offline)" if error is None else f"it cannot be had: {first_line(error)}"
    hint = "check its name and the network, or put it there on a machine that has one and copy the folder"
    return ArgumentError("name", f"{name} of {called} is not in {places}, and {why}", hint)


def first_line(error: Exception) -> str:
    """Return what an error of another package says, on one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
