"""For every object that a config can name, a few lines of a config that name it."""

from __future__ import annotations

from typing import Any

from dnnrun.components import Kind, kind_of_argument
from dnnrun.config import catalog
from dnnrun.config.catalog import Entry, Parameter
from dnnrun.config.resolved import to_yaml_line

# Where an object of a kind stands, as lines of a config.
_PLACES: dict[Kind, str] = {
    "layers": "model:\n  layers:\n    - {}",
    "optimizers": "optimizer: {}",
    "schedules": "optimizer: {{Adam: {{learning_rate: {}}}}}",
    "losses": "loss: {}",
    "metrics": "metrics:\n  - {}",
    "callbacks": "callbacks:\n  - {}",
    "initializers": "model:\n  layers:\n    - {{Dense: {{units: 64, kernel_initializer: {}}}}}",
    "regularizers": "model:\n  layers:\n    - {{Dense: {{units: 64, kernel_regularizer: {}}}}}",
    "constraints": "model:\n  layers:\n    - {{Dense: {{units: 64, kernel_constraint: {}}}}}",
    "activations": "model:\n  layers:\n    - {{Dense: {{units: 64, activation: {}}}}}",
    "sources": "dataset:\n  source: {}",
    "estimators": "model:\n  sklearn: {}",
}
OWN = "my_package.module:name"  # a user's own object

# What an argument that must be given is given.
_VALUES: dict[str, Any] = {
    "activation": "relu",
    "axes": 1,
    "boundaries": [1000, 2000],
    "cell": {"LSTMCell": 32},
    "cells": [{"LSTMCell": 64}, {"LSTMCell": 32}],
    "decay_rate": 0.9,
    "decay_steps": 1000,
    "dims": [2, 1],
    "equation": "...x,xy->...y",
    "factor": 0.2,
    "filepath": "saved_model",
    "filters": 32,
    "first_decay_steps": 1000,
    "head_dim": 32,
    "height": 128,
    "height_factor": 0.1,
    "initial_learning_rate": 0.01,
    "inner_optimizer": "Adam",
    "input_dim": 10000,
    "kernel_size": 3,
    "estimator": {"LogisticRegression": {"C": 0.1}},
    "key_dim": 32,
    "layer": {"Dense": 64},
    "layers": [{"Rescaling": 0.5}],
    "max_number": 10,
    "n": 4,
    "num_bins": 100,
    "num_classes": 10,
    "num_heads": 4,
    "num_key_value_heads": 2,
    "num_query_heads": 4,
    "optimizer_map": {"kernel": "Adam"},
    "output_dim": 64,
    "output_shape": 64,
    "output_size": 4,
    "path": "data.csv",
    "pool_size": 2,
    "precision": 0.9,
    "rate": 0.2,
    "recall": 0.9,
    "scale": 1 / 255,
    "sensitivity": 0.9,
    "specificity": 0.9,
    "stddev": 0.1,
    "target": "label",
    "target_class_ids": [0, 1],
    "target_shape": [28, 28, 1],
    "units": 64,
    "values": [0.1, 0.01, 0.001],
    "width": 128,
    "width_factor": 0.1,
}
_OF_OWN = ("call_fn", "fn", "function", "module", "schedule")
# Where other arguments tell more than those that must be given.
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "Bidirectional": {"layer": {"LSTM": 32}},
    "Conv2D": {"filters": 32, "kernel_size": 3, "activation": "relu"},
    "Dense": {"units": 64, "activation": "relu"},
    "EarlyStopping": {"monitor": "val_loss", "patience": 5, "restore_best_weights": True},
    "LambdaCallback": {"on_epoch_end": OWN},
    "ModelCheckpoint": {"save_best_only": True},
    "ReduceLROnPlateau": {"monitor": "val_loss", "factor": 0.5, "patience": 5},
    "huggingface": {"name": "imdb"},
    "images": {"path": "pets", "size": [128, 128]},
    "imdb": {"num_words": 10000, "maxlen": 200},
    "npy": {"x": "features.npy", "y": "labels.npy"},
    "npz": {"path": "arrays.npz"},
    "parquet": {"path": "data.parquet", "target": "label"},
    "reuters": {"num_words": 10000, "maxlen": 200},
    "text": {"path": "reviews.csv", "text": "review", "target": "label"},
    "tfrecord": {
        "path": "records.tfrecord",
        "features": {"image": {"shape": [28, 28], "dtype": "uint8", "decode": "raw"}, "label": "int64"},
        "target": "label",
    },
    "tfds": {"name": "mnist"},
}
_DULL = {"name", "dtype", "reduction", "trainable", "autocast", "verbose"}


def example_of(kind: Kind, name: str) -> str:
    """Return lines of a config that name an object: with the arguments that it must have, or one that it may."""
    entry = catalog.entries(kind)[name]
    arguments = _ARGUMENTS.get(name) or _needed(name, entry) or _telling(kind, entry)
    return _PLACES[kind].format(to_yaml_line({name: arguments} if arguments else name))


def _needed(name: str, entry: Entry) -> dict[str, Any]:
    return {argument: _value(argument, entry.parameters[argument]) for argument in catalog.required_of(name, entry)}


def _value(argument: str, parameter: Parameter) -> Any:
    if argument in _OF_OWN:
        return OWN
    return _VALUES.get(argument, parameter.choices[0] if parameter.choices else "...")


def _telling(kind: Kind, entry: Entry) -> dict[str, Any]:
    """Return the first argument that has a default worth showing."""
    for argument, parameter in entry.parameters.items():
        is_plain = argument not in _DULL and kind_of_argument(argument, kind) in {None, "schedules"}
        if is_plain and not parameter.is_required and parameter.default not in (None, "", []):
            return {argument: parameter.default}
    return {}
