"""Several devices give the numbers of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PREPROCESSED = {"normalized before", "trained in the steps", "normalized in the steps"}
SCRIPT = Path(__file__).with_name("replica_runs.py")


@pytest.mark.slow
def test_two_devices_give_the_numbers_of_one() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    apart = json.loads(done.stdout.splitlines()[-1])
    assert len(apart) == 12
    assert {case: far for case, far in apart.items() if far > 1e-5} == {}
    assert max(far for case, far in apart.items() if case in PREPROCESSED) <= 2.4e-7
    assert apart["interrupted"] == 0.0
