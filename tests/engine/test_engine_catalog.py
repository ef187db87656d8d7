"""The catalogue that is shipped is the one that the installed Keras gives."""

from __future__ import annotations

import json
from importlib import resources

import keras
import pytest

from dnnrun.components import Kind
from dnnrun.config import catalog as shipped
from dnnrun.config.signatures import BASES
from dnnrun.engine import catalog

SHIPPED = json.loads(resources.files("dnnrun.config").joinpath(shipped.FILE).read_text())


@pytest.mark.parametrize("kind", catalog.MODULES)
def test_the_shipped_catalogue_is_that_of_the_installed_keras(kind: Kind) -> None:
    if SHIPPED["keras"] != keras.__version__:
        pytest.skip(f"the catalogue describes Keras {SHIPPED['keras']}, and {keras.__version__} is installed")
    assert SHIPPED[kind] == catalog.describe(kind)


def test_it_is_complete() -> None:
    assert set(SHIPPED) == {"keras", *catalog.MODULES}
    assert len(SHIPPED["layers"]) > 130
    assert min(len(SHIPPED[kind]) for kind in catalog.MODULES) >= 6


@pytest.mark.parametrize(
    ("kind", "name", "required", "some"),
    [
        ("layers", "Dense", ["units"], ["activation", "kernel_initializer", "activity_regularizer", "dtype", "name"]),
        ("layers", "Conv2D", ["filters", "kernel_size"], ["strides", "padding", "trainable", "name"]),
        ("layers", "LSTM", ["units"], ["return_sequences", "stateful", "name", "dtype"]),
        ("layers", "Bidirectional", ["layer"], ["merge_mode", "backward_layer"]),
        ("optimizers", "Adam", [], ["learning_rate", "beta_1", "clipnorm", "weight_decay", "ema_momentum"]),
        ("losses", "Huber", [], ["delta", "reduction", "name"]),
        ("callbacks", "EarlyStopping", [], ["monitor", "patience", "restore_best_weights"]),
        ("callbacks", "ModelCheckpoint", ["filepath"], ["save_best_only"]),
        ("schedules", "ExponentialDecay", ["initial_learning_rate", "decay_steps", "decay_rate"], ["staircase"]),
    ],
)
def test_arguments_are_found_up_the_inheritance(kind: Kind, name: str, required: list[str], some: list[str]) -> None:
    arguments = catalog.describe(kind)[name]["arguments"]
    assert [argument for argument, about in arguments.items() if "default" not in about] == required
    assert list(arguments)[: len(required)] == required
    assert set(some) <= set(arguments)
    assert not {"self", "args", "kwargs", "kwds"} & set(arguments)


@pytest.mark.parametrize("base", [*catalog.BASES.values(), keras.Model, keras.Sequential])
def test_what_the_bases_take_is_known_where_a_class_below_them_is_only_read(base: type) -> None:
    required, optional = catalog.arguments_of(base)
    assert not required
    assert set(optional) <= set(BASES[base.__name__])


def test_arguments_of_a_class_that_passes_its_keywords_on_twice() -> None:
    class Base:
        def __init__(self, must: int, may: int = 0) -> None: ...

    class Middle(Base):
        def __init__(self, middle: int = 0, **kwargs: int) -> None: ...

    class Top(Middle):
        def __init__(self, first: int, *args: int, top: int = 0, **kwargs: int) -> None: ...

    class Closed(Base):
        def __init__(self, own: int = 0) -> None: ...

    assert catalog.arguments_of(Top) == (["first"], ["top", "middle", "may"])
    assert catalog.arguments_of(Closed) == ([], ["own"])
    assert catalog.arguments_of(lambda a, b=1: a) == (["a"], ["b"])


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("optimizers", "adam", keras.optimizers.Adam),
        ("losses", "mse", keras.losses.mean_squared_error),
        ("losses", "MeanSquaredError", keras.losses.MeanSquaredError),
        ("metrics", "mae", keras.metrics.MeanAbsoluteError),
        ("initializers", "he_normal", keras.initializers.HeNormal),
        ("initializers", "zeros", keras.initializers.Zeros),
        ("regularizers", "l2", keras.regularizers.L2),
        ("constraints", "non_neg", keras.constraints.NonNeg),
        ("activations", "relu", keras.activations.relu),
    ],
)
def test_aliases(kind: Kind, name: str, found: object) -> None:
    assert catalog.find(kind, name) is found
    assert name in SHIPPED[kind]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("layers", "Layer"), ("layers", "InputLayer"), ("layers", "Input"), ("layers", "serialize"),
        ("callbacks", "History"), ("callbacks", "ProgbarLogger"), ("losses", "get"), ("optimizers", "Optimizer"),
        ("activations", "deserialize"), ("metrics", "Metric"), ("layers", "Dens"),
    ],
)  # fmt: skip
def test_what_a_config_cannot_use_is_not_in_it(kind: Kind, name: str) -> None:
    assert catalog.find(kind, name) is None
    assert name not in SHIPPED[kind]


def test_every_name_can_be_looked_up() -> None:
    for kind in catalog.MODULES:
        missing = [name for name in SHIPPED[kind] if catalog.find(kind, name) is None]
        assert SHIPPED["keras"] != keras.__version__ or not missing
