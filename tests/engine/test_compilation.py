"""Loss and metrics against the model's output: what does not fit is found before there is a run."""

from __future__ import annotations

from collections.abc import Callable

import keras
import pytest

from dnnrun.engine.preparation import Prepared
from dnnrun.engine.session import open_session

Build = Callable[..., Prepared]
Refuse = Callable[..., tuple[str, str]]

PIMA = "dataset: pima\nmodel: {layers: [{Dense: 4}, %s]}\nloss: %s\n"
BOSTON = "dataset: boston_housing\nmodel: {layers: [%s]}\nloss: %s\n"


@pytest.mark.parametrize(
    ("lines", "marked", "says"),
    [
        ("model: {layers: [{Dense: 2}]}", "{Dense: 2}", ["gives 2 numbers a row, but there are 3 classes", "units: 3"]),
        (PIMA % ("{Dense: 1}", "sparse_categorical_crossentropy"), "{Dense: 1}", ["gives 1 number a row", "units: 2"]),
        (PIMA % ("{Dense: 2}", "categorical_crossentropy"), "{Dense: 2}", ["the labels have 1", "one_hot: true"]),
        (PIMA % ("{Dense: 3}", "binary_crossentropy"), "{Dense: 3}", ["units: 1", "one_hot: true"]),
        (BOSTON % ("{Dense: 2}", "mse"), "{Dense: 2}", ["gives 2 numbers a row, but the labels have 1", "units: 1"]),
        (BOSTON % ("{Reshape: [13, 1]}", "mse"), "{Reshape: [13, 1]}", ["an array of shape (13, 1) a row", "Flatten"]),
        ("dataset: {source: iris, one_hot: true}\nmodel: {layers: [{Dense: 4}]}\nloss: categorical_crossentropy",
         "{Dense: 4}", ["gives 4 numbers a row, but the labels have 3", "units: 3"]),
        ("dataset: {source: mnist, limit: 9}\nmodel: {layers: [{Dense: 10}]}", "{Dense: 10}",
         ["an array of shape (28, 10) a row", "put Flatten before"]),
        ("metrics: [accuracy, {F1Score: {average: macro}}]", "metrics",
         ["the metrics cannot be computed on the train rows", "a row of the output has shape (3,)"]),
        ("loss: own:make_loss", "own:make_loss", ["the loss cannot be computed on the train rows", "shape (3,)"]),
        ("dataset: {source: iris, preprocess: [{RandomFlip: vertical}]}", "model",
         ["the model cannot be computed on the train rows: Expected image tensor", "a row has shape (4,)"]),
        ("device: gpu", "gpu", ["there is no GPU that TensorFlow can use", "it finds: CPU", "device: auto"]),
        ("device: tpu", "tpu", ["there is no TPU that TensorFlow can use"]),
        ("threads: 2", "2", ["threads can't be changed once TensorFlow has started", "a new process"]),
        ("class_weight: {0: 1, 7: 2}", "7", ["class_weight names 7, which is not a class", "Iris-virginica"]),
        ("class_weight: {setosa: 2}", "setosa", ["class_weight names 'setosa'", "classes: Iris-setosa"]),
        (BOSTON % ("{Dense: 1}", "mse") + "class_weight: {0: 2}", "0", ["this is regression"]),
        ("initial_weights: nowhere.weights.h5", "nowhere.weights.h5", ["there is no such file"]),
        ("initial_weights: own.py", "own.py", ["cannot be loaded into this model", "the same layers"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_together(lines: str, marked: str, says: list[str], refuse: Refuse) -> None:
    message, text = refuse(lines)
    assert text == marked
    for part in says:
        assert part in message


@pytest.mark.parametrize(
    ("lines", "metric"),
    [
        ("metrics: [accuracy]", "accuracy"),
        (PIMA % ("{Dense: {units: 1, activation: sigmoid}}", "binary_crossentropy") + "metrics: [AUC]", "AUC"),
        ("dataset: {source: iris, one_hot: true}\nloss: {CategoricalCrossentropy: {label_smoothing: 0.1}}\n"
         "metrics: [{F1Score: {average: macro}}]", "f1_score"),
        ("dataset: {source: iris, one_hot: true}\nloss: mse\nmetrics: [accuracy]", "accuracy"),
        ("model: {layers: [{Dense: {units: 5, activation: softmax}}]}\nmetrics: [accuracy]", "accuracy"),
    ],
)  # fmt: skip
def test_what_fits(lines: str, metric: str, build: Build) -> None:
    untrained = build(lines).untrained
    assert set(untrained) == {"loss", metric}
    assert untrained["loss"] > 0


def test_trying_one_batch_leaves_no_trace(build: Build) -> None:
    model = build("metrics: [accuracy]").model
    assert float(model.metrics[0].total) == 0
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16", "float64"])
def test_precision(precision: str, build: Build) -> None:
    model = build(f"precision: {precision}").model
    dense = model.layers[-1]
    assert dense.compute_dtype == precision.removeprefix("mixed_")
    assert dense.kernel.dtype == ("float32" if "mixed" in precision else precision)
    assert keras.config.dtype_policy().name == precision


def test_the_cpu_and_the_default(build: Build) -> None:
    for lines in ("device: cpu", ""):
        session = build(lines).session
        assert session.kind in {"cpu", "gpu", "tpu"}
        assert session.device
    assert build("device: cpu").session.device == "CPU"


@pytest.mark.parametrize(("jit", "expected"), [("auto", False), ("true", True), ("false", False)])
def test_jit_is_off_on_a_cpu_unless_asked_for(jit: str, expected: bool, build: Build) -> None:
    assert build(f"device: cpu\njit: {jit}").model.jit_compile is expected


def test_each_session_begins_anew(build: Build) -> None:
    assert build("precision: float64").model.layers[-1].name == build().model.layers[-1].name
    assert keras.config.dtype_policy().name == "float32"
    prepared = build()
    assert open_session(prepared.experiment, prepared.dataset).scope
