"""A run's resolved config as the rules look at it: layers, optimizer, callbacks, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.components import ConfigPath, Kind, is_import_path
from dnnrun.config import catalog
from dnnrun.config.positions import is_estimator


@dataclass(frozen=True)
class Part:
    """One component of the config.

    Args:
        name: as it is best known: ``Adam`` for ``adam``.
        path: of its arguments, as ``--set`` takes it: ``model.layers.1.Dense``.
        arguments: those that are written.
    """

    name: str
    path: ConfigPath
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class RecordedConfig:
    """The config of a run, which may be empty, or damaged by hand.

    Args:
        plain: as run.json has it.
    """

    plain: Mapping[str, Any]

    def get(self, *path: str) -> Any:
        """Return the value at a path of keys, or None where there is none."""
        value: Any = self.plain
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    @property
    def is_estimator(self) -> bool:
        """Whether the model is one of scikit-learn."""
        return is_estimator(self.get("model"))

    @property
    def estimator(self) -> Part | None:
        """The estimator of scikit-learn, or None."""
        return _part(self.get("model", "sklearn"), ("model", "sklearn")) if self.is_estimator else None

    @property
    def epochs(self) -> int | None:
        """How many epochs were asked for; None where that is not known."""
        epochs = self.get("epochs")
        return epochs if isinstance(epochs, int) and not isinstance(epochs, bool) else None

    @property
    def layers(self) -> list[Part]:
        """The model's layers, in the order of the config; none where a function makes the model, or one is damaged."""
        written = self.get("model", "layers")
        found = list(_parts(written, ("model", "layers")))
        return found if found and len(found) == len(written) else []

    @property
    def is_stack(self) -> bool:
        """Whether each layer takes what the one before it gives, so that one can be put in between."""
        return not any("inputs" in layer.arguments or layer.arguments.get("name") for layer in self.layers)

    @property
    def hidden(self) -> list[Part]:
        """The Dense layers but the last layer of that kind, which is the output."""
        return [layer for layer in self.layers if layer.name == "Dense"][:-1]

    @property
    def optimizer(self) -> Part | None:
        """The optimizer; None for an estimator, or where the config does not say."""
        return _part(self.get("optimizer"), ("optimizer",))

    @property
    def callbacks(self) -> list[Part]:
        """The callbacks, in their order."""
        return list(_parts(self.get("callbacks"), ("callbacks",)))

    def callback(self, name: str) -> Part | None:
        """Return the first callback of a name."""
        return next((callback for callback in self.callbacks if callback.name == name), None)


def argument(part: Part, kind: Kind, name: str) -> Any:
    """Return an argument as it holds: as written, else its default, else None."""
    if name in part.arguments:
        return part.arguments[name]
    entry = catalog.find(kind, part.name)
    return entry.parameters[name].default if entry and name in entry.parameters else None


def _parts(items: Any, path: ConfigPath) -> Iterator[Part]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        part = _part(item, (*path, index))
        if part:
            yield part


def _part(item: Any, path: ConfigPath) -> Part | None:
    if isinstance(item, str):
        return Part(_own_name(item), (*path, item), {})
    if isinstance(item, Mapping) and len(item) == 1:
        [(name, arguments)] = item.items()
        return Part(_own_name(str(name)), (*path, str(name)), arguments if isinstance(arguments, Mapping) else {})
    return None


def _own_name(name: str) -> str:
    if is_import_path(name):
        return name
    kinds: tuple[Kind, ...] = ("optimizers", "layers", "callbacks")
    return next((own for kind in kinds if (own := catalog.own_name(kind, name)) != name), name)
