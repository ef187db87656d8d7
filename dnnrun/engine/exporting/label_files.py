"""The class names as they go along with a model: as JSON by number, and as lines of a text file, as on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from dnnrun.engine.exporting.serving import ONLY_OUTPUT
from dnnrun.store import LABELS_AS_LINES


def numbered(classes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return which label each class number stands for, of several outputs for each of them."""
    by_output = {
        output: {str(number): label for number, label in enumerate(names)} for output, names in classes.items()
    }
    return by_output.get(ONLY_OUTPUT, by_output)


def label_files(classes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the content of each file by its name: a single one, or one for each of several outputs.

    Args:
        classes: the class names by output; a line break in a name becomes a space.
    """
    several = len(classes) > 1
    file = PurePath(LABELS_AS_LINES)
    return {
        f"{file.stem}_{output}{file.suffix}" if several else file.name: "".join(
            " ".join(name.splitlines()) + "\n" for name in names
        )
        for output, names in classes.items()
    }
