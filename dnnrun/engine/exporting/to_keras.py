"""Keras's own format: the model without its optimizer, and the class names in the same file."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnrun.engine.exporting.label_files import numbered
from dnnrun.engine.exporting.serving import Served
from dnnrun.store import LABELS


def write(served: Served, classes: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write the model.

    Args:
        served: the model.
        classes: the class names of its outputs that tell classes.
        path: the file. Keras takes what it knows out of it, and leaves the names to who opens it as an archive.
    """
    served.model.save(path)
    if classes:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(LABELS, json.dumps(numbered(classes)))
