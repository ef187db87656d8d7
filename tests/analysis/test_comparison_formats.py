from __future__ import annotations

import csv
import io
import json
import math

import pytest

from dnnrun.analysis.comparison import compare_runs
from dnnrun.analysis.comparison_formats import to_csv, to_json, to_markdown
from dnnrun.analysis.comparison_layout import column_width, fit_columns


@pytest.fixture
def runs(make_run, config):
    slow = {**config, "optimizer": {"SGD": {"learning_rate": 0.1 + 0.2}}, "loss": "a|b"}
    return [
        make_run("slow", config=slow, history={"loss": [0.9, math.nan], "val_accuracy": [0.5, 0.1 + 0.2]}),
        make_run("fast", config=config, history={"loss": [0.7, 0.6], "val_accuracy": [0.8, 0.7]}),
    ]


def test_markdown_is_a_table_with_the_best_in_bold(runs):
    fast, slow = runs[1].name, runs[0].name
    lines = to_markdown(compare_runs(runs)).splitlines()
    assert lines == [
        "| run | status | epochs finished | optimizer | optimizer.*.learning_rate | loss | final val_accuracy "
        "| best val_accuracy | epoch of best val_accuracy | final loss | seconds an epoch |",
        "| --- | --- | ---: | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
        f"| {fast} | completed | 2/3 | Adam | 0.001 | sparse_categorical_crossentropy | **0.7000** "
        "| **0.8000** | 1 | 0.6000 | 1.5 |",
        f"| {slow} | completed | 2/3 | SGD | 0.3 | a\\|b | 0.3000 | 0.5000 | 1 | nan | 1.5 |",
    ]


def test_markdown_names_the_broken_runs_below(runs, make_run):
    broken = make_run("broken")
    (broken.path / "run.json").unlink()
    text = to_markdown(compare_runs([*runs, broken]))
    assert text.endswith(
        f"\n\n- could not be read: {broken.path}: run.json: cannot be read: No such file or directory\n"
    )
    assert to_markdown(compare_runs([broken])).startswith("- could not be read: ")


def test_csv_has_every_key_and_figure_in_full(runs):
    fast, slow = csv.DictReader(io.StringIO(to_csv(compare_runs(runs))))
    assert slow["optimizer.SGD.learning_rate"] == "0.30000000000000004"
    assert slow["optimizer.Adam.learning_rate"] == ""
    assert slow["final val_accuracy"] == "0.30000000000000004"
    assert slow["final loss"] == "nan"
    assert (fast["best loss"], fast["epoch of best loss"]) == ("0.6", "2")
    assert "optimizer.*.learning_rate" not in fast


def test_json_has_everything_and_no_nan(runs, make_run):
    broken = make_run("broken")
    (broken.path / "run.json").write_text("{")
    value = json.loads(json.dumps(to_json(compare_runs([*runs, broken])), allow_nan=False))
    assert (value["sorted_by"], value["direction"]) == ("final val_accuracy", "max")
    keys = ["optimizer", "optimizer.SGD.learning_rate", "optimizer.Adam.learning_rate", "loss"]
    assert value["differing_keys"] == keys
    fast, slow = value["runs"]
    assert (fast["run"], fast["path"]) == (runs[1].name, str(runs[1].path))
    assert slow == {
        "run": runs[0].name,
        "path": str(runs[0].path),
        "status": "completed",
        "epochs": 2,
        "seconds_an_epoch": 1.5,
        "parameters": None,
        "config": dict(zip(keys, ["SGD", 0.1 + 0.2, None, "a|b"], strict=True)),
        "final": {"loss": None, "val_accuracy": 0.1 + 0.2},
        "best": {"loss": {"value": 0.9, "epoch": 1}, "val_accuracy": {"value": 0.5, "epoch": 1}},
        "test": {},
        "best_in": [],
        "notes": [],
    }
    assert fast["best_in"] == ["final val_accuracy", "best val_accuracy", "best loss"]
    [entry] = value["broken"]
    assert entry["path"] == str(broken.path)
    assert entry["reason"].startswith("run.json: damaged")


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_the_columns_shown_fit(runs, width):
    comparison = compare_runs(runs)
    shown, hidden = fit_columns(comparison, width, gap=3)
    assert sum(column_width(column, comparison) + 3 for column in shown) <= width
    assert {column.name for column in [*shown, *hidden]} == {column.name for column in comparison.table_columns}
    assert {"run", "final val_accuracy", "optimizer"} <= {column.name for column in shown}


def test_a_wide_terminal_shows_every_column_in_order(runs):
    comparison = compare_runs(runs)
    assert fit_columns(comparison, 1000) == (comparison.table_columns, [])


def test_on_a_narrow_terminal_the_run_stays_and_what_all_share_goes_first(runs):
    comparison = compare_runs(runs)
    shown, _ = fit_columns(comparison, 10)
    assert [column.name for column in shown] == ["run"]
    wide_but_one = sum(column_width(column, comparison) + 2 for column in comparison.table_columns) - 1
    _, hidden = fit_columns(comparison, wide_but_one)
    assert [column.name for column in hidden] == ["epochs finished"]
