"""Components to Keras objects: looked up by name in Keras, or imported for a user's own, arguments built likewise."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from dnnrun.components import CALLED_KINDS, Component, ConfigPath, Kind, kind_of_argument, load_object
from dnnrun.config.schema import Experiment
from dnnrun.engine import catalog
from dnnrun.errors import ConfigError, Problem, suggest

# These kinds Keras itself makes from a bare name, and chooses by it: the accuracy that fits the shapes, for one.
_LEFT_TO_KERAS: set[Kind] = {"metrics", "losses", "activations", "initializers", "regularizers", "constraints"}
_TENSORFLOW_NOISE = re.compile(r"\{\{function_node [^}]*\}\}|\[Op:\w+\]( name: *\S*)?")


class ObjectBuilder:
    """Builds the objects that one config names.

    Args:
        experiment: where messages find the lines.
        allow_code: whether import paths may be imported.
    """

    def __init__(self, experiment: Experiment, *, allow_code: bool) -> None:
        self._experiment = experiment
        self._allow_code = allow_code

    def build(self, kind: Kind, component: Component, path: ConfigPath) -> Any:
        """Return the object that a component of a config denotes.

        Args:
            kind: what kind of object.
            component: its name and arguments.
            path: where it stands in the config.

        Raises:
            ConfigError: there is no such object, or it refuses its arguments; with the line.
        """
        inner = (*path, component.name)
        if kind in _LEFT_TO_KERAS and component.is_bare and catalog.find(kind, component.name) is not None:
            return component.name
        made_from = self._find(kind, component, path)
        arguments = self._arguments(component, inner)
        positional = [self._value(None, value, inner) for value in component.positional]
        if component.is_bare and not inspect.isclass(made_from) and kind not in CALLED_KINDS:
            return made_from  # a function of the user's: the object itself, not what it returns
        self._check_arguments(component, made_from, inner)
        try:
            return made_from(*positional, **arguments)
        except ConfigError:
            raise
        except Exception as error:
            raise self.refusal(f"{component.name} cannot be made: {in_one_line(error)}", path) from error

    def refusal(self, what: str, path: ConfigPath, hint: str = "", *, of_key: bool = False) -> ConfigError:
        """Return an error at the line of ``path``, of its value or of its key."""
        return ConfigError(Problem(what, self._experiment.place(path, of_key=of_key), hint))

    def load(self, component: Component, path: ConfigPath) -> Any:
        """Return the object that an import path names, without calling it."""
        try:
            return load_object(component.name, allow_code=self._allow_code)
        except ConfigError as error:
            raise self.refusal(error.problems[0].what, path, error.problems[0].hint) from error

    def _find(self, kind: Kind, component: Component, path: ConfigPath) -> Any:
        if component.is_import_path:
            return self.load(component, path)
        found = catalog.find(kind, component.name)
        if found is None and kind == "activations":
            found = catalog.find("layers", component.name)
        if found is None:
            names = catalog.describe(kind)
            raise self.refusal(
                f"Keras has no {component.name!r} among its {kind}", path, suggest(component.name, names)
            )
        return found

    def _arguments(self, component: Component, path: ConfigPath) -> dict[str, Any]:
        return {name: self._value(name, value, (*path, name)) for name, value in component.arguments.items()}

    def _value(self, argument: str | None, value: Any, path: ConfigPath) -> Any:
        if isinstance(value, Component):
            kind = kind_of_argument(argument) if argument else None
            return self.build(kind, value, path) if kind else value.notation()
        if argument == "learning_rate" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)  # Keras refuses a whole number
        if isinstance(value, tuple):
            return [self._value(argument, item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, Mapping):
            return {key: self._value(str(key), item, (*path, key)) for key, item in value.items()}
        return value

    def _check_arguments(self, component: Component, made_from: Any, path: ConfigPath) -> None:
        """Refuse arguments that only ``**kwargs`` of a class would take in; what a function does with them it knows."""
        try:
            if not inspect.isclass(made_from) and inspect.getfullargspec(made_from).varkw:
                return
            required, optional = catalog.arguments_of(made_from)
        except (TypeError, ValueError):  # a callable without a signature
            return
        for name in component.arguments:
            if name not in required + optional:
                allowed = f"allowed: {', '.join(required + optional)}"
                near = suggest(name, required + optional)
                raise self.refusal(
                    f"{component.name} has no argument {name!r}",
                    (*path, name),
                    f"{near}\n{allowed}".strip(),
                    of_key=True,
                )


def reason_of(error: Exception) -> str:
    """Return the part of Keras's message that says what was wrong, without its report of the call."""
    text = str(error)
    marker = "Arguments received by"
    cut = text[: text.index(marker)] if marker in text else text
    text = " ".join(line for line in cut.splitlines() if line.strip() and not line.startswith("Exception encountered"))
    return in_one_line(ValueError(text.replace("\x1b[1m", "").replace("\x1b[0m", "")))


def in_one_line(error: BaseException, most: int = 400) -> str:
    """Return what an exception says, without line breaks, and cut where it goes on and on."""
    text = " ".join(_TENSORFLOW_NOISE.sub("", str(error)).split()) or type(error).__name__
    return text if len(text) <= most else text[: most - 3] + "..."
