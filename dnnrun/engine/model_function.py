"""A model that a function of the user's makes, put behind the preprocessing."""

from __future__ import annotations

import inspect
from typing import Any

import keras

from dnnrun.components import Component
from dnnrun.data.dataset import Dataset
from dnnrun.engine.assembly import part_of_model
from dnnrun.engine.objects import ObjectBuilder, in_one_line, reason_of

_STEPS = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics")
_OFFERED = "a function of the input's shape and the number of classes: def make(input_shape, classes)"


def model_of_function(
    component: Component, reached: Any, inputs: Any, dataset: Dataset, builder: ObjectBuilder
) -> tuple[keras.Model, Any]:
    """Call a function with the shape of its input and, if it takes them, the number of classes.

    Args:
        component: names the function.
        reached: what the preprocessing makes of the inputs: a symbolic tensor, or one for each named input.
        inputs: what the rows are when training takes them, in the same form; the same where no layers of every step,
            such as those that draw at random, come before the model.
        dataset: tells the number of classes.
        builder: loads the function.

    Returns:
        The model to train, and what it gives: symbolic tensors.

    Raises:
        ConfigError: it fails, makes no model, or one that does not take what reaches it.
    """
    path = ("model",)
    function = builder.load(component, path)
    shape = _shape(reached)
    offered = {"input_shape": shape, "classes": len(dataset.class_names or ())}
    try:
        takes = inspect.signature(function).parameters
        given = {name: value for name, value in offered.items() if name in takes and name not in component.arguments}
        made = function(*component.positional, **{**given, **component.arguments})
    except Exception as error:
        raise builder.refusal(
            f"{component.name} failed: {type(error).__name__}: {in_one_line(error)}", path, _OFFERED
        ) from error
    if not isinstance(made, keras.Model):
        raise builder.refusal(f"{component.name} returned {type(made).__name__}, not a Keras model", path, _OFFERED)
    try:
        result = made(reached)
    except Exception as error:
        raise builder.refusal(
            f"the model that {component.name} returned does not take what reaches it, of shape "
            f"{shape}: {reason_of(error)}",
            path,
            _OFFERED,
        ) from error
    if not hasattr(result, "shape"):
        raise builder.refusal(f"the model that {component.name} returned has several outputs", path, "return one")
    if all(one is other for one, other in zip(*map(keras.tree.flatten, (inputs, reached)), strict=True)):
        return made, result
    _refuse_to_wrap(made, component, builder)
    return part_of_model(inputs, result, made.name), result


def _shape(tensors: Any) -> Any:
    """Return the shape of one row, of several inputs by their names."""
    if isinstance(tensors, dict):
        return {name: _shape(tensor) for name, tensor in tensors.items()}
    return tuple(tensors.shape)[1:]


def _refuse_to_wrap(made: keras.Model, component: Component, builder: ObjectBuilder) -> None:
    """Layers before the model put it inside another, whose steps are Keras's: a step of its own would be lost."""
    lost = [name for name in _STEPS if getattr(type(made), name) is not getattr(keras.Model, name)]
    if lost:
        raise builder.refusal(
            f"the model that {component.name} returned has a {lost[0]} of its own, which layers before it would hide",
            ("model",),
            "take those that draw at random out of dataset.preprocess, and put them into the model",
        )
