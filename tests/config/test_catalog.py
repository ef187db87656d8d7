"""What is known of Keras's names without Keras."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dnnrun.components import KINDS, Kind
from dnnrun.config import catalog
from dnnrun.config.directions import direction_of, known_direction
from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from dnnrun.errors import ConfigError


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("layers", "Dense"), ("layers", "LSTMCell"), ("layers", "Rescaling"), ("layers", "MultiHeadAttention"),
        ("optimizers", "Adam"), ("optimizers", "adam"), ("optimizers", "SGD"), ("schedules", "CosineDecay"),
        ("losses", "mse"), ("losses", "sparse_categorical_crossentropy"), ("losses", "Huber"),
        ("metrics", "accuracy"), ("metrics", "acc"), ("metrics", "AUC"), ("callbacks", "EarlyStopping"),
        ("callbacks", "ModelCheckpoint"), ("initializers", "he_normal"), ("initializers", "HeNormal"),
        ("regularizers", "L2"), ("regularizers", "l2"), ("constraints", "MaxNorm"), ("activations", "relu"),
        ("activations", "softmax"), ("sources", "mnist"), ("sources", "csv"),
        ("estimators", "SGDClassifier"), ("estimators", "DummyRegressor"), ("estimators", "KNeighborsClassifier"),
    ],
)  # fmt: skip
def test_names_that_everybody_uses(kind: Kind, name: str) -> None:
    assert catalog.find(kind, name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("layers", "Layer"), ("layers", "Input"), ("layers", "dense"), ("optimizers", "Optimizer"), ("optimizers", "get"),
     ("losses", "Loss"), ("callbacks", "Callback"), ("callbacks", "History"), ("models", "x"),
     ("metrics", "serialize"), ("estimators", "VotingClassifier"), ("estimators", "StandardScaler")],
)  # fmt: skip
def test_names_that_a_config_cannot_use(kind: Kind, name: str) -> None:
    assert catalog.find(kind, name) is None


def test_every_kind_but_models_has_names() -> None:
    assert [kind for kind in KINDS if not catalog.entries(kind)] == ["models"]
    assert set(catalog.described_kinds()) == set(KINDS) - {"models", "sources", "estimators"}


@pytest.mark.parametrize(
    ("kind", "name", "argument"),
    [
        ("layers", "Dense", "units"), ("layers", "Dropout", "rate"), ("layers", "Conv2D", "filters"),
        ("layers", "Flatten", "data_format"), ("optimizers", "Adam", "learning_rate"), ("regularizers", "L2", "l2"),
        ("callbacks", "EarlyStopping", "monitor"), ("sources", "csv", "path"), ("sources", "mnist", None),
        ("layers", "Unheard", None), ("losses", "mse", None), ("layers", "my_pkg:Gate", None),
    ],
)  # fmt: skip
def test_first_argument(kind: Kind, name: str, argument: str | None) -> None:
    assert catalog.first_argument(kind, name) == argument


@pytest.mark.parametrize(
    ("kind", "name", "own"),
    [
        ("optimizers", "adam", "Adam"), ("optimizers", "Adam", "Adam"), ("layers", "Convolution2D", "Conv2D"),
        ("losses", "mse", "mean_squared_error"), ("metrics", "mse", "MeanSquaredError"), ("layers", "Dens", "Dens"),
        ("metrics", "binary_accuracy", "binary_accuracy"), ("activations", "swish", "silu"),
        ("metrics", "acc", "accuracy"), ("metrics", "accuracy", "accuracy"),
    ],
)  # fmt: skip
def test_own_name(kind: Kind, name: str, own: str) -> None:
    assert catalog.own_name(kind, name) == own
    assert catalog.is_same(kind, name, own)


def test_arguments_are_keras_own_and_not_only_those_of_the_outermost_class() -> None:
    dense = catalog.find("layers", "Dense")
    assert dense is not None
    assert dense.required == ("units",)
    assert {"activation", "kernel_initializer", "name", "trainable", "dtype"} <= set(dense.arguments)


def test_callbacks_that_write_have_the_argument_that_says_where() -> None:
    for name, argument in catalog.WRITES_TO.items():
        entry = catalog.find("callbacks", name)
        assert entry is not None
        assert argument in entry.arguments


def test_is_complete_only_for_the_keras_that_was_described(monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalog.is_complete("layers")
    for version in ("0.0.1", None):
        monkeypatch.setattr(catalog, "installed_keras", lambda version=version: version)
        assert not catalog.is_complete("layers")
        assert catalog.is_complete("sources")


def test_under_another_keras_an_unknown_name_is_a_warning(
    load: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "installed_keras", lambda: "0.0.1")
    experiment = load("metrics: [Brandnew, {AUC: {new_argument: 3}}]")
    assert experiment.metrics[0].name == "Brandnew"
    assert {problem.severity for problem in experiment.warnings} == {"warning"}
    name, argument = experiment.warnings
    assert name.what == "unknown metric 'Brandnew'"
    assert argument.what == "AUC has no argument 'new_argument'"
    doubt = f"dnnrun knows Keras {catalog.described_keras()}, and Keras 0.0.1 is installed"
    assert all(problem.where and doubt in problem.hint for problem in (name, argument))
    assert experiment.changed(epochs=3).warnings == experiment.warnings
    with pytest.raises(ConfigError, match="unknown data source"):
        load("dataset: mnst")


def test_the_real_version_is_read_without_importing_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    version = catalog.installed_keras()
    assert version is not None
    assert version.split(".")[0] == "3"


def test_a_callback_that_writes_needs_no_path(load: Callable[..., Experiment]) -> None:
    assert load("callbacks: [ModelCheckpoint, CSVLogger, {ModelCheckpoint: {save_best_only: true}}]").callbacks


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("loss", "min"), ("val_loss", "min"), ("accuracy", "max"), ("val_accuracy", "max"), ("accuracy_1", "max"),
        ("sparse_categorical_accuracy", "max"), ("auc", "max"), ("auc_2", "max"), ("precision_1", "max"),
        ("val_recall", "max"), ("mae", "min"), ("mean_absolute_error", "min"), ("root_mean_squared_error", "min"),
        ("r2_score", "max"), ("f1_score", "max"), ("false_negatives", "min"), ("true_positives", "max"),
        ("mean_io_u", "max"), ("precision_at_recall", "max"), ("hinge", "min"), ("cosine_similarity", "max"),
        ("binary_io_u", "max"), ("top_k_categorical_accuracy", "max"), ("kl_divergence", "min"),
    ],
)  # fmt: skip
def test_direction(metric: str, direction: str) -> None:
    assert direction_of(metric) == direction


def test_load_config_takes_a_path_or_a_text(load: Callable[..., Experiment]) -> None:
    load()
    assert load_config("config.yaml").name == "config"


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        ("val_loss", "min"),
        ("kind_loss", "min"),
        ("mae", "min"),
        ("log_cosh", "min"),
        ("val_acc", "max"),
        ("area", None),
    ],
)
def test_nothing_is_said_of_a_metric_whose_name_does_not_tell(metric: str, better: str | None) -> None:
    assert known_direction(metric) == better
    assert direction_of(metric) == (better or "min")
