"""Preprocessing layers: made, and taught by the training rows where they learn from data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dnnrun.components import Component, ConfigPath
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, by_name
from dnnrun.engine.objects import ObjectBuilder, in_one_line

# What a layer would learn may be given instead: Keras then refuses to let it learn.
_GIVEN = {"mean", "variance", "bin_boundaries", "vocabulary"}
_BATCH = 1024


def preprocessing_layers(
    experiment: Experiment, dataset: Dataset, name: str, builder: ObjectBuilder
) -> Iterator[tuple[Any, Component, ConfigPath]]:
    """Yield each preprocessing layer of an input with its component and path, adapted to what those before it give.

    Only the training rows are shown to them. A layer is to be put on the model before the next is asked for, so that
    one that does not fit is found at its own line.

    Args:
        experiment: whose preprocessing it is: a list for each input, or one that every input gets for itself.
        dataset: whose training rows they learn from.
        name: of the input.
        builder: makes them.

    Raises:
        ConfigError: a layer cannot be made, or cannot learn from the rows.
    """
    components, path = experiment.dataset.preprocessing_of(name)
    paths: list[ConfigPath] = [(*path, index) for index in range(len(components))]
    layers = [builder.build("layers", component, path) for component, path in zip(components, paths, strict=True)]
    learning = [
        hasattr(layer, "adapt") and not _GIVEN & set(c.arguments) for layer, c in zip(layers, components, strict=True)
    ]
    rows = by_name(dataset.train.x)[name]
    for index, (layer, component, path) in enumerate(zip(layers, components, paths, strict=True)):
        if learning[index]:
            _adapt(layer, rows, component, path, builder)
        yield layer, component, path
        if any(learning[index + 1 :]):
            rows = _applied(layer, rows)


def _adapt(layer: Any, rows: Array, component: Component, path: ConfigPath, builder: ObjectBuilder) -> None:
    try:
        layer.adapt(rows)
    except Exception as error:
        raise builder.refusal(
            f"{component.name} cannot learn from the training rows: {in_one_line(error)}", path
        ) from error


def _applied(layer: Any, rows: Array) -> Array:
    parts = [np.asarray(layer(rows[start : start + _BATCH])) for start in range(0, len(rows), _BATCH)]
    return np.concatenate(parts)
