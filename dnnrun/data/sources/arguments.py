"""Whether the arguments that a config gives a source are of the types that its function declares."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from dnnrun.errors import ConfigError, suggest

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class WrongArgument(ConfigError):  # noqa: N818 - a fault of the config, told apart so that its line can be shown
    """An argument is not of the type that its source takes; `argument` is its name, if it is one argument's fault."""

    def __init__(self, what: str, hint: str = "", argument: str = "") -> None:
        super().__init__(what, hint=hint)
        self.argument = argument


def check_arguments(function: Callable[..., Any], arguments: Mapping[str, Any], name: str) -> None:
    """Raise `WrongArgument` unless one of dnnrun's own sources can be called with these arguments.

    Args:
        function: with type hints for all of its arguments.
        arguments: by name, a list as a tuple.
        name: of the source, for messages.
    """
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise WrongArgument(f"{name}: {error}") from error
    hints = typing.get_type_hints(function)
    for argument, value in arguments.items():
        try:
            TypeAdapter(hints[argument], config=ConfigDict(strict=True)).validate_python(value)
        except ValidationError as error:
            shown = list(value) if isinstance(value, tuple) else value
            what = f"{argument} of {name} must be {_in_words(hints[argument])}, not {_shown(shown)}"
            raise WrongArgument(what, _remedy(argument, value, hints[argument]), argument) from error


def _in_words(hint: Any) -> str:
    if typing.get_origin(hint) is Mapping:
        return "a mapping" if Any in typing.get_args(hint) else "a mapping of texts"
    if typing.get_origin(hint) is Literal:
        return " or ".join(typing.get_args(hint))
    if typing.get_origin(hint) in (tuple, Sequence):
        return "a list of whole numbers" if int in typing.get_args(hint) else "a list of texts"
    options = [option for option in typing.get_args(hint) if option is not NoneType] or [hint]
    if hint in _WORDS:
        return _WORDS[hint]
    *words, last = dict.fromkeys(_in_words(option) for option in options)
    return f"{', '.join(words)} or {last}" if words else last


def _remedy(argument: str, value: Any, hint: Any) -> str:
    if _is_for_numbers(hint):
        return f"write {_in_words(hint)} behind '{argument}:', without quotes, or take it out"
    if value is None:
        return f"write a value behind '{argument}:', or take it out"
    if typing.get_origin(hint) is Literal:
        return suggest(str(value), typing.get_args(hint)) or f"write one of these behind '{argument}:', or take it out"
    if int in _items(hint):
        return f"such as {argument}: [28, 28]"
    if typing.get_origin(hint) is Mapping:
        return f"such as {argument}: {{name: ...}}"
    if isinstance(value, Mapping):
        glued = next((key for key, inner in value.items() if inner is None and ":" in str(key)), "")
        return (
            f"put a space after the colon: {glued.replace(':', ': ')}" if glued else "behind each name stands one text"
        )
    if isinstance(value, tuple) and not all(isinstance(item, str) for item in value):
        quoted = ", ".join(f'"{item}"' for item in value)
        return f"in quotes they are texts: {argument}: [{quoted}]"
    if isinstance(value, tuple):
        return "give one text, not a list"
    if isinstance(value, str):
        return f"write it as a list: {argument}: [{value}]"
    return f'in quotes it is a text: {argument}: "{_shown(value)}"'


def _items(hint: Any) -> tuple[Any, ...]:
    """Return the types of what a list holds that an argument takes."""
    lists = [option for option in (hint, *typing.get_args(hint)) if typing.get_origin(option) in (tuple, Sequence)]
    return tuple(item for option in lists for item in typing.get_args(option))


def _is_for_numbers(hint: Any) -> bool:
    """Whether an argument takes nothing but numbers, or true and false, and perhaps nothing."""
    return {option for option in typing.get_args(hint) or (hint,) if option is not NoneType} <= {int, float, bool}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else repr(value)
