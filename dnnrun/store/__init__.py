"""The run directory: what it is called, what lies in it, how it is written and how it is read. Knows no TensorFlow."""

from dnnrun.store.checkpoints import Checkpoint, Checkpoints
from dnnrun.store.finding import find_run, find_runs, runs_in
from dnnrun.store.following import FollowingWriter
from dnnrun.store.history import History
from dnnrun.store.reading import Run
from dnnrun.store.writing import TARGET_HINT, Folder, RunWriter, fault_of_target

__all__ = [
    "TARGET_HINT",
    "Checkpoint",
    "Checkpoints",
    "Folder",
    "FollowingWriter",
    "History",
    "Run",
    "RunWriter",
    "fault_of_target",
    "find_run",
    "find_runs",
    "runs_in",
]
