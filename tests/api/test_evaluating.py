"""Evaluating runs again, of scikit-learn here: the figures of their training, other rows, and what cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dnnrun import ConfigError, DataError, Run, RunError, train

CONFIG = """
name: heights
seed: 3
dataset: {source: {csv: {path: rows.csv, target: height}}, test_split: 0.25}
model: {sklearn: Ridge}
metrics: [mae, R2Score]
"""


def rows(count: int, first: int = 0) -> str:
    lines = [f"{['a', 'b'][i % 2]},{i},{2 * i + i % 7}" for i in range(first, first + count)]
    return "\n".join(["kind,age,height", *lines]) + "\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "rows.csv").write_text(rows(80))
    (tmp_path / "heights.yaml").write_text(CONFIG)
    return train(tmp_path / "heights.yaml", runs_dir=tmp_path / "runs")


def test_figures_are_those_of_the_training_and_these_stay_as_they_are(run: Run) -> None:
    before = (run.path / "evaluation.json").read_bytes()
    evaluation = run.evaluate(resamples=200)
    assert run.evaluation is not None
    for key in ("split", "rows", "metrics", "trivial", "regression"):
        assert evaluation.figures[key] == run.evaluation[key], key
    assert evaluation.remarks == ()
    assert (run.path / "evaluation.json").read_bytes() == before
    assert evaluation.file == run.path / "evaluations" / "test.json"
    assert json.loads(evaluation.file.read_text()) == run.later_evaluations["test"]
    for name, value in run.evaluation["metrics"].items():
        low, high = evaluation.figures["intervals"][name]
        assert low <= value <= high, name


def test_other_splits_and_other_rows_have_files_of_their_own(run: Run, tmp_path: Path) -> None:
    assert run.evaluate(split="train", resamples=100).figures["rows"] == 60
    other = tmp_path / "later rows.csv"
    other.write_text(rows(30, first=100))
    for data in (other, f"{{csv: {{path: '{other}', target: height}}}}"):
        figures = run.evaluate(data, resamples=100).figures
        assert (figures["split"], figures["rows"]) == ("given", 30)
    assert {"train", "data-later_rows"} < set(run.later_evaluations)


def test_a_yaml_file_may_hold_the_source(run: Run, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(rows(10, first=5))
    source = tmp_path / "more.yaml"
    source.write_text(f"# later\n{{csv: {{path: '{tmp_path / 'more.csv'}', target: height}}}}\n")
    assert run.evaluate(source, resamples=100).figures["rows"] == 10


def test_data_that_has_changed_is_remarked_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(rows(90))
    (remark,) = run.evaluate(resamples=100).remarks
    assert "fingerprint has changed" in remark


def test_what_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the run has no validation rows"):
        run.evaluate(split="validation")
    with pytest.raises(ConfigError, match="one of the run's own rows, and data are others"):
        run.evaluate("rows.csv", split="test")
    with pytest.raises(DataError, match=r"no-such\.csv: there is no such file"):
        run.evaluate(tmp_path / "no-such.csv")
    (tmp_path / "unlabelled.csv").write_text("kind,age\na,1\nb,2\n")
    with pytest.raises(DataError, match="there is no column 'height'"):
        run.evaluate(tmp_path / "unlabelled.csv")
    with pytest.raises(DataError, match="Is a directory"):
        run.evaluate(tmp_path)
    with pytest.raises(ConfigError, match="csv"):
        run.evaluate("{cvs: {path: rows.csv}}")


def test_a_run_without_a_model_says_why(run: Run) -> None:
    (run.path / "estimator.joblib").write_bytes(b"cut off")
    with pytest.raises(RunError, match=r"estimator\.joblib: cannot be loaded"):
        run.evaluate()
    (run.path / "estimator.joblib").unlink()
    with pytest.raises(RunError, match="holds no model"):
        run.evaluate()


def test_a_broken_run_is_explained(run: Run) -> None:
    (run.path / "resolved.yaml").unlink()
    with pytest.raises(ConfigError, match=r"resolved\.yaml"):
        Run(run.path).evaluate()
    (run.path / "run.json").write_text("{")
    (run.path / "estimator.joblib").unlink()
    with pytest.raises(RunError, match=r"run\.json: damaged"):
        Run(run.path).evaluate()
