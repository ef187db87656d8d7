"""`dnnrun explain`: its texts, word for word, and what it does with runs that are broken.

After a change of words, ``DNNRUN_WRITE_CASES=1 pytest tests/cli/test_explain.py`` writes the texts anew.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dnnrun.cli.app import app
from dnnrun.errors import RunError
from dnnrun.store import Run
from tests.analysis.conftest import CONFIG, make_run
from tests.analysis.explanation.histories import (
    MakeRun,
    confusion,
    evaluation,
    falling,
    healthy,
    noisy,
    overfitted,
    trained,
)
from tests.mutations import mutated_value

TEXTS = Path(__file__).parent / "explanations"
__all__ = ["make_run"]  # the fixture


@pytest.fixture(autouse=True)
def _above_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where the runs lie in ./runs, so that they go by their names."""
    monkeypatch.chdir(tmp_path)


def confused() -> dict[str, Any]:
    matrix = confusion(0.94)
    matrix[6][0], matrix[6][6] = 30, 66
    return evaluation(0.91, matrix=matrix)


CASES: dict[str, dict[str, Any]] = {
    "healthy": {"history": healthy()},
    "overfitted": {"history": overfitted(30, 6), "evaluation": confused()},
    "diverged": {"history": {"loss": [2.5, 40.0, float("nan")]}, "status": "diverged", "evaluation": None},
    "learnt_nothing": {"history": {"loss": [2.302] * 9, "accuracy": [0.1] * 9}, "untrained": {"loss": 2.3026}},
    "fast": {"history": {"loss": noisy([0.9] * 30, 0.3, 1)}},
    "slow": {"history": {"loss": [2.35 - 0.01 * epoch for epoch in range(12)]}},
    "ended_early": {"history": {name: falling(10, end=0.2, pace=6) for name in ("loss", "val_loss")}},
    "interrupted": {"history": healthy(6), "status": "interrupted", "evaluation": None},
    "no_epochs": {"history": {}, "status": "failed", "failure": "no room on the disk", "evaluation": None},
}


def written(make_run: MakeRun, name: str, facts: dict[str, Any], config: Any = None) -> Run:
    """Return a run under a name without a time."""
    run = trained(make_run, config=config, **facts)
    return Run(run.path.rename(run.path.with_name(name)))


def explain(*arguments: Any) -> str:
    result = CliRunner().invoke(app, ["explain", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def check(name: str, text: str) -> None:
    path = TEXTS / f"{name}.txt"
    if os.environ.get("DNNRUN_WRITE_CASES"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_texts(make_run: MakeRun, name: str) -> None:
    check(name, explain(written(make_run, name, CASES[name]).path))


def test_two_runs(make_run: MakeRun) -> None:
    config = CONFIG | {"optimizer": {"SGD": {"learning_rate": 0.01}}, "batch_size": 128}
    first = written(make_run, "with_adam", {"history": healthy()})
    second = written(make_run, "with_sgd", {"history": overfitted(30, 6), "evaluation": evaluation(0.85)}, config)
    check("two_runs", explain(first.path, second.path))


def test_a_run_that_was_stopped_can_be_gone_on_with(make_run: MakeRun) -> None:
    run = make_run("half", config=CONFIG | {"epochs": 9}, history=healthy(6), status="interrupted")
    text = " ".join(explain(run.path).split())
    assert f"was interrupted after 6 of 9 epochs. 'dnnrun resume {run.name}' goes on with it." in text
    moved = run.path.rename(run.path.parents[1] / run.name)
    assert f"'dnnrun resume {moved}' goes" in " ".join(explain(moved).split())


def test_json_has_what_the_screen_has(make_run: MakeRun) -> None:
    run = written(make_run, "overfitted", CASES["overfitted"])
    found = json.loads(explain(run.path, "--json"))
    assert found["run"] == "overfitted"
    assert [finding["rule"] for finding in found["findings"]] == ["overfitting", "confused-classes"]
    assert found["findings"][0]["remedies"][1]["set"][0].startswith("model.layers=[Flatten, ")
    both = json.loads(explain(run.path, run.path, "--json"))
    assert (both["runs"], both["differences"]) == (["overfitted", "overfitted"], [])


def test_a_damaged_part_is_a_note_on_stderr(make_run: MakeRun) -> None:
    run = written(make_run, "damaged", {"history": healthy(), "evaluation": evaluation() | {"metrics": 3}})
    result = CliRunner().invoke(app, ["explain", str(run.path)])
    assert result.exit_code == 0
    assert result.stderr == "note: damaged: evaluation.json: holds figures that cannot be read\n"


def test_what_is_no_run_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", str(tmp_path)])
    assert result.exit_code == RunError.exit_code
    assert "Traceback" not in result.output


@pytest.mark.parametrize("seed", range(150))
def test_a_spoilt_record_is_no_bug(make_run: MakeRun, seed: int) -> None:
    """Whatever stands in run.json and evaluation.json, there is an explanation or one error."""
    rng = random.Random(seed)
    run = trained(make_run, overfitted(30, 6), evaluation=confused())
    for file in ("run.json", "evaluation.json"):
        path = run.path / file
        value = json.loads(path.read_text(encoding="utf-8"))
        for _ in range(3):
            value = mutated_value(rng, value)
        path.write_text(json.dumps(value), encoding="utf-8")
    for arguments in ([run.path], [run.path, run.path]):
        result = CliRunner().invoke(app, ["explain", *map(str, arguments)])
        assert result.exit_code in {0, RunError.exit_code}, result.output


def test_tensorflow_is_not_imported(make_run: MakeRun) -> None:
    run = trained(make_run, overfitted(30, 6), evaluation=confused())
    program = (
        "import sys\n"
        f"sys.argv = ['dnnrun', 'explain', {str(run.path)!r}]\n"
        "from dnnrun.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'matplotlib', 'pandas', 'scipy.stats'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
