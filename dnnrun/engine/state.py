"""Everything that a training changes, taken out of it and put back: the content of a checkpoint.

Weights, optimizer, metrics and seed generators are Keras variables. What callbacks know is theirs to say with
``get_state`` and ``set_state``; of those that do not, it is the plain numbers and arrays among their attributes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.data.dataset import Array
from dnnrun.errors import RunError

Arrays = dict[str, Array]
_ARRAY = "array:"  # how the place of an array is marked in what is kept as JSON
_NEVER_ASKED_FOR = {"model", "params"}


@dataclass(frozen=True)
class Snapshot:
    """The state of a training at one position.

    Args:
        arrays: by name; each a copy that the training no longer touches.
        callbacks: what each callback knows, in their order, as JSON holds it.
        generators: the state of Python's and NumPy's own random numbers, which a user's code may draw from.
    """

    arrays: Arrays
    callbacks: Sequence[Any]
    generators: Mapping[str, Any]


class TrainingState:
    """Takes and restores the state of one model and its callbacks.

    Args:
        model: built, its optimizer too.
        callbacks: in their order.
    """

    def __init__(self, model: keras.Model, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        self._variables = dict(_variables(model))
        self._callbacks = callbacks
        self._began_with: list[dict[str, Any]] = [{} for _ in callbacks]

    def take(self) -> Snapshot:
        """Return a copy of the state as it is now."""
        arrays = dict(zip(self._variables, _values(list(self._variables.values())), strict=True))
        known = [
            _packed(_known(callback, before), f"callbacks/{index}", arrays)
            for index, (callback, before) in enumerate(zip(self._callbacks, self._began_with, strict=True))
        ]
        return Snapshot(arrays, known, _generators())

    def note_beginning(self) -> None:
        """Remember what callbacks hold before the first epoch: arguments, which a resumed run may have changed."""
        self._began_with = [dict(_plain_attributes(callback)) for callback in self._callbacks]

    def before_beginning(self) -> None:
        """Have callbacks begin as those that go on: a CSV log is added to, not written over."""
        for callback in self._callbacks:
            if isinstance(callback, keras.callbacks.CSVLogger):
                callback.append = True

    def restore(self, snapshot: Snapshot, *, keep_rate: bool = False) -> None:
        """Put a state back.

        Args:
            snapshot: the state.
            keep_rate: leave the optimizer's learning rate as it is: the one in the config has been changed.

        Raises:
            RunError: it is that of another model, or of other callbacks.
        """
        self._check(snapshot)
        for name, variable in self._variables.items():
            if not (keep_rate and name.startswith("optimizer/") and name.endswith("/learning_rate")):
                variable.assign(snapshot.arrays[name])
        for callback, packed in zip(self._callbacks, snapshot.callbacks, strict=False):
            _tell(callback, _unpacked(packed, snapshot.arrays))
        _restore_generators(snapshot.generators)

    def _check(self, snapshot: Snapshot) -> None:
        for name, variable in self._variables.items():
            kept = snapshot.arrays.get(name)
            if kept is None or kept.shape != tuple(variable.shape):
                found = "nothing" if kept is None else f"shape {kept.shape}"
                raise RunError(
                    f"the checkpoint does not fit the model: {name} has shape {tuple(variable.shape)}, "
                    f"and the checkpoint holds {found}",
                    hint="the model was changed since; train a new run, with initial_weights where layers are alike",
                )


def _variables(model: keras.Model) -> Iterator[tuple[str, Any]]:
    """Yield every variable once, by a name made of its order and its path."""
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    parts = {"model": model.variables, "metrics": metrics, "optimizer": model.optimizer.variables}
    shared = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    if shared is not None:
        parts["seed"] = [shared.state]
    seen: set[int] = set()
    for part, variables in parts.items():
        for index, variable in enumerate(variables):
            if id(variable) not in seen and variable.dtype != "string":
                seen.add(id(variable))
                yield f"{part}/{index}/{variable.path}", variable


def _values(variables: Sequence[Any]) -> list[Array]:
    """Return copies of variables; of those that several devices have parts of, the sum."""
    if not tf.distribute.has_strategy():
        return [np.array(variable) for variable in variables]
    read = tf.function(lambda: [tf.convert_to_tensor(variable.value) for variable in variables], autograph=False)
    return [np.array(value) for value in read()]


def _known(callback: keras.callbacks.Callback, before: Mapping[str, Any]) -> Any:
    """Return what a callback is to be told again: what it says itself, else the attributes that have changed."""
    if isinstance(callback, keras.callbacks.CSVLogger):
        return {"size": Path(callback.filename).stat().st_size if callback.csv_file else 0}
    if hasattr(callback, "get_state"):
        return callback.get_state()
    return {
        name: value
        for name, value in _plain_attributes(callback)
        if name not in before or not _same(before[name], value)
    }


def _tell(callback: keras.callbacks.Callback, known: Any) -> None:
    if isinstance(callback, keras.callbacks.CSVLogger):
        _shorten(callback, known["size"])
    elif hasattr(callback, "set_state"):
        callback.set_state(known)
    elif not hasattr(callback, "get_state"):
        for name, value in known.items():
            setattr(callback, name, value)


def _shorten(logger: keras.callbacks.CSVLogger, size: int) -> None:
    """Take out of a CSV log what came after the checkpoint; the epochs that are repeated write it anew."""
    if logger.csv_file:
        logger.append_header = not size  # Keras has looked for a header in what is taken out here
        logger.csv_file.truncate(min(size, Path(logger.filename).stat().st_size))


def _plain_attributes(callback: keras.callbacks.Callback) -> Iterator[tuple[str, Any]]:
    for name, value in vars(callback).items():
        if name.lstrip("_") not in _NEVER_ASKED_FOR and _is_plain(value):
            yield name, value


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_is_plain, value.values()))
    return value is None or isinstance(value, bool | int | float | np.ndarray | np.generic)


def _same(one: Any, other: Any) -> bool:
    try:
        np.testing.assert_equal(one, other)
    except AssertionError:
        return False
    return True


def _packed(value: Any, name: str, arrays: Arrays) -> Any:
    """Return the value for JSON, with every array moved to ``arrays`` and named in its place."""
    if isinstance(value, np.ndarray | np.generic):
        arrays[name] = np.array(value)
        return f"{_ARRAY}{name}"
    if isinstance(value, Mapping):
        return {key: _packed(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item, f"{name}/{index}", arrays) for index, item in enumerate(value)]
    return value


def _unpacked(value: Any, arrays: Mapping[str, Array]) -> Any:
    if isinstance(value, str) and value.startswith(_ARRAY):
        array = arrays[value.removeprefix(_ARRAY)]
        return array if array.ndim else array[()]
    if isinstance(value, Mapping):
        return {key: _unpacked(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item, arrays) for item in value]
    return value


def _generators() -> dict[str, Any]:
    version, numbers, spare = random.getstate()
    name, keys, position, has_gauss, gauss = np.random.get_state()
    return {
        "python": [version, list(numbers), spare],
        "numpy": [name, np.asarray(keys).tolist(), int(position), int(has_gauss), float(gauss)],
    }


def _restore_generators(kept: Mapping[str, Any]) -> None:
    version, numbers, spare = kept["python"]
    random.setstate((version, tuple(numbers), spare))
    name, keys, *rest = kept["numpy"]
    np.random.set_state((name, np.array(keys, dtype=np.uint32), *rest))
