"""What a model is judged by: one loss with its metrics, or a loss and metrics for each of several outputs.

``loss: {price: mse, kind: sparse_categorical_crossentropy}`` names outputs, ``loss: {Huber: {delta: 0.5}}`` is one loss
with its arguments; this module tells them apart, the same way in every form that a config has on its way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.components import Component, ConfigPath, Kind, is_import_path
from dnnrun.config import catalog

ONLY = ""  # the name of the only output of a model that has a single loss


@dataclass(frozen=True)
class Output:
    """One output of a model, and what it is judged by.

    Args:
        name: of its layer, or `ONLY`.
        loss: how far it is from the labels.
        metrics: what else is measured of it.
        weight: of its loss in the sum of all losses.
    """

    name: str
    loss: Component
    metrics: tuple[Component, ...] = ()
    weight: float = 1.0

    @property
    def loss_path(self) -> ConfigPath:
        """Where its loss stands in the config."""
        return ("loss", self.name) if self.name else ("loss",)

    @property
    def metrics_path(self) -> ConfigPath:
        """Where its metrics stand in the config."""
        return ("metrics", self.name) if self.name else ("metrics",)

    @property
    def label(self) -> str:
        """How messages begin that are about it, or nothing where there is no other."""
        return f"output {self.name!r}: " if self.name else ""


def is_by_output(loss: Any, layers: Collection[str] = ()) -> bool:
    """Whether the value of ``loss``, raw or parsed, gives a loss to each of several outputs.

    Args:
        loss: the value.
        layers: the names of the model's layers, where they are known: these tell it for certain.
    """
    if not isinstance(loss, Mapping) or not loss:
        return False
    if any(key in layers for key in loss) or any(map(is_loss, loss.values())):
        return not any(is_import_path(str(key)) for key in loss)
    return len(loss) > 1 and not any(is_loss(key) for key in loss)


def is_by_name(value: Any, kind: Kind) -> bool:
    """Whether a value is a mapping with a list for each of several names, and not a component in a list's place."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and not is_import_path(key) and catalog.find(kind, key) is None for key in value
    )


def is_loss(value: Any) -> bool:
    """Whether a value denotes a loss, as an argument of a loss never does."""
    if isinstance(value, Component):
        return True
    name = next(iter(value)) if isinstance(value, Mapping) and len(value) == 1 else value
    return isinstance(name, str) and (is_import_path(name) or catalog.find("losses", name) is not None)
