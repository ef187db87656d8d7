"""The library's functions with a config whose model is of scikit-learn: in a process of its own, without TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.estimators.conftest import IRIS

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
plots = sorted(plot.name for plot in run.plots)
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
    assert plots == ["confusion_matrix.png"]
