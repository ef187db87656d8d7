"""Configs that are right although they look like others that are not: the rules have nothing to say of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun.api.validation import validate

IRIS = "dataset: {source: iris, validation_split: 0.2}\n"
PIMA = "dataset: {source: pima, validation_split: 0.2, preprocess: [Normalization]}\n"
BOSTON = "dataset: {source: boston_housing, validation_split: 0.2, preprocess: [Normalization]}\n"
SPARSE = "loss: sparse_categorical_crossentropy\n"
SOFTMAX = "{Dense: {units: 3, activation: softmax}}"
LEVELS = "user,price,liked\n" + "".join(f"{n % 5},{n * 100},{n % 2}\n" for n in range(20))
COUNTS = "a,label\n" + "".join(f"{n % 9},{n}\n" for n in range(1200))


def config(data: str, *layers: str, rest: str = SPARSE, optimizer: str = "Adam") -> str:
    return f"{data}model: {{layers: [{', '.join(layers)}]}}\noptimizer: {optimizer}\n{rest}epochs: 20\n"


RIGHT = {
    "logits": config(IRIS, "{Dense: 3}", rest="loss: {SparseCategoricalCrossentropy: {from_logits: true}}\n"),
    "activation layer at the end": config(IRIS, "{Dense: 3}", "Softmax"),
    "two units for two classes": config(PIMA, "{Dense: {units: 2, activation: softmax}}"),
    "hinge": config(PIMA, "{Dense: {units: 1, activation: tanh}}", rest="loss: hinge\n"),
    "one-hot": config(IRIS.replace("iris,", "iris, one_hot: true,"), SOFTMAX, rest="loss: categorical_crossentropy\n"),
    "squared error over classes": config(
        IRIS.replace("iris,", "iris, one_hot: true,"), SOFTMAX, rest="loss: mse\nmetrics: [accuracy]\n"
    ),
    "positive targets": config(BOSTON, "{Dense: {units: 1, activation: softplus}}", rest="loss: mse\n"),
    "two layers of tanh": config(IRIS, *["{Dense: {units: 8, activation: tanh}}"] * 2, SOFTMAX),
    "normalized deep sigmoid": config(
        IRIS, *["{Dense: {units: 8, activation: sigmoid}}", "BatchNormalization"] * 4, SOFTMAX
    ),
    "recurrent": config("dataset: mnist\n", "{LSTM: 16}", "{Dense: {units: 10, activation: softmax}}"),
    "images as columns of lines": config(
        "dataset: mnist\n",
        "{Dense: {units: 8, activation: relu}}",
        "Flatten",
        "{Dense: {units: 10, activation: softmax}}",
    ),
    "pictures with a channel, changed at random": config(
        "dataset: {source: mnist, preprocess: [{Reshape: [28, 28, 1]}, {Rescaling: 0.004}, {RandomFlip: vertical}]}\n",
        "{Conv2D: {filters: 2, kernel_size: 3}}",
        "Flatten",
        "{Dense: {units: 10, activation: softmax}}",
    ),
    "an output that begins with zeros": config(
        IRIS, "{Dense: {units: 3, activation: softmax, kernel_initializer: zeros}}"
    ),
    "a named metric": config(
        PIMA,
        "{Dense: {units: 1, activation: sigmoid}}",
        rest="loss: binary_crossentropy\nmetrics: [{AUC: {name: area, curve: PR}}, {Precision: {thresholds: 0.3}}]\n"
        "callbacks: [{EarlyStopping: {monitor: val_area, mode: max}}, "
        "{ReduceLROnPlateau: {monitor: val_precision}}]\n",
    ),
    "a metric of several values": config(
        IRIS.replace("iris,", "iris, one_hot: true,"),
        SOFTMAX,
        rest="loss: categorical_crossentropy\nmetrics: [F1Score]\n"
        "callbacks: [{EarlyStopping: {monitor: val_F1Score_1}}]\n",
    ),
    "a metric that an own callback may add": config(
        IRIS, SOFTMAX, rest=f"{SPARSE}callbacks: ['own:Adding', {{EarlyStopping: {{monitor: added}}}}]\n"
    ),
    "a rate of one for SGD": config(IRIS, SOFTMAX, optimizer="{SGD: 1.0}"),
    "scaling inside the model": config(
        "dataset: boston_housing\n", "BatchNormalization", "{Dense: 1}", rest="loss: mse\n"
    ),
    "weight decay": config(IRIS, "{Dense: 200}", "ReLU", SOFTMAX, optimizer="{Adam: {weight_decay: 1e-3}}"),
    "an embedding of one of two inputs": config(
        "dataset:\n  source: {csv: {path: levels.csv, target: liked}}\n  inputs: {user: user, price: price}\n"
        "  preprocess: {price: [Normalization]}\n",
        "{Embedding: {input_dim: 5, output_dim: 2, inputs: user}}", "{Flatten: {name: flat}}",
        "{Concatenate: {inputs: [flat, price]}}", "{Dense: {units: 1, activation: sigmoid}}",
        rest="loss: binary_crossentropy\nbatch_size: 4\n",
    ),
    "more classes than are counted": config(
        "dataset: {source: {csv: {path: counts.csv, target: label}}}\n", "{Dense: {units: 1200, activation: softmax}}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_nothing_is_said(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("levels.csv").write_text(LEVELS)
    Path("counts.csv").write_text(COUNTS)
    Path("own.py").write_text("import keras\n\n\nclass Adding(keras.callbacks.Callback):\n    pass\n")
    Path("config.yaml").write_text(text)
    assert [str(problem) for problem in validate("config.yaml")] == []


def test_an_own_callback_does_not_excuse_what_keras_would_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("import keras\n\n\nclass Adding(keras.callbacks.Callback):\n    pass\n")
    rest = f"{SPARSE}callbacks: ['own:Adding', {{EarlyStopping: {{monitor: val_loss}}}}]\n"
    Path("config.yaml").write_text(config("dataset: iris\n", SOFTMAX, rest=rest))
    assert [problem.rule for problem in validate("config.yaml")] == ["monitor-missing"]
