"""Models: shapes, default activations, preprocessing inside the model, and what is said of layers that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.config.topology import DataInputs, Topology
from dnnrun.config.wiring import read_topology
from dnnrun.data.load import resolve_data
from dnnrun.engine.activation import hidden_layers_to_activate
from dnnrun.engine.preparation import Prepared

Build = Callable[..., Prepared]
Refuse = Callable[..., tuple[str, str]]

IMAGES = """\
dataset: {source: mnist, limit: 40}
model:
  activation: relu
  layers:
"""


def test_a_stack_of_dense_layers(build: Build) -> None:
    model = build().model
    assert model.input_shape == (None, 4)
    assert [tuple(layer.output.shape) for layer in model.layers] == [(None, 4), (None, 8), (None, 3)]
    assert model.count_params() == (4 * 8 + 8) + (8 * 3 + 3)


def test_a_convolutional_stack_on_images(build: Build) -> None:
    layers = ["{Reshape: [28, 28, 1]}", "{Conv2D: {filters: 2, kernel_size: 3}}", "MaxPooling2D", "Flatten",
              "{Dense: {units: 10, activation: softmax}}"]  # fmt: skip
    model = build(IMAGES + "".join(f"    - {layer}\n" for layer in layers)).exported
    assert [tuple(layer.output.shape)[1:] for layer in model.layers] == [
        (28, 28), (28, 28), (28, 28, 1), (26, 26, 2), (13, 13, 2), (338,), (10,),
    ]  # fmt: skip
    assert isinstance(model.layers[1], keras.layers.Rescaling)
    assert model.layers[3].activation is keras.activations.relu


def test_names(build: Build) -> None:
    assert build("name: my run (2)").model.name == "my_run__2_"
    assert build("model: {name: net, layers: [{Dense: {units: 3, name: out}}]}").model.layers[-1].name == "out"
    assert build("model: {name: net, layers: [{Dense: 3}]}").model.name == "net"


def stack_of(*notations: object) -> Topology:
    parsed = [Component(n) if isinstance(n, str) else Component(*next(iter(n.items()))) for n in notations]  # type: ignore[attr-defined]
    return read_topology(parsed, DataInputs(), None, lambda path, *, of_key=False: None)[0]


@pytest.mark.parametrize(
    ("layers", "activated"),
    [
        (["Dense", "Dense", "Dense"], [0, 1]),
        (["Dense"], []),
        (["Flatten", "Dense", "Dropout", "Dense"], [1]),
        ([{"Dense": {"activation": "tanh"}}, "Dense", "Dense"], [1]),
        ([{"Dense": {"activation": None}}, "Dense", "Dense"], [1]),
        (["Dense", "BatchNormalization", "ReLU", "Dense", "Dense"], [3]),
        (["Dense", "Activation", "Dense"], []),
        (["Dense", "Dense", {"Activation": {"activation": "softmax"}}], [0]),
        (["Dense", "Dense", "Softmax"], [0]),
        (["Conv2D", "MaxPooling2D", "Conv2D", "Flatten", "Dense"], [0, 2]),
        (["LSTM", "Dense", "Dense"], [1]),
        (["LSTM", "Dense"], []),
        (["Embedding", "GRU", "Dense"], []),
        (["my_package:Layer", "Dense", "my_package:Layer", "Dense"], [1]),
        (["Dense", "PReLU", "Dense", "LeakyReLU", "Dense"], []),
        (["SeparableConv1D", "Flatten", "EinsumDense", "Dense"], [0, 2]),
    ],
)
def test_which_layers_get_the_default_activation(layers: list[object], activated: list[int]) -> None:
    assert hidden_layers_to_activate(stack_of(*layers)) == activated


def test_the_default_activation_is_set(build: Build) -> None:
    lines = """
    model:
      activation: {LeakyReLU: {negative_slope: 0.5}}
      layers:
        - {Dense: 4}
        - {Dense: {units: 4, activation: tanh}}
        - {Dense: 4}
        - BatchNormalization
        - ReLU
        - {Dense: 3}
        - {Activation: softmax}
    """
    activations = [layer.activation for layer in build(lines).model.layers if isinstance(layer, keras.layers.Dense)]
    assert isinstance(activations[0], keras.layers.LeakyReLU)
    assert activations[1] is keras.activations.tanh
    assert activations[2] is keras.activations.linear
    assert activations[3] is keras.activations.linear


def test_without_a_default_activation_hidden_layers_are_linear(build: Build) -> None:
    model = build("model: {layers: [{Dense: 4}, {Dense: 3}]}").model
    assert model.layers[-2].activation is keras.activations.linear


def lines_of(*layers: str) -> str:
    return "model:\n  layers:\n" + "".join(f"    - {layer}\n" for layer in layers)


OUT = "{Dense: {units: 3, activation: softmax}}"


@pytest.mark.parametrize(
    ("lines", "marked", "says"),
    [
        (lines_of("{Dense: 4}", "{Conv2D: {filters: 3, kernel_size: 3}}", OUT),
         "{Conv2D: {filters: 3, kernel_size: 3}}",
          ["Conv2D does not fit what reaches it, of shape (4,): it wants 3 dimensions a sample (height, width, ",
          "shapes on the way: rows (4,) -> Dense (4,)"]),
        (lines_of("{Reshape: [3, 3]}", OUT), "{Reshape: [3, 3]}", ["Reshape does not fit", "of shape (4,)", "(3, 3)"]),
        (lines_of("{Reshape: [2, 2]}", "{LSTM: {units: 2, return_state: true}}", OUT),
         "{LSTM: {units: 2, return_state: true}}", ["LSTM gives several outputs", "take return_state out"]),
        (lines_of("{Dense: {units: 2, name: a}}", "{Dense: {units: 4, name: a}}", OUT), "a",
         ["two layers are named 'a'"]),
        (lines_of("{Dense: {units: 2, name: rows}}", OUT), "rows", ["'rows' is the name of an input"]),
        (IMAGES + "    - {Reshape: [28, 28, 1]}\n    - {MaxPooling2D: 30}\n", "{MaxPooling2D: 30}",
         ["MaxPooling2D does not fit what reaches it, of shape (28, 28, 1)"]),
        ("dataset: {source: iris, preprocess: [StringLookup]}", "StringLookup",
         ["takes texts, and the data is numbers"]),
        ("dataset: {source: iris, preprocess: [{Hashing: 0}]}", "{Hashing: 0}", ["Hashing cannot be made"]),
        ("model: own:number", "own:number", ["own:number returned int, not a Keras model", "def make(input_shape"]),
        ("model: own:failing", "own:failing", ["own:failing failed: ValueError: no net"]),
        ("model: {own:net: {unit: 3}}", "unit", ["own:net has no argument 'unit'", "did you mean 'units'?"]),
        ("model: own:narrow", "own:narrow", ["does not take what reaches it, of shape (4,)", "7"]),
        ("model: own:two_outputs", "own:two_outputs", ["has several outputs"]),
        ("model: own:OwnStep\ndataset: {source: iris, preprocess: [{GaussianNoise: 0.1}]}", "own:OwnStep",
         ["has a train_step of its own", "take those that draw at random out of dataset.preprocess"]),
        ("model: own:nothing", "own:nothing", ["'own' has no 'nothing'"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_reported_at_its_line(lines: str, marked: str, says: list[str], refuse: Refuse) -> None:
    message, text = refuse(lines)
    assert text == marked
    for part in says:
        assert part in message


@pytest.mark.parametrize(
    ("model", "dataset"),
    [
        ("own:net", "{source: iris, preprocess: [Normalization]}"),
        ("{own:net: {units: 9}}", "iris"),
        ("{own:net: {classes: 3}}", "iris"),
        ("own:raw", "iris"),
        ("own:raw", "{source: iris, preprocess: [Normalization]}"),
        ("own:Own", "iris"),
        ("own:Own", "{source: iris, preprocess: [Normalization]}"),
        ("own:OwnStep", "iris"),
        ("own:OwnStep", "{source: iris, preprocess: [Normalization]}"),
    ],
)
def test_models_of_ones_own(model: str, dataset: str, build: Build) -> None:
    prepared = build(f"model: {model}\ndataset: {dataset}")
    assert prepared.model(prepared.dataset.train.x[:5]).shape == (5, 3)
    assert prepared.model.count_params() > 0
    wrapped = "Normalization" in dataset
    assert any(isinstance(layer, keras.layers.Normalization) for layer in prepared.exported.layers) == wrapped
    assert (type(prepared.model).__name__ == "OwnStep") == ("OwnStep" in model)
    if "units: 9" in model:
        assert prepared.model.layers[1].units == 9


def test_normalization_learns_from_the_training_rows_only(build: Build) -> None:
    prepared = build(
        "dataset: {source: pima, preprocess: [Normalization], test_split: 0.2, validation_split: 0.2}\n"
        "model: {layers: [{Dense: {units: 1, activation: sigmoid}}]}\nloss: binary_crossentropy\n"
    )
    layer = prepared.exported.layers[1]
    x = resolve_data(prepared.experiment)[1].train.x
    assert len(x) == 491
    assert np.asarray(layer.mean).ravel() == pytest.approx(x.mean(axis=0), rel=1e-4)
    assert np.asarray(layer.variance).ravel() == pytest.approx(x.var(axis=0), rel=1e-3)
    outputs = prepared.dataset.train.x
    assert outputs.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-4)


def test_normalization_behind_rescaling_learns_from_rescaled_rows(build: Build) -> None:
    prepared = build(
        "dataset: {source: mnist, limit: 60, preprocess: [{Rescaling: 0.5}, {Normalization: {axis: null}}]}\n"
        "model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}\n"
    )
    x = resolve_data(prepared.experiment)[1].train.x.astype(np.float64) * 0.5
    layer = prepared.exported.layers[2]
    assert np.asarray(layer.mean).item() == pytest.approx(x.mean(), rel=1e-4)
    assert np.asarray(layer.variance).item() == pytest.approx(x.var(), rel=1e-4)


def test_preprocessing_is_saved_inside_the_model(build: Build, folder: Path) -> None:
    prepared = build("dataset: {source: iris, preprocess: [Normalization]}")
    prepared.model.save(folder / "model.keras")
    loaded = keras.models.load_model(folder / "model.keras", compile=False)
    raw = resolve_data(prepared.experiment)[1].train.x[:9]
    rows = prepared.dataset.train.x[:9]
    assert np.array_equal(loaded.predict(raw, verbose=0), prepared.model.predict(rows, verbose=0))
    assert float(np.asarray(loaded.layers[1].mean).ravel()[0]) == pytest.approx(5.843, abs=0.01)


def test_numbers_stay_whole_for_an_embedding(build: Build, folder: Path) -> None:
    np.savez(folder / "t.npz", x=np.arange(12).reshape(6, 2), y=np.arange(6) % 2)
    prepared = build(
        "dataset: {source: {npz: t.npz}}\n"
        "model: {layers: [{Embedding: {input_dim: 12, output_dim: 3}}, Flatten, {Dense: {units: 2}}]}\n"
    )
    assert prepared.model.inputs[0].dtype == "int32"
    assert prepared.model.layers[1].output.shape == (None, 2, 3)


def test_the_seed_decides_the_first_weights(build: Build, load: Callable[..., Experiment]) -> None:
    first, again, other = (build(f"seed: {seed}").model.get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    experiment, _ = resolve_data(load("seed: null"))
    assert experiment.seed is not None


def test_a_layer_of_ones_own_learns_from_what_the_layers_before_it_make(build: Build, folder: Path) -> None:
    (folder / "own.py").write_text(
        "import keras\nimport numpy as np\n\n\nclass Peak(keras.layers.Layer):\n"
        "    def adapt(self, rows):\n        self.peak = float(np.max(rows))\n\n"
        "    def call(self, rows):\n        return rows / self.peak\n"
    )
    prepared = build(
        "dataset: {source: mnist, limit: 20, preprocess: [{Rescaling: 0.5}, own:Peak]}\n"
        "model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}\n"
    )
    assert prepared.exported.layers[2].peak == 127.5


def test_what_a_preprocessing_layer_is_given_it_does_not_learn(build: Build) -> None:
    lines = "dataset: {source: iris, preprocess: [{Normalization: {mean: 1.0, variance: 4.0}}]}"
    layer = build(lines).exported.layers[1]
    assert np.asarray(layer(np.array([[5.0, 1.0, 1.0, 1.0]]))).ravel().tolist() == [2.0, 0.0, 0.0, 0.0]


def test_a_dense_layer_inside_time_distributed_gets_the_default_activation(build: Build, folder: Path) -> None:
    np.savez(folder / "t.npz", x=np.ones((6, 5, 2)), y=np.arange(6) % 2)
    prepared = build(
        "dataset: {source: {npz: t.npz}}\nmodel:\n  activation: relu\n  layers:\n"
        "    - {TimeDistributed: {layer: {Dense: 3}}}\n    - Flatten\n    - {Dense: 2}\n"
    )
    assert prepared.model.layers[1].layer.activation is keras.activations.relu
    assert prepared.model.layers[3].activation is keras.activations.linear


def test_a_layer_of_ones_own_at_the_end_leaves_the_output_unknown(refuse: Refuse) -> None:
    lines = "model:\n  activation: relu\n  layers:\n    - {Dense: 8}\n    - {Dense: 3}\n    - own:Gate\n"
    message, marked = refuse(lines)
    assert "Dense is followed by own:Gate, so it may be the output layer or a hidden one" in message
    assert "Dense" in marked


def test_whole_numbers_are_computed_with_as_fractions(build: Build, folder: Path) -> None:
    """As an int32 input, LayerNormalization would cut its own output down to whole numbers."""
    np.savez(folder / "t.npz", x=np.array([[1, 2], [5, 3], [7, 7], [0, 1]]), y=np.arange(4) % 2)
    model = build("dataset: {source: {npz: t.npz}}\nmodel: {layers: [LayerNormalization, {Dense: 2}]}\n").model
    assert model.inputs[0].dtype == "float32"
    outputs = keras.Model(model.inputs, model.layers[1].output).predict(np.array([[1, 2]]), verbose=0)
    assert outputs.ravel() == pytest.approx([-1, 1], abs=0.01)
