"""Preprocessing layers: made, taught by the training rows where they learn from data, and applied before training.

A layer that neither draws at random nor is trained gives the same for a row whenever it is asked. So the layers at the
beginning of an input's preprocessing that are of this kind are applied once, to all rows, and not in every step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.components import Component, ConfigPath
from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, by_name, row_count, unwrapped
from dnnrun.engine.objects import ObjectBuilder, in_one_line
from dnnrun.engine.sharing import empty_array

CPU = "/CPU:0"  # texts and tables of words are nowhere else, and what is done once need not be fast
# What a layer would learn may be given instead: Keras then refuses to let it learn.
_GIVEN = {"mean", "variance", "bin_boundaries", "vocabulary"}
Pieces = Callable[[], Iterator[Array]]
_ROWS = 1024
_NUMBERS_AT_ONCE = 2**21  # of what is made: large enough that calls cost nothing, small beside the rows
_FIXED = tuple(f"keras.src.layers.{home}." for home in ("preprocessing", "reshaping", "pooling", "activations"))


class PreprocessingList:
    """The preprocessing of one input: its layers, made one by one and taught with what those before them give.

    A layer is to be put on the model before the next is asked for, so that one that does not fit is found at its line.

    Args:
        components: the layers in the config.
        path: where their list stands.
        rows: gives the training rows of the input, in pieces if they do not fit into memory; no others are shown to
            the layers.
        builder: makes them.
        check: refuses a layer for what reaches it, before it learns from it.
    """

    def __init__(
        self,
        components: tuple[Component, ...],
        path: ConfigPath,
        rows: Pieces,
        builder: ObjectBuilder,
        check: Callable[[Component, ConfigPath], None],
    ) -> None:
        self._check = check
        self._components, self._path, self._rows, self._builder = components, path, rows, builder
        self._next = 0
        self._between: list[Any] = []  # layers that the rows have not gone through yet
        self._last: tuple[Any, Component, ConfigPath] | None = None
        self._is_put_back = False
        self.is_cut = False  # whether the last one is to be a part of every step

    def __iter__(self) -> Iterator[tuple[Any, Component, ConfigPath]]:
        """Yield each layer that has not been yielded yet with its component and path, adapted.

        Raises:
            ConfigError: a layer cannot be made, or cannot learn from the rows.
        """
        while self._is_put_back or self._next < len(self._components):
            if self._is_put_back and self._last is not None:
                self._is_put_back = False
                yield self._last
                continue
            component, path = self._components[self._next], (*self._path, self._next)
            self._check(component, path)
            layer = self._builder.build("layers", component, path)
            if hasattr(layer, "adapt") and not _GIVEN & set(component.arguments):
                self._teach(layer, component, path)
            self._between.append(layer)
            self._next += 1
            self._last = layer, component, path
            yield self._last

    @property
    def is_over(self) -> bool:
        """Whether all of it is applied once."""
        return not self._is_put_back and not self.is_cut and self._next == len(self._components)

    def put_back(self) -> None:
        """Yield the last layer once more, in its turn."""
        self._is_put_back = True

    def _teach(self, layer: Any, component: Component, path: ConfigPath) -> None:
        before, pieces = tuple(self._between), self._rows
        if before:
            self._rows = _through(before, pieces)
            self._between.clear()
        try:
            layer.adapt(_to_adapt_to(self._rows))
        except Exception as error:
            raise self._builder.refusal(
                f"{component.name} cannot learn from the training rows: {in_one_line(error)}", path
            ) from error


def gives_the_same(layer: Any) -> bool:
    """Whether a layer, before or after it is built, gives the same for a row in training as at any other time."""
    home = type(layer).__module__
    if not isinstance(layer, keras.layers.Layer) or layer.trainable_weights:
        return False
    if any(inner._seed_generators for inner in layer._flatten_layers()):
        return False
    return home.startswith(_FIXED) if home.startswith("keras.") else not layer._call_has_training_arg


@dataclass(frozen=True)
class Preparation:
    """What is done to rows once, before the trained model takes them.

    Args:
        takes: what the trained model takes, by name.
        model: makes it of the raw rows, as far as these are not taken as they are; None where all are.
        needs: the names in the data of the raw arrays that it takes, by what it calls them.
    """

    takes: tuple[str, ...]
    model: keras.Model | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    _function: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_function", tf.function(self._call, autograph=False, reduce_retracing=True))

    def apply(self, x: Arrays) -> Arrays:
        """Return the rows as the trained model takes them; in batches, on the CPU, from any thread.

        Args:
            x: raw rows, by name where they have names.

        Returns:
            Numbers in a compact type, shape (rows, ...); the arrays that are taken as they are are not copied.
        """
        if self.model is None:
            return x
        named, rows = by_name(x), row_count(x)
        raw = {called: named[name] for called, name in self.needs.items()}
        made: dict[str, Array] = {}
        step = self._rows_at_once()
        with tf.device(CPU):
            for start in range(0, max(rows, 1), step):  # without rows, for their form
                part = {name: tf.convert_to_tensor(array[start : start + step]) for name, array in raw.items()}
                given: Any = self._function(unwrapped(part))
                for name, tensor in (given if isinstance(given, dict) else {ONLY: given}).items():
                    _put(made, name, _compact(tensor.numpy()), start, rows)
        arrays: Arrays = unwrapped({name: made[name] if name in made else named[name] for name in self.takes})
        return arrays

    def _call(self, raw: Any) -> Any:
        return self.model(raw, training=False) if self.model is not None else raw

    def _rows_at_once(self) -> int:
        """Return for how many rows together the numbers that are made stay few."""
        outputs = keras.tree.flatten(self.model.output if self.model is not None else ())
        return max(1, _NUMBERS_AT_ONCE // max(1, sum(math.prod(output.shape[1:]) for output in outputs)))


def _put(made: dict[str, Array], name: str, part: Array, start: int, rows: int) -> None:
    """Put a part where it belongs; memory for all rows is taken with the first."""
    if name not in made:
        made[name] = empty_array((rows, *part.shape[1:]), part.dtype)
    made[name][start : start + len(part)] = part


def _compact(numbers: Array) -> Array:
    """Return whole numbers in 32 bits: Keras counts words in 64, and there are not as many."""
    return numbers.astype(np.int32) if numbers.dtype == np.int64 else numbers


def _through(layers: Sequence[Any], pieces: Pieces) -> Pieces:
    """Return the pieces as they are behind some layers that are not in training; a single one is kept."""

    def through(rows: Array) -> Array:
        for layer in layers:
            rows = _applied(layer, rows)
        return rows

    kept = _single(pieces)
    if kept is None:
        return lambda: map(through, pieces())
    made = through(kept)
    return lambda: iter([made])


def _applied(layer: Any, rows: Array) -> Array:
    options: Mapping[str, Any] = {"training": False} if getattr(layer, "_call_has_training_arg", False) else {}
    parts = [np.asarray(layer(rows[start : start + _ROWS], **options)) for start in range(0, len(rows), _ROWS)]
    return np.concatenate(parts)


def _single(pieces: Pieces) -> Array | None:
    """Return the first piece where there is no other."""
    first, *others = itertools.islice(pieces(), 2)
    return None if others else first


def _to_adapt_to(pieces: Pieces) -> Any:
    """Return the rows as ``adapt`` takes them: an array, or what does not fit into memory as a data set."""
    kept = _single(pieces)
    if kept is not None:
        return kept
    form = next(pieces())
    dtype = "string" if form.dtype.kind in "OU" else form.dtype
    return tf.data.Dataset.from_generator(pieces, output_signature=tf.TensorSpec((None, *form.shape[1:]), dtype))
