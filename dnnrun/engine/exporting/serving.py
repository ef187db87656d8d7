"""What is exported: a model with names for its inputs and outputs that every format takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.data.dataset import Array

SIGNATURE = "serving_default"
ONLY_OUTPUT = "output"
_TAKEN = {"self", "file", "allow_pickle"}  # as arguments of functions that take the names of inputs as arguments
_CPU = "/CPU:0"  # one of another kind rounds differently


@dataclass(frozen=True)
class Served:
    """A model and what its inputs and outputs are called outside of Keras.

    Args:
        model: takes one array, or a mapping of them.
        inputs: the names of its inputs in Keras, with those that other formats take.
        outputs: likewise of its outputs.
    """

    model: keras.Model
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    @classmethod
    def of(cls, model: keras.Model) -> Served:
        """Name the inputs and outputs of a model."""
        inputs = [tensor.name for tensor in model.inputs]
        return cls(model, _safe(inputs), _safe(_outputs_of(model)))

    @property
    def renamed(self) -> dict[str, str]:
        """The inputs and outputs that other formats call otherwise."""
        return {name: safe for name, safe in {**self.inputs, **self.outputs}.items() if name != safe}

    def specs(self) -> dict[str, Any]:
        """Return the form of each input by its safe name; of as many rows as there may be."""
        return {
            self.inputs[tensor.name]: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, self.inputs[tensor.name])
            for tensor in self.model.inputs
        }

    def call(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the model gives, by safe name, for what it is given by safe name."""
        predicted = self.model(self._taken(given), training=False)
        return dict(zip(self.outputs.values(), _in_order(predicted, self.outputs), strict=True))

    def predict(self, rows: Mapping[str, Array]) -> dict[str, Array]:
        """Return the predictions for some rows; both are by safe name."""
        with tf.device(_CPU):
            given = {name: tf.constant(row) for name, row in rows.items()}
            return {name: np.asarray(tensor) for name, tensor in self.call(given).items()}

    def write_savedmodel(self, path: Path, assets: Mapping[str, Path], constants: Mapping[str, Any]) -> None:
        """Write the model as a SavedModel.

        Keras's archive freezes what is not trained, which the converters of other formats rely on.

        Args:
            path: the folder.
            assets: files to be kept in it, by the name of what holds them.
            constants: what a second signature, ``class_names``, gives; without any there is none.
        """
        archive = keras.export.ExportArchive()
        archive.track(self.model)
        archive.add_endpoint(SIGNATURE, self.call, input_signature=[self.specs()])
        if constants:
            texts = {name: tf.constant(values) for name, values in constants.items()}
            archive.add_endpoint("class_names", lambda: {name: tf.identity(text) for name, text in texts.items()}, [])
        for name, file in assets.items():
            setattr(archive._tf_trackable, name, tf.saved_model.Asset(str(file)))
        archive.write_out(str(path), verbose=False)

    def _taken(self, given: Mapping[str, Any]) -> Any:
        by_name = {name: given[safe] for name, safe in self.inputs.items()}
        structure = getattr(self.model, "_inputs_struct", None)
        if isinstance(structure, dict):
            names = {key: tensor.name for key, tensor in structure.items()}
            return {key: by_name[name] for key, name in names.items()}
        values = list(by_name.values())
        return values[0] if len(values) == 1 else values


def _outputs_of(model: keras.Model) -> list[str]:
    structure = getattr(model, "_outputs_struct", None)
    if isinstance(structure, dict):
        return list(structure)
    outputs = keras.tree.flatten(model.outputs)
    return [ONLY_OUTPUT] if len(outputs) == 1 else list(model.output_names)


def _in_order(predicted: Any, names: Iterable[str]) -> list[Any]:
    return [predicted[name] for name in names] if isinstance(predicted, dict) else keras.tree.flatten(predicted)


def _safe(names: Iterable[str]) -> dict[str, str]:
    """Return the names with others that are letters, digits and underscores only, each of them once."""
    safe: dict[str, str] = {}
    for name in names:
        cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name)
        stem = cleaned if cleaned[:1].isalpha() else f"input{'' if cleaned.startswith('_') else '_'}{cleaned}"
        chosen, number = stem, 2
        while chosen in safe.values() or chosen in _TAKEN:
            chosen, number = f"{stem}_{number}", number + 1
        safe[name] = chosen
    return safe
