"""What is said of a model's size: its layers, their parameters, memory and multiply-adds, and the memory to train it.

It needs no TensorFlow, so that a command may import it for its types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from dnnrun.engine.totals import total

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class LayerSizes:
    """One layer, with all its calls if there are several.

    Args:
        name: its name in the model.
        kind: its class.
        output_shapes: of one sample, usually one shape.
        parameters: how many numbers it has, trained or not.
        trainable: how many of them are trained.
        memory: bytes a sample that are held for the step back; None where it cannot be told.
        multiply_adds: a sample; None where it cannot be told.
        layers: those of a model that is a layer, whose numbers are in its own.
    """

    name: str
    kind: str
    output_shapes: tuple[Shape, ...]
    parameters: int
    trainable: int
    memory: int | None
    multiply_adds: int | None
    layers: tuple[LayerSizes, ...] = ()


@dataclass(frozen=True)
class TrainingMemory:
    """An estimate of the memory, in bytes, that training takes besides TensorFlow itself.

    Args:
        parameters: the model's.
        gradients: one for each parameter that is trained.
        optimizer: what the optimizer keeps, such as Adam's two moments.
        activations: what the layers hold of a batch for the step back; None where it cannot be told.
        backward: the gradients of a layer's input and output, which the step back has at a time; as much as two of the
            largest output take, or None.
        batch: the rows and labels of a batch.
        data: the rows and labels of all splits.
    """

    parameters: int
    gradients: int
    optimizer: int
    activations: int | None
    backward: int | None
    batch: int
    data: int

    @property
    def total(self) -> int | None:
        """All together."""
        return total(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class ModelSizes:
    """A model and the memory to train it.

    Args:
        input_shapes: of one row of each input; of one without a name under ``rows``.
        batch_size: rows a step.
        layers: in the order in which they are first called.
        parameters: how many numbers the model has.
        trainable: how many of them are trained.
        memory: bytes a sample.
        multiply_adds: a sample, in the step forward.
        training: the memory that training takes.
    """

    input_shapes: Mapping[str, Shape]
    batch_size: int
    layers: tuple[LayerSizes, ...]
    parameters: int
    trainable: int
    memory: int | None
    multiply_adds: int | None
    training: TrainingMemory
