"""Keras objects out of a config, at every depth, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Callable

import keras
import pytest

from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.engine.objects import in_one_line, reason_of
from dnnrun.engine.preparation import Prepared, prepare
from dnnrun.errors import ConfigError

Build = Callable[..., Prepared]
Refuse = Callable[..., tuple[str, str]]


def stack(*layers: str) -> str:
    """Return config lines of a model with these layers, and an output for the three kinds of iris."""
    lines = "".join(f"    - {layer}\n" for layer in layers)
    return f"model:\n  layers:\n{lines}    - {{Dense: {{units: 3, activation: softmax}}}}\n"


def test_initializers_regularizers_and_constraints(build: Build) -> None:
    layer = build(
        stack(
            "{Dense: {units: 4, name: d, kernel_initializer: {HeNormal: {seed: 1}}, bias_initializer: {Constant: 0.5},"
            " kernel_regularizer: {L1L2: {l1: 1e-3, l2: 1e-2}}, bias_regularizer: l2, kernel_constraint: {MaxNorm: 2}}}"
        )
    ).model.get_layer("d")
    assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)
    assert layer.kernel_initializer.seed == 1
    assert layer.bias.numpy().tolist() == [0.5] * 4
    assert (float(layer.kernel_regularizer.l1), float(layer.kernel_regularizer.l2)) == pytest.approx((1e-3, 1e-2))
    assert isinstance(layer.bias_regularizer, keras.regularizers.L2)
    assert layer.kernel_constraint.max_value == 2


@pytest.mark.parametrize(
    ("lines", "rate"),
    [
        ("optimizer: {Adam: 1e-2}", 0.01),
        ("optimizer: {SGD: {learning_rate: 0.5, momentum: 0.9}}", 0.5),
        ("optimizer: {Adam: {learning_rate: {ExponentialDecay: "
         "{initial_learning_rate: 0.25, decay_steps: 10, decay_rate: 0.9}}}}", 0.25),
        ("optimizer: {SGD: {learning_rate: {PiecewiseConstantDecay: {boundaries: [5, 9], values: [3, 2, 1]}}}}", 3),
        ("optimizer: rmsprop", 0.001),
    ],
)  # fmt: skip
def test_optimizers_and_schedules(lines: str, rate: float, build: Build) -> None:
    assert float(build(lines).model.optimizer.learning_rate) == pytest.approx(rate)


@pytest.mark.parametrize(
    "activation", ["{LeakyReLU: 0.2}", "{LeakyReLU: {negative_slope: 0.2}}", "leaky_relu", "LeakyReLU"]
)
def test_an_activation_may_be_a_layer_with_arguments(activation: str, build: Build) -> None:
    prepared = build(stack(f"{{Dense: {{units: 4, name: d, activation: {activation}}}}}"))
    slope = -float(keras.ops.convert_to_numpy(prepared.model.get_layer("d").activation(keras.ops.array([-1.0])))[0])
    assert slope == pytest.approx(0.3 if activation == "LeakyReLU" else 0.2)


def test_wrapped_layers(build: Build) -> None:
    model = build(
        stack(
            "{Reshape: [2, 2]}",
            "{Bidirectional: {layer: {LSTM: {units: 8, return_sequences: true}}, name: both}}",
            "{TimeDistributed: {layer: {Dense: {units: 5, activation: tanh}}, name: each}}",
            "{RNN: {cell: {StackedRNNCells: {cells: [{LSTMCell: 3}, {GRUCell: 2}]}}, name: cells}}",
        )
    ).model
    assert model.get_layer("both").output.shape == (None, 2, 16)
    assert model.get_layer("each").output.shape == (None, 2, 5)
    assert model.get_layer("each").layer.activation is keras.activations.tanh
    assert model.get_layer("cells").output.shape == (None, 2)


def test_metrics_and_losses_with_arguments(build: Build) -> None:
    prepared = build(
        """
        model: {layers: [{Dense: 3}]}
        loss: {SparseCategoricalCrossentropy: {from_logits: true}}
        metrics: [accuracy, sparse_categorical_accuracy, {SparseTopKCategoricalAccuracy: {k: 2, name: top}}]
        """
    )
    assert prepared.model.loss.from_logits is True
    assert set(prepared.untrained) == {"loss", "accuracy", "sparse_categorical_accuracy", "top"}
    assert prepared.untrained["accuracy"] == prepared.untrained["sparse_categorical_accuracy"]
    assert prepared.untrained["top"] >= prepared.untrained["accuracy"]


@pytest.mark.parametrize(
    ("layer", "checked"),
    [
        ("own:Gate", lambda layer: layer.factor == 2),
        ("{own:Gate: 3}", lambda layer: layer.factor == 3),
        ("{own:Gate: {factor: 4, name: gate}}", lambda layer: (layer.factor, layer.name) == (4, "gate")),
        ("own:layer", lambda layer: layer.units == 5),
        ("{own:layer_with: {units: 4, name: four}}", lambda layer: (layer.units, layer.name) == (4, "four")),
        ("{own:keras.layers.Dense: 6}", lambda layer: layer.units == 6),
    ],
)
def test_layers_of_ones_own(layer: str, checked: Callable[[object], bool], build: Build) -> None:
    assert checked(build(stack(f"{layer}")).model.layers[1])


@pytest.mark.parametrize(
    ("loss", "power"), [("own:loss", 2), ("{own:make_loss: 3}", 3), ("{own:make_loss: {power: 1}}", 1)]
)
def test_functions_of_ones_own(loss: str, power: int, build: Build) -> None:
    prepared = build(
        f"""
        dataset: {{source: boston_housing}}
        model: {{layers: [{{Dense: 1}}]}}
        loss: {loss}
        metrics: ['own:metric', mae]
        batch_size: 1
        """
    )
    assert prepared.untrained["loss"] == pytest.approx(prepared.untrained["mae"] ** power, rel=1e-4)
    assert "metric" in prepared.untrained


def test_code_has_to_be_allowed(load: Callable[..., Experiment], folder: object) -> None:
    experiment, dataset = resolve_data(load(stack("own:Gate")))
    with pytest.raises(ConfigError, match=r"config\.yaml:6:7: 'own:Gate' would run code[\s\S]*--allow-code"):
        prepare(experiment, dataset, allow_code=False)


@pytest.mark.parametrize(
    ("lines", "marked", "says"),
    [
        (stack("nowhere.at.all:Gate"), "nowhere.at.all:Gate", ["there is no module 'nowhere'", "it is looked for in"]),
        (stack("own:Gates"), "own:Gates", ["'own' has no 'Gates'", "own.py"]),
        (stack("{own:Gate: {factr: 3}}"), "factr", ["own:Gate has no argument 'factr'", "did you mean 'factor'?"]),
        (stack("own:number"), "own:number", ["own:number is no Keras layer", "int"]),
        (stack("{Dense: {units: 0}}"), "{Dense: {units: 0}}", ["Dense cannot be made", "units=0"]),
        (stack("{Dropout: 1.5}"), "{Dropout: 1.5}", ["Dropout cannot be made", "between 0 and 1"]),
        (stack("{Dense: {units: 4, kernel_initializer: {VarianceScaling: {scale: -1}}}}"),
         "{VarianceScaling: {scale: -1}}", ["VarianceScaling cannot be made", "scale=-1"]),
        ("metrics: [accuracy, {AUC: {num_thresholds: -3}}]", "{AUC: {num_thresholds: -3}}", ["num_thresholds=-3"]),
        ("loss: {SparseCategoricalCrossentropy: {reduction: total}}",
         "{SparseCategoricalCrossentropy: {reduction: total}}", ["cannot be made", "reduction=total"]),
        ("optimizer: {Adam: {learning_rate: -1}}", "{Adam: {learning_rate: -1}}", ["learning_rate", "-1"]),
        ("optimizer: {Adam: {clipnorm: 1.0, clipvalue: 1.0}}", "{Adam: {clipnorm: 1", ["Only one of"]),
        ("optimizer: {SGD: {learning_rate: {PiecewiseConstantDecay: {boundaries: [1], values: [a, b]}}}}", "{SGD: ",
         ["the learning rate cannot be computed", "string"]),
        ("callbacks: [TerminateOnNaN, 'own:number']", "own:number", ["own:number is no Keras callback", "int"]),
        ("callbacks: ['own:Gate']", "own:Gate", ["own:Gate is no Keras callback", "Gate"]),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_reported_at_its_line(lines: str, marked: str, says: list[str], refuse: Refuse) -> None:
    message, text = refuse(lines)
    assert text.strip("'").startswith(marked)
    for part in says:
        assert part in message
    assert "{{function_node" not in message


def test_messages_of_keras_are_cut_to_what_matters() -> None:
    error = ValueError(
        "Exception encountered when calling Layer.call().\n\n\x1b[1mIt does not fit\x1b[0m\n\nArguments received by x"
    )
    assert reason_of(error) == "It does not fit"
    assert in_one_line(ValueError("{{function_node __wrapped__Cast}} no cast [Op:Cast] name: ")) == "no cast"
    assert in_one_line(ValueError("x " * 1000)).endswith("...")
    assert in_one_line(KeyError()) == "KeyError"
