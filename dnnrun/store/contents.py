"""What lies in a run directory: every file with its size, and what it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath

from dnnrun.store import layout
from dnnrun.store.reading import Run

_WHAT = {
    layout.CONFIG: "the config as written",
    layout.RESOLVED: "the config in full, which trains the run again",
    layout.RECORD: "the facts",
    layout.HISTORY: "what each epoch gave",
    layout.EVALUATION: "figures on the evaluated rows",
    layout.PREDICTIONS: "what was predicted of each of them",
    layout.LABELS: "the label of each class number",
    layout.EVALUATIONS: "figures of dnnrun evaluate",
    layout.NETWORK: "the layers, for the picture of them",
    layout.NOTES: "tags and a note, added since",
    layout.MODEL: "the model",
    layout.WEIGHTS: "its weights",
    layout.ESTIMATOR: "the fitted estimator",
    layout.PLOTS: "pictures",
    layout.EXPORTS: "the model in other formats",
    layout.STATE: "what resume goes on from",
    layout.CHECKPOINTS: "saved by callbacks",
    layout.CARD: "the model card",
    layout.LOG: "the log",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a run: its path from within the run, its size in bytes, and what it is, if it is dnnrun's."""

    path: PurePath
    size: int
    what: str


def contents_of(run: Run) -> list[StoredFile]:
    """Return every file of a run, by its path; links are not followed, and half-written files not left out."""
    found = []
    for folder, _, names in os.walk(run.path):
        for name in names:
            path = Path(folder, name)
            try:
                size = path.lstat().st_size
            except OSError:  # gone meanwhile
                continue
            inner = path.relative_to(run.path)
            found.append(StoredFile(inner, size, _what_is(inner)))
    return sorted(found, key=lambda file: file.path.parts)


def _what_is(path: PurePath) -> str:
    if path.name.startswith(layout.TEMPORARY):
        return "half-written"
    if len(path.parts) == 1 and path.match(layout.WORKER_LOG.format("*")):
        return "the log of a worker"
    for part in (path, *path.parents):
        if str(part) in _WHAT:
            return _WHAT[str(part)]
    return ""
