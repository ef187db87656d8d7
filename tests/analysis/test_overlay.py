from __future__ import annotations

import math

import pytest

from dnnrun.analysis.comparison import compare_runs
from dnnrun.analysis.overlaid import gather_overlay
from dnnrun.analysis.overlay import overlay, write_overlay
from dnnrun.errors import ConfigError, RunError


def history(final, **more):
    return {"loss": [1.0, 1 - final], "accuracy": [0.1, final], "val_accuracy": [0.1, final], **more}


@pytest.fixture
def runs(make_run, config):
    def with_rate(rate, **changes):
        return {**config, "optimizer": {"Adam": {"learning_rate": rate}}, **changes}

    return [
        make_run("a", config=with_rate(0.1), history=history(0.5)),
        make_run("b", config=with_rate(0.01), history=history(0.9, mae=[1.0, 2.0])),
        make_run("c", config=with_rate(0.01), history=history(0.7)),
    ]


def test_runs_are_told_apart_by_what_differs_the_best_first(runs):
    numbers = gather_overlay(compare_runs(runs))
    assert [run.label for run in numbers.named] == [
        f"learning_rate=0.01: {runs[1].name}",
        f"learning_rate=0.01: {runs[2].name}",
        "learning_rate=0.1",
    ]
    assert numbers.sorted_by == "final val_accuracy"
    assert numbers.named[0].curves["accuracy"].validation == [0.1, 0.9]


def test_runs_of_one_config_are_told_apart_by_name(make_run):
    runs = [make_run("a", history=history(0.9)), make_run("b", history=history(0.8))]
    assert [run.label for run in gather_overlay(compare_runs(runs)).named] == [runs[0].name, runs[1].name]


def test_the_loss_comes_first_and_then_what_most_runs_have(runs):
    assert gather_overlay(compare_runs(runs)).metrics == ["loss", "accuracy", "mae"]
    assert gather_overlay(compare_runs(runs), ["val_accuracy", "accuracy"]).metrics == ["accuracy"]


def test_an_unknown_metric_is_refused(runs):
    with pytest.raises(ConfigError, match="no run has a metric 'acuracy'") as caught:
        gather_overlay(compare_runs(runs), ["acuracy"])
    assert caught.value.problems[0].hint == "did you mean 'accuracy'?\nthe runs have: loss, accuracy, mae"


def test_broken_runs_and_those_without_an_epoch_are_left_out(runs, make_run):
    broken = make_run("broken", history=history(0.9))
    (broken.path / "run.json").unlink()
    numbers = gather_overlay(compare_runs([broken, make_run("early", status=None), *runs]))
    assert len(numbers.named) == 3


def test_runs_without_any_epoch_are_an_error(make_run):
    with pytest.raises(RunError, match="none of these runs has finished an epoch"):
        overlay([make_run(status=None)])


def test_of_more_than_ten_runs_the_best_are_named_and_the_others_are_background(make_run):
    runs = [make_run(f"r{i}", history=history(0.5 + i / 100)) for i in range(12)]
    numbers = gather_overlay(compare_runs(runs))
    assert (len(numbers.named), len(numbers.others)) == (7, 5)
    assert numbers.named[0].label == runs[11].name
    assert not numbers.shows_training(numbers.named[0].curves["accuracy"])
    assert numbers.shows_training(numbers.named[0].curves["loss"])
    assert len(gather_overlay(compare_runs(runs[:10])).named) == 10
    assert overlay(runs).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG\r\n\x1a\n"), ("SVG", b"<?xml"), ("pdf", b"%PDF")], ids=str
)
def test_a_file_has_the_format_of_its_ending(runs, tmp_path, ending, start):
    path = tmp_path / f"curves.{ending}"
    write_overlay(compare_runs(runs), path)
    assert path.read_bytes().startswith(start)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == [path.name]


def test_the_same_runs_give_the_same_file(runs, tmp_path):
    assert overlay(runs, image_format="svg") == overlay(runs, image_format="svg")


@pytest.mark.parametrize("name", ["curves.gif", "curves"])
def test_another_ending_is_refused_and_writes_nothing(runs, tmp_path, name):
    with pytest.raises(ConfigError, match="cannot be written as") as caught:
        write_overlay(compare_runs(runs), tmp_path / name)
    assert caught.value.problems[0].hint == ".png, .svg, .pdf"
    assert not (tmp_path / name).exists()


def test_a_file_that_cannot_be_written_is_an_error(runs, tmp_path):
    with pytest.raises(ConfigError, match="there is no folder"):
        write_overlay(compare_runs(runs), tmp_path / "nowhere" / "curves.png")


@pytest.mark.parametrize(
    "curves",
    [
        {"loss": [0.5]},
        {"loss": [math.nan, math.nan]},
        {"mae": [1.0, 2.0]},
        {"loss": [1e-9, 1e9], **{f"m{i}": [1.0, 2.0] for i in range(8)}},
    ],
    ids=["one epoch", "no number", "no loss", "many metrics"],
)
def test_odd_runs_are_drawn(make_run, curves):
    assert overlay([make_run("a", history=curves), make_run("b", history={"loss": [0.5, 0.4, 0.3]})])


def test_more_than_seven_runs_have_each_a_look_of_their_own():
    from dnnrun.analysis.overlay import _look

    assert len({_look(index) for index in range(10)}) == 10


def test_groups_are_drawn_as_their_mean_and_deviation(make_run, config):
    def run(seed, losses):
        return make_run(f"s{seed}", config={**config, "seed": seed}, history={"loss": losses, "val_loss": losses})

    numbers = gather_overlay(compare_runs([run(1, [0.4, 0.2, 0.1]), run(2, [0.8, 0.4])]))
    [lines] = numbers.named
    assert lines.label.endswith("(mean of 2)")
    assert lines.curves["loss"].validation == pytest.approx([0.6, 0.3, 0.1])
    assert lines.curves["loss"].epochs == [1, 2, 3]
    assert lines.deviations["loss"][:2] == pytest.approx([0.4 / 2**0.5, 0.2 / 2**0.5])
    assert math.isnan(lines.deviations["loss"][2])


def test_curves_over_the_seconds_of_training(make_run):
    runs = [make_run("a", history={"loss": [0.4, 0.2]})]
    numbers = gather_overlay(compare_runs(runs), over="seconds")
    assert numbers.named[0].curves["loss"].epochs == [1.5, 3.0]
    assert overlay(runs, over="seconds").startswith(b"\x89PNG")


def test_metrics_by_any_of_their_names(make_run):
    runs = [make_run("a", history={"loss": [0.4], "val_loss": [0.4], "accuracy": [0.5]})]
    assert gather_overlay(compare_runs(runs), ["test accuracy", "best val_loss"]).metrics == ["accuracy", "loss"]
