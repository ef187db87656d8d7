"""The sizes of whole models: a table of layers whose sums are those of the model, and the memory to train it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.api.training import describe
from dnnrun.engine.measuring import sizes_of
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.sizes import ModelSizes
from dnnrun.errors import ConfigError

Build = Callable[..., Prepared]

IMAGES = """
    dataset: {source: mnist, limit: 64}
    model:
      activation: relu
      layers:
        - {Reshape: [28, 28, 1]}
        - {Conv2D: {filters: 4, kernel_size: 3}}
        - BatchNormalization
        - MaxPooling2D
        - Flatten
        - {Dense: {units: 10, activation: softmax}}
    batch_size: 16
    """


def test_a_network_on_images(build: Build) -> None:
    sizes = sizes_of(build(IMAGES))
    convolved, pooled = 26 * 26 * 4, 13 * 13 * 4
    rows = [(each.kind, each.output_shapes, each.parameters, each.memory, each.multiply_adds) for each in sizes.layers]
    assert rows == [
        ("Rescaling", ((28, 28),), 0, 0, 0),  # over before training begins
        ("Reshape", ((28, 28, 1),), 0, 0, 0),
        ("Conv2D", ((26, 26, 4),), 9 * 4 + 4, convolved * 4, convolved * 9),
        ("BatchNormalization", ((26, 26, 4),), 4 * 4, convolved * 4, 0),
        ("MaxPooling2D", ((13, 13, 4),), 0, pooled * 4, 0),
        ("Flatten", ((pooled,),), 0, 0, 0),
        ("Dense", ((10,),), pooled * 10 + 10, 10 * 4, pooled * 10),
    ]  # fmt: skip
    assert sizes.parameters == sum(layer.parameters for layer in sizes.layers)
    assert sizes.trainable == sizes.parameters - 2 * 4
    assert sizes.memory == sum(layer.memory or 0 for layer in sizes.layers)
    assert sizes.multiply_adds == convolved * 9 + pooled * 10
    assert (sizes.input_shapes, sizes.batch_size) == ({"rows": (28, 28)}, 16)


def test_a_graph_of_two_inputs_and_two_outputs(build: Build) -> None:
    Path("table.csv").write_text("a,b,c,kind,size\n" + "1,2,3,x,5\n4,5,6,y,6\n" * 8)
    sizes = sizes_of(
        build(
            """
            dataset:
              source: {csv: {path: table.csv, target: {kind: kind, size: size}}}
              inputs: {left: [a, b], right: c}
            model:
              layers:
                - {Dense: {units: 4, name: wide, inputs: left}}
                - {Concatenate: {name: both, inputs: [wide, right]}}
                - {Dense: {units: 2, activation: softmax, name: kind}}
                - {Dense: {units: 1, name: size, inputs: both}}
            loss: {kind: sparse_categorical_crossentropy, size: mse}
            """
        )
    )
    assert sizes.input_shapes == {"left": (2,), "right": (1,)}
    assert {each.name: each.multiply_adds for each in sizes.layers} == {"wide": 8, "both": 0, "kind": 10, "size": 5}
    assert sizes.multiply_adds == 23


def test_the_memory_to_train(build: Build) -> None:
    training = sizes_of(build(IMAGES)).training
    sizes = sizes_of(build(IMAGES))
    assert training.parameters == 4 * sizes.parameters
    assert training.gradients == 4 * sizes.trainable
    adam = 2 * 4 * sizes.trainable  # two moments for each, and the steps and the rate
    assert adam < training.optimizer <= adam + 64
    assert training.activations == 16 * (sizes.memory or 0)
    assert training.backward == 2 * 16 * (26 * 26 * 4 * 4)  # of what the convolution gives
    assert training.batch == 16 * (28 * 28 * 4 + 8)  # images rescaled, class numbers of eight bytes
    assert training.data == 2 * 64 * (28 * 28 * 4 + 8)
    assert training.total == sum(
        [
            training.parameters,
            training.gradients,
            training.optimizer,
            training.activations,
            training.backward,
            training.batch,
            training.data,
        ]
    )


def test_optimizers_and_precision_count(build: Build) -> None:
    dense = "model: {layers: [{Dense: {units: 8, name: a}}, {Dense: {units: 3, dtype: float32}}]}\nbatch_size: 2\n"
    plain = sizes_of(build(dense + "optimizer: SGD"))
    assert plain.training.optimizer < 64
    assert sizes_of(build(dense + "optimizer: {SGD: {momentum: 0.9}}")).training.optimizer > 4 * plain.trainable
    half = sizes_of(build(dense + "precision: mixed_bfloat16"))
    assert [layer.memory for layer in plain.layers] == [8 * 4, 3 * 4]
    assert [layer.memory for layer in half.layers] == [8 * 2, 3 * 4]
    assert half.training.parameters == plain.training.parameters


def test_a_batch_larger_than_the_data(build: Build) -> None:
    assert sizes_of(build("batch_size: 1000")).batch_size == 150


def test_a_model_of_ones_own_is_shown_with_its_layers(build: Build) -> None:
    layers = sizes_of(build("model: own:net\ndataset: {source: iris, preprocess: [Normalization]}")).layers
    shown = [(layer.kind, layer.multiply_adds) for layer in layers]
    assert shown == [("Normalization", 0), ("Dense", 16), ("Dense", 12)]
    noisy = sizes_of(build("model: own:net\ndataset: {source: iris, preprocess: [{GaussianNoise: 0.1}]}")).layers
    noise, inner = noisy
    assert (noise.kind, inner.name, inner.kind) == ("GaussianNoise", "mine", "Functional")
    assert [(layer.kind, layer.multiply_adds) for layer in inner.layers] == [("Dense", 16), ("Dense", 12)]
    assert (inner.multiply_adds, inner.parameters, inner.memory) == (28, 35, 28)


def test_a_subclassed_model_and_a_layer_by_import_path(build: Build) -> None:
    assert [(layer.name, layer.multiply_adds) for layer in sizes_of(build("model: own:OwnStep")).layers] == [
        ("dense", 12)
    ]
    gate = sizes_of(build("model: {layers: [own:Gate, {Dense: 3}]}")).layers[0]
    assert (gate.kind, gate.multiply_adds, gate.memory) == ("Gate", 0, 16)


OWN_CODE = """
import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def build(self, shape):
        self.out = self.add_weight(shape=(4, 3))

    def call(self, rows):
        return keras.ops.softmax(keras.ops.matmul(self.dense(self.dense(rows)), self.out))


class NotInAGraph(keras.layers.Layer):
    def call(self, rows):
        return rows * float(rows[0, 0])

    def compute_output_spec(self, rows):
        return keras.KerasTensor(rows.shape, rows.dtype)
"""


def test_what_a_models_own_code_multiplies_is_shown_beside_its_layers(build: Build, folder: Path) -> None:
    (folder / "own.py").write_text(OWN_CODE)
    sizes = sizes_of(build("model: own:Net"))
    assert [(layer.name, layer.multiply_adds) for layer in sizes.layers] == [
        ("dense", 2 * 16),
        ("beside the layers", 12),
    ]
    assert (sizes.multiply_adds, sizes.parameters) == (44, 4 * 4 + 4 + 12)


def test_a_layer_that_cannot_be_traced_is_refused_at_the_model(build: Build, folder: Path) -> None:
    (folder / "own.py").write_text(OWN_CODE)
    with pytest.raises(ConfigError, match="cannot be computed in a graph") as caught:
        sizes_of(build("model: {layers: [own:NotInAGraph, {Dense: 3}]}"))
    assert caught.value.problems[0].where is not None


def test_describe_writes_nothing_and_takes_the_cpu_whatever_the_config_says(folder: Path) -> None:
    before = sorted(folder.iterdir())
    sizes = describe({
        "dataset": "iris", "model": {"layers": [{"Dense": {"units": 3, "activation": "softmax"}}]}, "optimizer": "Adam",
        "loss": "sparse_categorical_crossentropy", "callbacks": ["ModelCheckpoint"], "device": "gpu", "threads": 7,
    })  # fmt: skip
    assert isinstance(sizes, ModelSizes)
    assert sizes.multiply_adds == 12
    assert sorted(folder.iterdir()) == before
