"""Layers put behind what they take, with the shapes on the way kept for messages."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from dnnrun.components import Component, ConfigPath
from dnnrun.engine.misfit import Misfit, explain_misfit
from dnnrun.engine.objects import ObjectBuilder, reason_of
from dnnrun.errors import ConfigError


@dataclass(frozen=True)
class Flow:
    """What one layer gives to others.

    Args:
        tensor: Keras's, symbolic.
        trail: the shapes that it has had on the way.
    """

    tensor: Any
    trail: tuple[str, ...]

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape of one row."""
        return tuple(self.tensor.shape)[1:]


class Assembly:
    """Puts layers into one model.

    Args:
        builder: whose config they stand in.
        inputs: of the model.
    """

    def __init__(self, builder: ObjectBuilder, inputs: Iterable[Any]) -> None:
        self._builder = builder
        self._names = {tensor.name for tensor in inputs}

    def add(self, layer: Any, component: Component, path: ConfigPath, taken: Sequence[Flow]) -> Flow:
        """Put a layer behind what it takes.

        Args:
            layer: made, and not in the model yet.
            component: what it was made from.
            path: where that stands in the config.
            taken: one flow, or several, which a layer takes as a list, or as arguments where its call has several.

        Raises:
            ConfigError: it is no layer, has the name of another, or does not fit what it takes.
        """
        if not isinstance(layer, keras.layers.Layer):
            raise self._builder.refusal(f"{component.name} is no Keras layer: it gives {type(layer).__name__}", path)
        if layer.name in self._names:
            hint = "give one of them another name"
            if "name" not in component.arguments:
                hint = f"this one by Keras, as it has no name in the config; {hint}"
            raise self._builder.refusal(f"two layers are named {layer.name!r}", path, hint)
        self._names.add(layer.name)
        try:
            output = _called(layer, [flow.tensor for flow in taken])
        except Exception as error:
            raise self._misfit(layer, component, path, taken, error) from error
        if not hasattr(output, "shape"):
            raise self._builder.refusal(
                f"{component.name} gives several outputs, and a layer here has one", path, "take return_state out"
            )
        flow = Flow(output, ())
        if 0 in flow.shape:  # Keras before 3.15 goes on with nothing
            nothing = ValueError(f"it leaves nothing, an output of shape {flow.shape}")
            raise self._misfit(layer, component, path, taken, nothing)
        return Flow(output, (*_trail(taken), f"{component.name} {flow.shape}"))

    def take_out(self, layer: keras.layers.Layer) -> None:
        """Forget a layer that another of its name is to take the place of."""
        self._names.remove(layer.name)

    def _misfit(
        self, layer: Any, component: Component, path: ConfigPath, taken: Sequence[Flow], error: Exception
    ) -> ConfigError:
        misfit = explain_misfit(layer, taken[0].tensor, error) if len(taken) == 1 else Misfit(reason_of(error))
        shapes = " and ".join(str(flow.shape) for flow in taken)
        return self._builder.refusal(
            f"{component.name} does not fit what reaches it, of shape {shapes}: {misfit.reason}",
            path,
            f"{misfit.remedy}\nshapes on the way: {' -> '.join(_trail(taken))}".lstrip(),
        )


def part_of_model(begins: Any, ends: Any, name: str) -> keras.Model:
    """Return the part of a model between some of its tensors, which may be mappings; it shares the layers."""
    tensors = keras.tree.flatten(begins)
    origins = [tensor._keras_history for tensor in tensors]
    with warnings.catch_warnings():  # Keras would have each tensor named as the input that begins there
        warnings.filterwarnings("ignore", message="When providing `inputs` as a dict")
        part = keras.Model(begins, ends, name=name)
    for tensor, origin in zip(tensors, origins, strict=True):
        # Where inputs of the whole model are among them, Keras 3 notes them as made anew, and could not save the whole.
        tensor._keras_history = origin
    return part


def _called(layer: keras.layers.Layer, tensors: Sequence[Any]) -> Any:
    if len(tensors) == 1:
        return layer(tensors[0])
    return layer(*tensors) if _takes_several_arguments(layer) else layer(list(tensors))


def _takes_several_arguments(layer: keras.layers.Layer) -> bool:
    """Whether a layer is called as MultiHeadAttention is, ``layer(query, value)``, and not with a list, as Add is."""
    parameters = inspect.signature(layer.call).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty]
    return len(required) > 1 or any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _trail(taken: Sequence[Flow]) -> tuple[str, ...]:
    """Return the way of what is taken; where several ways meet, the last shape of each."""
    if len(taken) == 1:
        return taken[0].trail
    return (" and ".join(flow.trail[-1] for flow in taken),)
