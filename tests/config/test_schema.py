"""The schema: what a valid config becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from dnnrun.components import Component
from dnnrun.config.load import complete, load_config, parse_experiment
from dnnrun.config.reader import Document, read_text
from dnnrun.config.resolved import to_yaml
from dnnrun.config.schema import DatasetConfig, EstimatorConfig, Experiment, ModelConfig
from dnnrun.errors import ConfigError

Load = Callable[..., Experiment]


def test_an_experiment_is_frozen(load: Load) -> None:
    experiment = load("metrics: [accuracy]")
    assert isinstance(experiment.model, ModelConfig)
    with pytest.raises(ValidationError):
        experiment.epochs = 3
    with pytest.raises(ValidationError):
        experiment.dataset.shuffle = False
    with pytest.raises(ValidationError):
        experiment.model.layers = ()
    with pytest.raises(AttributeError):
        experiment.optimizer.name = "SGD"  # type: ignore[misc]
    assert isinstance(experiment.metrics, tuple)
    assert isinstance(experiment.model.layers, tuple)


def test_every_key_says_what_it_means() -> None:
    for section in (Experiment, DatasetConfig, ModelConfig, EstimatorConfig):
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"


def test_only_two_keys_are_always_needed() -> None:
    assert [name for name, field in Experiment.model_fields.items() if field.is_required()] == [
        "dataset", "model",
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["optimizer", "loss"])
def test_a_network_needs_two_more(missing: str) -> None:
    config = {"dataset": "iris", "model": {"layers": [{"Dense": 3}]}, "optimizer": "Adam", "loss": "mse"}
    del config[missing]
    with pytest.raises(ConfigError, match=f"the key '{missing}' is missing"):
        parse_experiment(Document(config))
    with pytest.raises(ConfigError, match=f"{missing}: expected an? .*, not nothing"):
        parse_experiment(Document({**config, missing: None}))


@pytest.mark.parametrize("estimator", ["GaussianNB", {"GaussianNB": None}, {"SGDClassifier": {"loss": "log_loss"}}])
def test_an_estimator_needs_nothing_else(estimator: object) -> None:
    experiment = parse_experiment(Document({"dataset": "iris", "model": {"sklearn": estimator}}))
    assert isinstance(experiment.model, EstimatorConfig)
    assert (experiment.optimizer, experiment.loss) == (None, None)
    assert [output.loss.name for output in experiment.outputs] == ["sparse_categorical_crossentropy"]
    again = experiment.changed(seed=1)
    assert (again.model, again.loss, again.seed) == (experiment.model, None, 1)
    assert parse_experiment(read_text(to_yaml(experiment), "resolved")).model == experiment.model


def test_arguments_of_an_estimator_are_not_taken_for_those_of_keras() -> None:
    config = {"MLPClassifier": {"activation": "tanh", "learning_rate": "adaptive", "hidden_layer_sizes": [8, 4]}}
    experiment = parse_experiment(Document({"dataset": "iris", "model": {"sklearn": config}}))
    assert isinstance(experiment.model, EstimatorConfig)
    assert experiment.model.sklearn.arguments == {**config["MLPClassifier"], "hidden_layer_sizes": (8, 4)}
    inner = {"AdaBoostRegressor": {"estimator": {"DecisionTreeRegressor": {"max_depth": 2}}}}
    experiment = parse_experiment(Document({"dataset": "boston_housing", "model": {"sklearn": inner}}))
    assert isinstance(experiment.model, EstimatorConfig)
    assert experiment.model.sklearn.arguments["estimator"].name == "DecisionTreeRegressor"
    assert [output.loss.name for output in experiment.outputs] == ["mse"]


def test_defaults(load: Load) -> None:
    experiment = load()
    assert (experiment.epochs, experiment.batch_size, experiment.seed, experiment.shuffle) == (1, 32, 42, True)
    assert (experiment.device, experiment.precision, experiment.threads, experiment.jit) == (
        "auto",
        "float32",
        "auto",
        "auto",
    )
    assert experiment.dataset == DatasetConfig(source=Component("mnist"))


def test_arguments_are_parsed_by_their_names(load: Load) -> None:
    experiment = load("""
        model:
          layers:
            - {Dense: {units: 8, kernel_initializer: he_normal, activation: relu, kernel_regularizer: {L2: 1e-4}}}
            - {Bidirectional: {layer: {LSTM: 4}}}
            - {RNN: {cell: [{LSTMCell: 4}, {GRUCell: 5}]}}
        optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}}
        """)
    assert isinstance(experiment.model, ModelConfig)
    dense, bidirectional, rnn = experiment.model.layers
    assert dense.arguments["kernel_initializer"] == Component("he_normal")
    assert dense.arguments["kernel_regularizer"] == Component("L2", {"l2": 1e-4})
    assert bidirectional.name == "Bidirectional"
    assert rnn.arguments["cell"] == (Component("LSTMCell", {"units": 4}), Component("GRUCell", {"units": 5}))
    assert experiment.optimizer.arguments["learning_rate"].name == "CosineDecay"


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [
        ("seed: null", "seed", None),
        ("seed: 0", "seed", 0),
        ("seed: 4294967295", "seed", 2**32 - 1),
        ("class_weight: {0: 1, 1: 2.5}", "class_weight", {0: 1.0, 1: 2.5}),
        ("class_weight: {'0': 1, spam: 2.5}", "class_weight", {"0": 1.0, "spam": 2.5}),
        ("threads: 4", "threads", 4),
        ("jit: true", "jit", True),
        ("name: 'été 1'", "name", "été 1"),
        ("name: no", "name", "no"),
        ("metrics: []", "metrics", ()),
        ("tags: []", "tags", ()),
    ],
)
def test_values_that_are_allowed(load: Load, written: str, key: str, value: object) -> None:
    found = getattr(load(written), key)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("file", "name"),
    [("mnist_adam.yaml", "mnist_adam"), (".hidden.yaml", "hidden"), ("a<b>|c.yaml", "a_b__c"), ("a.b.yaml", "a.b"),
     ("?.yaml", "_"), ("x" * 240 + ".yaml", "x" * 200), ("é" * 120 + ".yaml", "é" * 100)],
)  # fmt: skip
def test_the_files_name_is_the_default_name_and_always_a_good_one(
    tmp_path: Path, valid: str, file: str, name: str
) -> None:
    path = tmp_path / file
    path.write_text(valid)
    experiment = load_config(path)
    assert experiment.run_name == name
    Experiment.model_validate({"dataset": "mnist", "model": "a:b", "optimizer": "Adam", "loss": "mse", "name": name})


def test_changed_keeps_the_places(load: Load) -> None:
    experiment = load("epochs: 3")
    changed = experiment.changed(epochs=1)
    assert (changed.epochs, experiment.epochs) == (1, 3)
    assert changed.place(("epochs",)) == experiment.place(("epochs",))
    assert str(changed.place(("epochs",))).startswith("config.yaml:") or changed.place(("epochs",)) is not None


def test_an_experiment_made_in_python_has_no_places() -> None:
    experiment = Experiment.model_validate({"dataset": "mnist", "model": "a:b", "optimizer": "Adam", "loss": "mse"})
    assert experiment.place(("epochs",)) is None
    assert experiment.model == Component("a:b")
    assert experiment.run_name == "experiment"


def test_several_faults_are_reported_in_the_order_of_the_file(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load("epochs: 0\nmetrics: [accuraci]\nbatch_size: x\nclass_weight: 3\ncallbacks: [Erly]")
    lines = [problem.where.line for problem in caught.value.problems if problem.where]
    assert len(lines) == 5
    assert lines == sorted(lines)


def test_an_experiment_made_in_python_is_checked_as_one_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = {"model": {"layers": [{"Dense": 1}]}, "optimizer": "Adam", "loss": "mse"}
    table = Experiment.model_validate({"dataset": {"source": {"csv": {"path": "t.csv", "target": "y"}}}, **parts})
    assert complete(table).dataset.source.arguments["path"] == str(tmp_path / "t.csv")
    with pytest.raises(ConfigError, match="unknown data source 'mnst'"):
        complete(Experiment.model_validate({"dataset": "mnst", **parts}))
    with pytest.raises(ValidationError):
        table.changed(epochs=0)
