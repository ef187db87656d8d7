"""What is done with models of scikit-learn, from Python and by the command: in processes without TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.estimators.conftest import IRIS

NETWORK = """
dataset: {source: iris, test_split: 0.2}
model: {layers: [{Dense: {units: 3, activation: softmax}}]}
optimizer: Adam
loss: sparse_categorical_crossentropy
"""

SCRIPT = """
import json, sys
from dnnrun import ConfigError, describe, resume, train, validate, verify
run = train("flowers.yaml")
assert validate("flowers.yaml") == []
assert describe("flowers.yaml") is None
repetition = verify(run)
try:
    resume(run)
except ConfigError as error:
    refused = str(error)
loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
plots = sorted(plot.stem for plot in run.plots)
print(json.dumps([run.status, repetition.verdict, repetition.weights_compared, refused, loaded, plots]))
"""


def test_train_verify_and_resume(tmp_path: Path) -> None:
    (tmp_path / "flowers.yaml").write_text(IRIS)
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    status, verdict, weights_compared, refused, loaded, plots = json.loads(done.stdout)
    assert (status, verdict, weights_compared) == ("completed", "bit-identical", False)
    assert "there is nothing to resume" in refused
    assert loaded == []
    assert plots == ["best_and_worst", "calibration", "confusion_matrix", "confusion_rates", "per_class"]


BASELINE = """
import os, sys
from dnnrun.cli.app import main
sys.argv = ["dnnrun", "baseline", "network.yaml", "--offline", "--quiet"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print([name for name in ("tensorflow", "keras") if name in sys.modules], os.environ["DNNRUN_OFFLINE"])
"""


def test_the_baselines_of_a_network_start_no_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(NETWORK)
    done = subprocess.run([sys.executable, "-c", BASELINE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *runs, loaded = done.stdout.splitlines()
    assert loaded == "[] 1"
    assert [run.rpartition("-")[2] for run in runs] == ["trivial", "linear", "knn", "tree"]
