"""What a report says, as data: against a file, and part by part.

``DNNRUN_WRITE_CASES=1`` writes the file anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.analysis.explanation import Edit, Explanation, Finding, Remedy
from dnnrun.analysis.report import run_part
from dnnrun.analysis.report.gathering import gather_report
from dnnrun.analysis.report.side_by_side import side_by_side
from dnnrun.errors import ConfigError, RunError
from dnnrun.store import Run

GOLDEN = Path(__file__).parent / "report.json"


def test_all_but_what_the_comparison_and_the_explanation_say(
    several: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_part, "explain", explained)
    report = gather_report(several)
    del report["table"], report["groups"]  # they say what the comparison does, which has tests of its own
    for run in report["runs"]:
        for picture in run["pictures"]:
            picture["uri"] = picture["uri"][:30]
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False).replace(str(tmp_path), "PLACE")
    text = re.sub(r"\d{8}-\d{6}-", "TIME-", re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)) + "\n"
    if os.environ.get("DNNRUN_WRITE_CASES"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def explained(run: Run) -> Explanation:
    """Explain a run by what no rule says, so that this test is not about the rules."""
    remedies = (Remedy("train longer", (Edit(("epochs",), 20),)), Remedy("look for more rows"))
    return Explanation(run.name, run.status, "It ended.", (Finding("made", "problem", "It fell.", remedies, 3),))


def test_the_table_has_a_cell_for_every_column(several: list[Run]) -> None:
    table = gather_report(several)["table"]
    names = [column["name"] for column in table["columns"]]
    assert {len(row["cells"]) for row in table["rows"]} == {len(names)}
    assert names.index("optimizer.Adam.learning_rate") < names.index("status") < names.index("test accuracy")
    first = dict(zip(names, table["rows"][0]["cells"], strict=True))
    assert first["test accuracy"] == {"text": "0.9000", "value": 0.9, "is_best": True}
    diverged = dict(zip(names, table["rows"][1]["cells"], strict=True))
    assert diverged["final loss"] == {"text": "nan", "value": None, "is_best": False}
    assert [column["name"] for column in table["columns"] if column["is_main"]] == ["test accuracy"]


def test_what_came_of_runs_comes_first_where_they_differ_in_much(several: list[Run], monkeypatch: Any) -> None:
    monkeypatch.setattr("dnnrun.analysis.report.gathering._FEW_DIFFERENCES", 0)
    names = [column["name"] for column in gather_report(several)["table"]["columns"]]
    assert names[:2] == ["run", "status"]
    assert names.index("test accuracy") < names.index("optimizer.Adam.learning_rate")


def test_groups_are_told_where_runs_differ_in_the_seed_only(several: list[Run], many: list[Run]) -> None:
    assert gather_report(several)["groups"]["tables"] == []
    groups = gather_report(many, baseline=many[0].name)["groups"]
    assert groups["tables"][0]["figure"] == "test accuracy"
    assert len(groups["tables"][0]["rows"]) == 40
    assert len(groups["tables"][0]["effects"]) == 39
    assert groups["method"].startswith("Runs that differ only in the seed are one group")


def test_of_two_runs_the_difference_is_explained(several: list[Run]) -> None:
    difference = gather_report([several[2], several[0], several[4]])["difference"]
    assert difference["runs"] == [several[0].name, several[2].name]  # the best is A; the broken one does not count
    assert "learning_rate" in json.dumps(difference["findings"])
    assert gather_report(several[:1])["difference"] is None


def test_what_is_no_number_is_null(several: list[Run]) -> None:
    report = gather_report(several)
    diverged = next(run for run in report["charts"]["runs"] if run["name"].endswith("bad"))
    assert diverged["values"]["loss"] == [2.0, 3.0, None]
    json.dumps(report, allow_nan=False)


def test_a_host_is_not_told(several: list[Run]) -> None:
    assert "somewhere" not in json.dumps(gather_report(several))


def test_of_many_runs_the_best_have_details_and_one_metric_is_shown(many: list[Run]) -> None:
    report = gather_report(many, details=2)
    assert [run["name"].split("-", 2)[2] for run in report["runs"][:2]] == ["many-0", "many-1"]
    assert [metric["name"] for metric in report["charts"]["metrics"] if metric["shown"]] == ["accuracy"]
    assert not report["config"]["by_run"]
    rate = next(key for key in report["config"]["keys"] if key["key"] == "optimizer.Adam.learning_rate")
    assert rate["differs"]
    assert [value["count"] for value in rate["values"]] == [5] * 8
    assert rate["more"] == 40 - 8
    assert len(json.dumps(report)) < 3_000_000


def test_details_are_of_the_best(several: list[Run]) -> None:
    with_one = gather_report(several, details=1)["runs"]
    assert [bool(run["pictures"]) for run in with_one] == [True, False, False, False]
    assert [bool(run["outputs"]) for run in with_one] == [True, False, False, False]
    assert not any(run["pictures"] for run in gather_report(several, details=0)["runs"])


def test_words_for_pictures_have_the_numbers(several: list[Run]) -> None:
    alts = {picture["title"]: picture["alt"] for picture in gather_report(several)["runs"][0]["pictures"]}
    assert alts["Confusion matrix"] == (
        "Confusion matrix of the test rows: 27 of 30 on the diagonal; most often 'c' was taken for 'b'"
    )
    assert alts["Loss"] == "Training and validation loss over the epochs; best epoch: 6 (val_loss 0.4800)"


def test_only_broken_runs_are_an_error(several: list[Run]) -> None:
    with pytest.raises(RunError, match=r"broken: run\.json: damaged"):
        gather_report(several[-1:])


def test_an_unknown_metric_is_an_error(several: list[Run]) -> None:
    with pytest.raises(ConfigError, match="auc"):
        gather_report(several, sort="auc")


def test_a_run_whose_files_are_damaged_is_told_of_with_a_note(make_run: Callable[..., Run]) -> None:
    run = make_run(history={"loss": [1.0]}, test={"accuracy": 0.5})
    (run.path / "evaluation.json").write_text("[")
    (run.path / "resolved.yaml").mkdir()
    (part,) = gather_report([Run(run.path)])["runs"]
    assert any(note.startswith("evaluation.json: damaged") for note in part["notes"])
    assert part["config"] == ""


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("evaluation.json", '{"split": "test", "metrics": 3}'),
        ("evaluation.json", '{"split": "test", "metrics": {"loss": 1}, "classification": {"classes": ["a", "b"]}}'),
        ("run.json", '{"status": "completed", "dataset": 5, "config": {"model": 7}, "tags": 3, "machine": "x"}'),
    ],
)
def test_a_run_of_another_shape_is_told_of_with_a_note(file: str, content: str, several: list[Run]) -> None:
    (several[0].path / file).write_text(content)
    report = gather_report([Run(several[0].path), several[1]])
    part = next(run for run in report["runs"] if run["name"] == several[0].name)
    assert any("something other than dnnrun writes" in note or "damaged" in note for note in part["notes"])
    json.dumps(report, allow_nan=False)


def test_facts_of_few_runs_stand_side_by_side() -> None:
    found = side_by_side([{"a": 1, "b": True}, {"a": 1.5, "b": True, "c": [1]}])
    assert found == {
        "by_run": True,
        "keys": [
            {"key": "a", "differs": True, "values": ["1", "1.5"]},
            {"key": "b", "differs": False, "values": ["true", "true"]},
            {"key": "c", "differs": True, "values": ["-", "[1]"]},
        ],
    }


def test_facts_of_many_runs_are_counted() -> None:
    facts: list[dict[str, Any]] = [{"a": min(number, 3)} for number in range(9)]
    (key,) = side_by_side(facts)["keys"]
    assert key["values"][0] == {"text": "3", "count": 6}
    assert key["more"] == 0
