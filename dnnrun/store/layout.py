"""The names of everything in a run directory, and the version of this layout. Nobody outside `store` joins these."""

from __future__ import annotations

from pathlib import Path

LAYOUT_VERSION = 1

CONFIG = "config.yaml"
RESOLVED = "resolved.yaml"
RECORD = "run.json"
HISTORY = "history.csv"
EVALUATION = "evaluation.json"
PREDICTIONS = "predictions.npz"
LABELS = "labels.json"
NETWORK = "network.json"
NOTES = "notes.json"
EVALUATIONS = "evaluations"
MODEL = "model.keras"
WEIGHTS = "weights.weights.h5"
ESTIMATOR = "estimator.joblib"
CHECKPOINTS = "checkpoints"
PLOTS = "plots"
CARD = "README.md"
LOG = "train.log"
STATE = "checkpoints/state"
EXPORTS = "exports"
LATEST = "latest.json"
WORKER_LOG = "worker-{}.log"

OWN = {
    CONFIG, RESOLVED, RECORD, HISTORY, EVALUATION, PREDICTIONS, LABELS, NETWORK, NOTES, MODEL, WEIGHTS, ESTIMATOR, LOG,
    CHECKPOINTS, PLOTS, CARD, EVALUATIONS, STATE, EXPORTS, ".",
}  # fmt: skip
"""What no callback may write over, seen from the run."""

EXPORTED_MODELS = {"keras": MODEL, "savedmodel": "saved_model", "onnx": "model.onnx", "litert": "model.tflite"}
"""What the model is called in the folder of an export, by format; of SavedModel it is a folder."""

PARITY = "parity.json"
LABELS_AS_LINES = "labels.txt"
TEXT_LAYERS = "text_layers.json"
FAILED_EXPORT = "{}-failed"
"""How an export is called that does not predict what the run's model does, after the folder that it was meant for."""

TRASH = ".trash"
"""Where runs that were removed lie, in the folder in which they were."""

TEMPORARY = ".part-"
"""How the name of a file begins while it is being written; such a file is never read."""


def worker_log(run_path: Path, index: int) -> Path:
    """Return where one of the processes that train a run together logs to."""
    return run_path / WORKER_LOG.format(index)
