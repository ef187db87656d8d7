"""Weights to begin from, of an earlier model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras

from dnnrun.config.schema import Experiment
from dnnrun.data.sources import nearby_files
from dnnrun.engine.objects import in_one_line
from dnnrun.errors import ConfigError, Problem


def load_initial_weights(
    model: keras.Model, preprocessing: Sequence[keras.layers.Layer], experiment: Experiment
) -> None:
    """Load the weights that the config names, if it names any, into every layer but the preprocessing.

    Args:
        model: built.
        preprocessing: those of its layers that keep what they have learnt from this run's training rows.
        experiment: the config.

    Raises:
        ConfigError: there is no such file, or its weights are those of another model.
    """
    if experiment.initial_weights is None:
        return
    file, where = Path(experiment.initial_weights), experiment.place(("initial_weights",))
    if not file.is_file():
        raise ConfigError(Problem(f"{file}: there is no such file", where, nearby_files(file)))
    learnt = [layer.get_weights() for layer in preprocessing]
    try:
        if file.suffix == ".keras":
            model.set_weights(keras.models.load_model(file, compile=False, safe_mode=True).get_weights())
        else:
            model.load_weights(file)
    except Exception as error:
        raise ConfigError(
            Problem(
                f"the weights in {file} cannot be loaded into this model: {in_one_line(error)}",
                where,
                "they must come from a model with the same layers",
            )
        ) from error
    for layer, weights in zip(preprocessing, learnt, strict=True):
        layer.set_weights(weights)
        if hasattr(layer, "finalize_state"):  # Normalization computes with what it derived from its weights
            layer.finalize_state()
