from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from dnnrun.analysis.comparison import compare_runs
from dnnrun.errors import ConfigError
from dnnrun.store import Run

HISTORY = {
    "loss": [0.5, 0.3, 0.2],
    "accuracy": [0.8, 0.9, 0.95],
    "val_loss": [0.4, 0.25, 0.35],
    "val_accuracy": [0.85, 0.92, 0.91],
}


def names(comparison):
    return [row.figures.run.name.split("-", 2)[2] for row in comparison.rows]


def cells(comparison, column):
    return [row.cells[column].value for row in comparison.rows]


def test_a_row_holds_what_the_run_came_to(make_run):
    run = make_run("only", history=HISTORY, test={"loss": 0.3, "accuracy": 0.93})
    comparison = compare_runs([run])
    [row] = comparison.rows
    assert {name: cell.value for name, cell in row.cells.items()} == {
        "run": run.name,
        "status": "completed",
        "epochs finished": 3,
        "test accuracy": 0.93,
        "best val_accuracy": 0.92,
        "epoch of best val_accuracy": 2,
        "final val_accuracy": 0.91,
        "test loss": 0.3,
        "final val_loss": 0.35,
        "final loss": 0.2,
        "final accuracy": 0.95,
        "best val_loss": 0.25,
        "epoch of best val_loss": 2,
        "best loss": 0.2,
        "epoch of best loss": 3,
        "best accuracy": 0.95,
        "epoch of best accuracy": 3,
        "seconds an epoch": 1.5,
    }
    assert row.cells["epochs finished"].text == "3/3"
    assert not any(cell.is_best for cell in row.cells.values())
    assert (comparison.broken, comparison.notes) == ((), ())


def test_a_table_for_people_has_the_best_value_of_the_main_metric_only(make_run):
    comparison = compare_runs([make_run(history=HISTORY)], sort="val_loss")
    assert [column.name for column in comparison.table_columns] == [
        "run",
        "status",
        "epochs finished",
        "final val_loss",
        "best val_loss",
        "epoch of best val_loss",
        "final val_accuracy",
        "final loss",
        "final accuracy",
        "seconds an epoch",
    ]
    assert [column.name for column in comparison.columns if column.is_main] == ["final val_loss"]


def test_the_best_run_comes_first_and_the_best_values_are_marked(make_run):
    runs = [
        make_run("low", history=HISTORY, test={"accuracy": 0.90, "loss": 0.2}),
        make_run("high", history=HISTORY, test={"accuracy": 0.95, "loss": 0.3}),
        make_run("running", history=HISTORY, status=None),
    ]
    comparison = compare_runs(runs)
    assert names(comparison) == ["high", "low", "running"]
    assert (comparison.sorted_by, comparison.direction) == ("test accuracy", "max")
    assert [row.cells["test accuracy"].is_best for row in comparison.rows] == [True, False, False]
    assert [row.cells["test loss"].is_best for row in comparison.rows] == [False, True, False]
    assert cells(comparison, "status") == ["completed", "completed", "running"]
    assert names(compare_runs(runs, sort="loss")) == ["low", "high", "running"]


def test_runs_without_the_metric_or_with_nan_in_it_come_last(make_run):
    runs = [
        make_run("none"),
        make_run("nan", history={"loss": [0.1, math.nan]}),
        make_run("other", history={"mae": [3.0]}),
        make_run("worse", history={"loss": [0.9]}),
        make_run("better", history={"loss": [0.4]}),
    ]
    comparison = compare_runs(runs)
    assert names(comparison) == ["better", "worse", "none", "nan", "other"]
    assert [row.cells["final loss"].text for row in comparison.rows] == ["0.4000", "0.9000", "-", "nan", "-"]
    assert cells(comparison, "best loss") == [0.4, 0.9, None, 0.1, None]
    assert cells(comparison, "final mae") == [None, None, None, None, 3.0]


def test_the_config_keys_that_differ_are_columns_and_the_others_are_not(make_run, config):
    other = {**config, "name": "else", "description": "words", "tags": ["x"], "batch_size": 64, "seed": None}
    comparison = compare_runs([make_run("a", config=config), make_run("b", config=other)])
    assert [column.name for column in comparison.columns_of("config")] == ["seed", "batch_size"]
    assert cells(comparison, "seed") == [42, None]
    assert cells(comparison, "batch_size") == [32, 64]


def test_other_components_are_named_and_what_they_call_the_same_stands_in_one_column(make_run, config):
    other = {**config, "optimizer": {"SGD": {"learning_rate": 0.1, "momentum": 0.9}}}
    comparison = compare_runs([make_run("a", config=config), make_run("b", config=other)])
    assert cells(comparison, "optimizer") == ["Adam", "SGD"]
    assert cells(comparison, "optimizer.Adam.learning_rate") == [0.001, None]
    assert cells(comparison, "optimizer.SGD.learning_rate") == [None, 0.1]
    assert cells(comparison, "optimizer.*.learning_rate") == [0.001, 0.1]
    in_table = [(c.name, c.heading, c.align) for c in comparison.table_columns if c.kind in {"config", "argument"}]
    assert in_table == [
        ("optimizer", "optimizer", "left"),
        ("optimizer.*.learning_rate", "learning_rate", "right"),
        ("optimizer.SGD.momentum", "momentum", "right"),
    ]
    assert "optimizer.*.learning_rate" not in [column.name for column in comparison.data_columns]


def test_an_argument_that_two_components_were_given_alike_is_not_in_the_table(make_run, config):
    other = {**config, "optimizer": {"SGD": {"learning_rate": 0.001}}}
    comparison = compare_runs([make_run("a", config=config), make_run("b", config=other)])
    assert [c.name for c in comparison.table_columns if c.kind in {"config", "argument"}] == ["optimizer"]


def test_runs_with_different_losses_are_not_sorted_by_loss(make_run, config):
    history = {"loss": [0.1], "mae": [5.0], "val_loss": [0.1], "val_mae": [5.0]}
    better = {"loss": [9.0], "mae": [3.0], "val_loss": [9.0], "val_mae": [3.0]}
    runs = [make_run("mse", config={**config, "loss": "mse"}, history=history)]
    runs.append(make_run("mae", config={**config, "loss": "mae"}, history=better))
    comparison = compare_runs(runs)
    assert comparison.sorted_by == "final val_mae"
    assert names(comparison) == ["mae", "mse"]


def test_only_an_evaluation_on_the_test_set_is_called_one(make_run):
    evaluation = {"split": "validation", "rows": 9, "metrics": {"accuracy": 0.9}}
    comparison = compare_runs([make_run(history=HISTORY, evaluation=evaluation)])
    assert comparison.columns_of("test") == []
    assert comparison.sorted_by == "final val_accuracy"


def test_a_test_metric_that_was_nan_is_nan(make_run):
    comparison = compare_runs([make_run(test={"accuracy": math.nan})])
    assert math.isnan(cells(comparison, "test accuracy")[0])


def test_runs_of_one_name_in_two_places_are_named_by_their_paths(make_run, tmp_path):
    first, second = tmp_path / "one" / "20260101-000000-a", tmp_path / "two" / "20260101-000000-a"
    for path in (first, second):
        run = make_run(runs_dir=path.parent)
        run.path.rename(path)
    assert cells(compare_runs([Run(first), Run(second)]), "run") == [str(first), str(second)]


def test_no_runs_and_runs_without_a_metric_compare_to_nothing(make_run):
    assert compare_runs([]).rows == ()
    comparison = compare_runs([make_run(status=None)], sort="accuracy")
    assert (len(comparison.rows), comparison.sorted_by, comparison.direction) == (1, None, None)
    assert comparison.rows[0].cells["epochs finished"].text == "0/3"


def test_an_unknown_metric_to_sort_by_is_refused(make_run):
    with pytest.raises(ConfigError, match="no run has a metric 'acuracy'"):
        compare_runs([make_run(history=HISTORY)], sort="acuracy")


def break_json(path: Path) -> None:
    (path / "run.json").write_text('{"status": "comp')


def drop_json(path: Path) -> None:
    (path / "run.json").unlink()


def not_an_object(path: Path) -> None:
    (path / "run.json").write_text("[1, 2]")


def unknown_status(path: Path) -> None:
    (path / "run.json").write_text('{"status": "sleeping"}')


def binary(path: Path) -> None:
    (path / "run.json").write_bytes(b"\xff\xfe\x00")


def made_of_nothing(path: Path) -> None:
    (path / "run.json").write_text("")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (break_json, "run.json: damaged: "),
        (drop_json, "run.json: cannot be read: No such file or directory"),
        (not_an_object, "run.json: damaged: not a JSON object"),
        (unknown_status, "run.json: 'sleeping' is not a status"),
        (binary, "run.json: damaged: "),
        (made_of_nothing, "run.json: damaged: "),
    ],
)
def test_a_broken_run_gets_one_line_and_does_not_cost_the_others(make_run, damage, reason):
    sound, broken = make_run("sound", history=HISTORY), make_run("broken", history=HISTORY)
    damage(broken.path)
    comparison = compare_runs([Run(broken.path), sound])
    assert names(comparison) == ["sound"]
    [remark] = comparison.broken
    assert remark.run == broken.path
    assert remark.text.startswith(reason)
    assert "\n" not in str(remark)


@pytest.mark.parametrize(
    ("ending", "note"),
    [
        ("4,0.1,0.9", "history.csv: the last line is cut off"),
        ("4,0.1,x,0.2,0.9,0.001,1.5\n", "history.csv: line 5 is damaged"),
        (",0.1,0.9,0.2,0.9,0.001,1.5\n", "history.csv: line 5 is damaged"),
        ("\x00\x00\x00\n", "history.csv: line 5 is damaged"),
    ],
)
def test_a_run_whose_history_is_damaged_in_part_keeps_its_row_and_gets_a_note(make_run, ending, note):
    run = make_run(history=HISTORY)
    history = run.path / "history.csv"
    history.write_text(history.read_text() + ending)
    comparison = compare_runs([run])
    assert cells(comparison, "epochs finished") == [3]
    assert cells(comparison, "final loss") == [0.2]
    assert [remark.text for remark in comparison.notes] == [note]
    assert comparison.broken == ()


def test_a_run_whose_history_is_no_history_keeps_its_row(make_run):
    run = make_run(history=HISTORY)
    (run.path / "history.csv").write_bytes(b"\x89PNG\n\xff\xfe\n")
    comparison = compare_runs([run])
    assert cells(comparison, "epochs finished") == [0]
    [note] = comparison.notes
    assert note.text.startswith("history.csv: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "evaluation.json: damaged: "),
        ('{"split": "test"}', "evaluation.json: holds no metrics"),
        ('{"split": "test", "metrics": {"accuracy": "high"}}', "evaluation.json: holds a metric that is not a number"),
    ],
)
def test_a_run_with_a_damaged_evaluation_keeps_its_row_and_gets_a_note(make_run, content, reason):
    run = make_run(history=HISTORY)
    (run.path / "evaluation.json").write_text(content)
    comparison = compare_runs([run])
    assert comparison.columns_of("test") == []
    [note] = comparison.notes
    assert note.text.startswith(reason)


def test_a_run_whose_process_died_is_crashed(make_run):
    run = make_run(history=HISTORY)
    record = json.loads((run.path / "run.json").read_text())
    record |= {"status": "running", "process": {**record["process"], "pid": 2**22 + 1}}
    (run.path / "run.json").write_text(json.dumps(record))
    assert cells(compare_runs([Run(run.path)]), "status") == ["crashed"]


def test_a_run_without_a_config_does_not_make_every_key_differ(make_run):
    comparison = compare_runs([make_run("a"), make_run("b", config=None)])
    assert comparison.columns_of("config") == []
    assert [note.text for note in comparison.notes] == ["run.json: holds no config"]
    assert comparison.rows[1].cells["epochs finished"].text == "0"


def test_a_comparison_starts_no_heavy_package(make_run):
    paths = [str(make_run("a", history=HISTORY).path), str(make_run("b", history=HISTORY).path)]
    program = """
import json, sys
from dnnrun.analysis.comparison import compare_runs
from dnnrun.analysis.comparison_formats import to_csv, to_json, to_markdown
from dnnrun.analysis.comparison_layout import fit_columns
from dnnrun.analysis.plots.table import PLOTS
from dnnrun.store import Run
comparison = compare_runs([Run(path) for path in sys.argv[1:]])
to_csv(comparison), to_markdown(comparison), fit_columns(comparison, 80), PLOTS
heavy = {"tensorflow", "keras", "matplotlib", "pandas", "sklearn", "pydantic"} & set(sys.modules)
print(json.dumps([len(to_json(comparison)["runs"]), sorted(heavy)]))
"""
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [2, []]


def test_parameters_are_shown_where_they_differ(make_run):
    runs = [make_run("small", history=HISTORY, parameters=7850), make_run("large", history=HISTORY, parameters=101770)]
    assert cells(compare_runs(runs), "parameters") == [7850, 101770]
    assert "parameters" not in compare_runs(runs[:1]).rows[0].cells
    assert cells(compare_runs(runs[:1], everything=True), "parameters") == [7850]


def test_everything_shows_keys_that_do_not_differ(make_run):
    comparison = compare_runs([make_run("a", history=HISTORY), make_run("b", history=HISTORY)], everything=True)
    assert cells(comparison, "optimizer.Adam.learning_rate") == [0.001, 0.001]
    assert cells(comparison, "model.layers.1.Dense.units") == [128, 128]


def test_only_the_wanted_metrics_are_shown_and_the_first_of_them_sorts(make_run):
    runs = [
        make_run("a", history={"loss": [0.1], "val_loss": [0.5], "accuracy": [0.8], "val_accuracy": [0.7]}),
        make_run("b", history={"loss": [0.2], "val_loss": [0.4], "accuracy": [0.9], "val_accuracy": [0.6]}),
    ]
    comparison = compare_runs(runs, metrics=["loss"])
    figures = {column.name for column in comparison.columns if column.kind in {"test", "best", "final"}}
    assert figures == {"final val_loss", "final loss", "best val_loss", "best loss"}
    assert comparison.sorted_by == "final val_loss"
    assert cells(comparison, "run") == [runs[1].name, runs[0].name]
    assert compare_runs(runs, "accuracy", metrics=["loss"]).sorted_by == "final val_accuracy"
    with pytest.raises(ConfigError, match="no run has a metric 'f1'"):
        compare_runs(runs, metrics=["f1"])


def test_the_best_runs_only(make_run, config):
    runs = [make_run(f"r{index}", history={"val_loss": [float(index)]}) for index in (3, 1, 2)]
    comparison = compare_runs(runs, top=2)
    assert cells(comparison, "final val_loss") == [1.0, 2.0]
