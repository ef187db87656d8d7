"""The run directory: what it is called, what lies in it, how it is written and how it is read. Knows no TensorFlow."""

from dnnrun.store.atomic import replacing
from dnnrun.store.checkpoints import Checkpoint, Checkpoints
from dnnrun.store.cleaning import Cleaning, Removable, collect_garbage
from dnnrun.store.contents import StoredFile, contents_of
from dnnrun.store.exports import ExportFolder, export_target, model_of
from dnnrun.store.finding import RUNS_DIR, find_run, find_runs, handle_of, runs_in
from dnnrun.store.following import FollowingWriter
from dnnrun.store.history import History
from dnnrun.store.layout import LABELS, LABELS_AS_LINES
from dnnrun.store.reading import Run
from dnnrun.store.tagging import note_run, tag_run
from dnnrun.store.trash import remove_runs, restore_runs
from dnnrun.store.writing import TARGET_HINT, Folder, RunWriter, fault_of_target

__all__ = [
    "LABELS",
    "LABELS_AS_LINES",
    "RUNS_DIR",
    "TARGET_HINT",
    "Checkpoint",
    "Checkpoints",
    "Cleaning",
    "ExportFolder",
    "Folder",
    "FollowingWriter",
    "History",
    "Removable",
    "Run",
    "RunWriter",
    "StoredFile",
    "collect_garbage",
    "contents_of",
    "export_target",
    "fault_of_target",
    "find_run",
    "find_runs",
    "handle_of",
    "model_of",
    "note_run",
    "remove_runs",
    "replacing",
    "restore_runs",
    "runs_in",
    "tag_run",
]
