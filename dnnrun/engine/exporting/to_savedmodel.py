"""SavedModel: a signature that predicts, one that gives the class names, and these once more as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnrun.engine.exporting.label_files import label_files
from dnnrun.engine.exporting.serving import Served


def write(served: Served, classes: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write the model.

    Args:
        served: the model.
        classes: the class names of its outputs that tell classes.
        path: the folder.
    """
    with tempfile.TemporaryDirectory(prefix="dnnrun-export-") as folder:
        assets = {}
        for name, text in label_files(classes).items():
            file = Path(folder) / name
            file.write_text(text, encoding="utf-8")
            assets[file.stem] = file
        served.write_savedmodel(path, assets, {name: list(names) for name, names in classes.items()})
