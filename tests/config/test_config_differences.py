from __future__ import annotations

from dnnrun.config.differences import differing_paths, dotted, flatten, shared_arguments, short_names


def keys(config):
    return {dotted(path): value for path, value in flatten(config).items()}


def test_keys_are_spelt_as_in_the_config():
    config = {
        "optimizer": {"Adam": {"learning_rate": {"ExponentialDecay": {"decay_steps": 10}}}},
        "model": {"activation": "relu", "layers": ["Flatten", {"Dense": {"units": 128}}]},
        "dataset": {"source": {"csv": {"path": "a.csv"}}},
        "metrics": ["accuracy"],
    }
    assert keys(config) == {
        "optimizer": "Adam",
        "optimizer.Adam.learning_rate": "ExponentialDecay",
        "optimizer.Adam.learning_rate.ExponentialDecay.decay_steps": 10,
        "model.activation": "relu",
        "model.layers.0": "Flatten",
        "model.layers.1": "Dense",
        "model.layers.1.Dense.units": 128,
        "dataset.source": "csv",
        "dataset.source.csv.path": "a.csv",
        "metrics.0": "accuracy",
    }


def test_a_component_of_ones_own_gives_its_path_as_value_and_its_argument_below():
    assert keys({"model": {"nets:make": {"width": 3}}}) == {"model": "nets:make", "model.nets:make.width": 3}
    assert keys({"optimizer": {"mine:Opt": 0.5}}) == {"optimizer": "mine:Opt", "optimizer.mine:Opt": 0.5}


def test_a_list_of_plain_values_is_one_value():
    layer = {"Conv2D": {"filters": 8, "kernel_size": [3, 5]}}
    assert keys({"model": {"layers": [layer]}})["model.layers.0.Conv2D.kernel_size"] == [3, 5]


def test_a_mapping_with_one_key_that_is_no_component_is_a_mapping():
    assert keys({"class_weight": {"1": 2.0}}) == {"class_weight.1": 2.0}


def test_labels_null_and_empty_are_left_out():
    assert keys({"name": "a", "description": "b", "tags": ["c"], "seed": None, "callbacks": [], "epochs": 1}) == {
        "epochs": 1
    }
    assert keys({"model": {"name": "net", "layers": ["Flatten"]}}) == {"model.name": "net", "model.layers.0": "Flatten"}


def test_one_equals_one_point_zero_but_not_true():
    number, real, truth = ({("jit",): value} for value in (1, 1.0, True))
    assert differing_paths([number, real]) == []
    assert differing_paths([number, truth]) == [("jit",)]


def test_differing_keys_stand_in_the_order_of_the_config_and_layers_by_position():
    first = flatten({"seed": 1, "model": {"layers": [{"Dense": {"units": 1}}, "Flatten"]}, "epochs": 1})
    second = flatten({"seed": 2, "model": {"layers": [{"Dropout": {"rate": 0.1}}, "ReLU", "GELU"]}, "epochs": 2})
    assert [dotted(path) for path in differing_paths([first, second])] == [
        "seed",
        "model.layers.0",
        "model.layers.0.Dense.units",
        "model.layers.0.Dropout.rate",
        "model.layers.1",
        "model.layers.2",
        "epochs",
    ]


def test_short_names_are_as_long_as_they_must_be_to_differ():
    paths = [
        ("optimizer",),
        ("optimizer", "Adam", "learning_rate"),
        ("optimizer", "SGD", "learning_rate"),
        ("model", "layers", 1),
        ("model", "layers", 1, "Dense", "units"),
        ("batch_size",),
    ]
    assert short_names(paths) == [
        "optimizer",
        "Adam.learning_rate",
        "SGD.learning_rate",
        "layers.1",
        "units",
        "batch_size",
    ]


def test_arguments_of_one_name_are_shared_by_components_in_one_place_only():
    paths = [
        ("optimizer",),
        ("optimizer", "Adam", "learning_rate"),
        ("optimizer", "SGD", "learning_rate"),
        ("optimizer", "SGD", "momentum"),
        ("model", "layers", 0, "Dense", "units"),
        ("model", "layers", 1, "Dense", "units"),
    ]
    assert shared_arguments(paths) == {("optimizer", "*", "learning_rate"): [paths[1], paths[2]]}
