"""That every plot is drawn, whatever the run holds; what it shows is tested by its numbers."""

from __future__ import annotations

import importlib
import math
import struct
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from dnnrun.analysis import plots
from dnnrun.analysis.plots.plot import Plot, render, set_title
from dnnrun.analysis.plots.table import PLOTS, draw_plots, load_plot
from dnnrun.errors import ConfigError

CURVE = {"loss": [0.5, 0.3], "accuracy": [0.8, 0.9], "val_loss": [0.4, 0.3], "val_accuracy": [0.7, 0.8]}


def size_of(image: bytes) -> tuple[int, int]:
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def classification(classes, matrix):
    return {
        "split": "test",
        "task": "classification",
        "classification": {"classes": classes, "confusion_matrix": np.asarray(matrix).tolist()},
    }


def images(count, shape=(8, 8), classes=3):
    return {
        "sample_inputs": np.random.default_rng(0).random((count, *shape)),
        "sample_rows": np.arange(count),
        "true": np.arange(count) % classes,
        "predicted_class": np.zeros(count, dtype=int),
        "predicted": np.full((count, classes), 1 / classes),
    }


def test_every_plot_in_the_table_is_one():
    assert all(isinstance(load_plot(name), Plot) for name in PLOTS)


def test_a_classification_of_images_gets_its_plots(make_run):
    run = make_run(history=CURVE, evaluation=classification("abc", np.eye(3)), predictions=images(5))
    paths, problems = draw_plots(run)
    assert [path.name for path in paths] == [
        "loss.png", "metrics.png", "learning_rate.png", "confusion_matrix.png", "confusion_rates.png", "per_class.png",
        "calibration.png", "samples.png",
    ]  # fmt: skip
    assert problems == []
    assert sorted(paths) == run.plots
    for path in paths:
        width, height = size_of(path.read_bytes())
        assert 600 < width < 2500
        assert 400 < height < 2500


def test_a_regression_gets_its_plots(make_run):
    evaluation = {"split": "test", "task": "regression", "regression": {"mae": 1.0, "rmse": 1.2, "r2": 0.9}}
    arrays = {"true": np.arange(9.0), "predicted": np.arange(9.0)[:, None] + 0.5}
    paths, problems = draw_plots(make_run(history=CURVE, evaluation=evaluation, predictions=arrays))
    assert [path.stem for path in paths] == ["loss", "metrics", "learning_rate", "predicted_vs_true", "residuals"]
    assert problems == []


@pytest.mark.parametrize(
    "history",
    [
        {"loss": [0.5], "mae": [0.5]},
        {"loss": [math.nan] * 3, "mae": [math.inf] * 3},
        {"loss": [0.5, math.nan, 0.2], "val_loss": [math.nan, 0.3, math.nan], "val_mae": [math.nan, 1.0, math.nan]},
        {"loss": [1e-7, 1e30], "mae": [0.0, -1e30]},
        {"loss": list(np.linspace(1, 0.1, 300)), "mae": list(np.linspace(2, 1, 300))},
        {"loss": [0.3, 0.3], **{f"a_metric_with_quite_a_long_name_{i}": [0.1 * i, 0.2] for i in range(12)}},
    ],
    ids=["one epoch", "no number at all", "gaps", "huge", "300 epochs", "12 metrics"],
)
def test_curves_of_every_kind_are_drawn(make_run, history):
    paths, problems = draw_plots(make_run(history=history), ["loss", "metrics"])
    assert problems == []
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("classes", "widest"),
    [
        (["no", "yes"], 1000),
        ([f"a class with a very long name, number {i}" for i in range(20)], 2300),
        (range(100), 2500),
    ],
)
def test_confusion_matrices_of_few_and_many_classes_are_drawn(make_run, classes, widest):
    names = [str(name) for name in classes]
    matrix = np.full((len(names), len(names)), 3) + 100 * np.eye(len(names), dtype=int)
    [path], problems = draw_plots(make_run(evaluation=classification(names, matrix)), ["confusion_matrix"])
    assert problems == []
    assert size_of(path.read_bytes())[0] < widest


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (16, 8, 3)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_samples_in_grey_and_colour_are_drawn(make_run, shape, count):
    [path], problems = draw_plots(make_run(predictions=images(count, shape)), ["samples"])
    assert problems == []
    assert size_of(path.read_bytes())


def test_names_that_look_like_mathematics_or_lack_a_glyph_are_drawn(make_run):
    run = make_run("cost_$5_$x^{", history=CURVE, evaluation=classification(["$a^{$", "數字"], np.eye(2)))
    _, problems = draw_plots(run)
    assert problems == []


def test_one_target_value_and_one_row_are_drawn(make_run):
    evaluation = {"split": "test", "task": "regression"}
    arrays = {"true": np.zeros(1), "predicted": np.zeros((1, 1))}
    _, problems = draw_plots(make_run(evaluation=evaluation, predictions=arrays), ["predicted_vs_true"])
    assert problems == []


def test_a_run_with_nothing_to_draw_has_no_plots_and_no_problems(make_run):
    run = make_run(status=None)
    assert draw_plots(run) == ([], [])
    _, [problem] = draw_plots(run, ["loss"])
    assert problem.what == f"plot 'loss': {run.path} has no numbers for it"


def test_a_plot_that_fails_is_a_problem_and_the_others_are_drawn(make_run):
    run = make_run(history=CURVE, evaluation=classification(["a"], [[1, 2]]))
    (run.path / "predictions.npz").write_bytes(b"not an archive")
    paths, problems = draw_plots(run)
    assert [path.stem for path in paths] == ["loss", "metrics", "learning_rate"]
    assert [problem.what.partition(":")[0] for problem in problems] == [
        "plots 'confusion_matrix', 'confusion_rates', 'per_class'",
        "plots 'roc', 'precision_recall', 'calibration', 'samples', 'best_and_worst'",
    ]
    assert "shape (1, 2), but there are 1 classes" in problems[0].what
    assert "damaged" in problems[1].what


def test_a_failure_that_nobody_foresaw_is_a_problem_too(make_run):
    run = make_run(history=CURVE, evaluation={"classification": {"classes": ["a"]}})
    paths, [problem] = draw_plots(run, ["confusion_matrix", "loss"])
    assert [path.stem for path in paths] == ["loss"]
    assert problem.what == "plot 'confusion_matrix': KeyError: 'confusion_matrix'"


def test_a_plot_that_does_not_exist_is_refused_before_anything_is_drawn(make_run):
    run = make_run(history=CURVE)
    with pytest.raises(ConfigError, match="no plot is called 'los'") as caught:
        draw_plots(run, ["metrics", "los"])
    assert caught.value.problems[0].hint.startswith("did you mean 'loss'?\nthe plots are: loss, ")
    assert run.plots == []


def test_the_same_run_gives_the_same_image(make_run):
    run = make_run(history=CURVE)
    assert load_plot("loss").image(run) == load_plot("loss").image(run)


def test_drawing_leaves_matplotlib_as_it_was_and_does_not_heed_the_users_settings(make_run):
    run = make_run(history=CURVE)
    plain = load_plot("loss").image(run)
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red"}):
        before = dict(mpl.rcParams)
        assert load_plot("loss").image(run) == plain
        assert dict(mpl.rcParams) == before


def test_drawing_needs_no_pyplot(make_run):
    run = make_run(history=CURVE, evaluation=classification("abc", np.eye(3)), predictions=images(2))
    program = """
import sys
from dnnrun.analysis.plots.table import draw_plots
from dnnrun.store import Run
paths, problems = draw_plots(Run(sys.argv[1]))
assert len(paths) == 8 and not problems, problems
print(sorted({"matplotlib.pyplot", "tensorflow", "keras"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program, str(run.path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_long_title_stays_within_the_figure():
    boxes = []

    def draw(figure):
        figure.set_size_inches(4, 3)
        set_title(figure, "W" * 200, "second line")
        boxes.append((figure._suptitle.get_window_extent().width, figure.bbox.width))

    render(draw)
    [(title_width, width)] = boxes
    assert 0.8 * width < title_width <= width


def test_every_plot_is_in_the_table():
    defined = {
        f"{plots.__name__}.{path.stem}:{name}"
        for path in Path(plots.__path__[0]).glob("*.py")
        for name, value in vars(importlib.import_module(f"{plots.__name__}.{path.stem}")).items()
        if isinstance(value, Plot)
    }
    assert defined == set(PLOTS.values())
