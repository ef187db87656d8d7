"""What ``--where`` takes: comparisons of what runs have, joined by ``and``, ``or`` and ``not``.

    val_accuracy > 0.9 and optimizer = Adam
    not (status = failed or loss > val_loss)

A word is the name of something that a run has, except after ``=`` and ``!=``, where it is a text. A run may have
several things under one name, as ``loss`` is a metric and a key of the config: a comparison holds if it does for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dnnrun.errors import ConfigError, Place, Problem

Values = Callable[[str], Sequence[Any]]
"""Returns what a run has under a name; nothing where it has not got it."""

_TOKEN = re.compile(
    r"""\s*(?: (?P<text> '[^']*' | "[^"]*" ) | (?P<operator> [<>=!]=? ) | (?P<bracket> [()] )
        | (?P<word> [^\s()<>=!'"]+ ) | (?P<wrong> \S ) )""",
    re.VERBOSE,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_EQUAL, _ORDER = ("=", "!="), ("<", "<=", ">", ">=")
_JOINING = ("and", "or", "not")
_INSTEAD = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "True": "true",
    "False": "false",
    "None": "null",
}
_EXAMPLE = "for example: val_accuracy > 0.9 and optimizer = Adam"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that a run meets or does not.

    Args:
        text: as it was written.
        names: the names in it, each once, in order, with the place at which each stands first.
        holds: whether a run meets it, told by what the run has under the names.
    """

    text: str
    names: dict[str, Place]
    holds: Callable[[Values], bool]


def parse_condition(text: str, origin: str = "--where") -> Condition:
    """Read a condition.

    Args:
        text: the condition.
        origin: where it was given, for messages.

    Raises:
        ConfigError: it cannot be read; the message shows the place.
    """
    parser = _Parser(text, origin)
    try:
        holds = parser.disjunction()
    except RecursionError:
        raise ConfigError("the condition has too many brackets", hint=_EXAMPLE) from None
    parser.end()
    return Condition(text, parser.names, holds)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


class _Parser:
    """Reads a condition from left to right; a method for each level of the grammar."""

    def __init__(self, text: str, origin: str) -> None:
        self._text, self._origin = text, origin
        self._tokens = list(_tokens(text))
        self._next = 0
        self.names: dict[str, Place] = {}

    def disjunction(self) -> Callable[[Values], bool]:
        parts = [self._conjunction()]
        while self._takes("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda values: any(part(values) for part in parts)

    def end(self) -> None:
        if self._next < len(self._tokens):
            token = self._tokens[self._next]
            joined = "join conditions by 'and' or 'or'; put a text of several words into quotes"
            raise self._error(token, f"unexpected {token.text!r}", _instead(token.text) or joined)

    def _conjunction(self) -> Callable[[Values], bool]:
        parts = [self._negation()]
        while self._takes("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda values: all(part(values) for part in parts)

    def _negation(self) -> Callable[[Values], bool]:
        if self._takes("not"):
            part = self._negation()
            return lambda values: not part(values)
        if self._takes("("):
            part = self.disjunction()
            if not self._takes(")"):
                raise self._error(self._peek(), "a bracket is not closed", "write ) at its end")
            return part
        return self._comparison()

    def _comparison(self) -> Callable[[Values], bool]:
        left, is_name = self._operand(is_text=False)
        parts, has_name = [], is_name
        while (operator := self._operator()) is not None:
            right, is_name = self._operand(is_text=operator in _EQUAL)
            parts.append((left, operator, right))
            left, has_name = right, has_name or is_name
        if not parts:
            raise self._error(self._peek(), "a comparison is missing", _EXAMPLE)
        if not has_name:
            raise self._error(self._tokens[self._next - 1], "this compares nothing that a run has", _EXAMPLE)
        return lambda values: all(_compare(left(values), how, right(values)) for left, how, right in parts)

    def _operator(self) -> str | None:
        token = self._peek()
        if token.kind != "operator":
            return None
        operator = {"==": "="}.get(token.text, token.text)
        if operator not in (*_EQUAL, *_ORDER):
            raise self._error(token, f"unexpected {token.text!r}", _instead(token.text))
        self._next += 1
        return operator

    def _operand(self, *, is_text: bool) -> tuple[Callable[[Values], Sequence[Any]], bool]:
        """Read a name or a value; return also whether it is a name."""
        token = self._peek()
        if token.kind not in {"text", "word"} or token.text in _JOINING or token.text in _INSTEAD:
            what = f"unexpected {token.text!r}" if token.kind else "the condition ends too early"
            raise self._error(token, what, _instead(token.text) or _EXAMPLE)
        self._next += 1
        if token.kind == "text":
            return _constant(token.text[1:-1]), False
        if token.text in _CONSTANTS:
            return _constant(_CONSTANTS[token.text]), False
        number = _number(token.text)
        if number is not None:  # a tag may look like a number, too
            return _constant(number, token.text) if is_text else _constant(number), False
        if is_text or token.text[0].isdecimal():  # a date
            return _constant(token.text), False
        self.names.setdefault(token.text, self._place(token))
        name = token.text
        return lambda values: values(name), True

    def _takes(self, text: str) -> bool:
        token = self._peek()
        if token.kind in {"word", "bracket"} and token.text == text:
            self._next += 1
            return True
        return False

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _Token("", "", len(self._text.rstrip()))

    def _place(self, token: _Token) -> Place:
        return Place(self._origin, 1, token.start + 1, self._text, max(1, len(token.text)))

    def _error(self, token: _Token, what: str, hint: str) -> ConfigError:
        return ConfigError(Problem(what, self._place(token), hint))


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind], match.start(kind))


def _constant(*values: Any) -> Callable[[Values], Sequence[Any]]:
    return lambda _: values


def _number(word: str) -> float | None:
    try:
        return float(word) if re.match(r"[-+.]?[0-9]", word) else None
    except ValueError:
        return None


def _instead(text: str) -> str:
    return f"write {_INSTEAD[text]!r}" if text in _INSTEAD else ""


def _compare(left: Sequence[Any], operator: str, right: Sequence[Any]) -> bool:
    if operator in _EQUAL:
        is_equal = any(_are_equal(one, other) for one in left or (None,) for other in right or (None,))
        return is_equal == (operator == "=")
    return any(_are_ordered(one, operator, other) for one in left for other in right)


def _are_equal(one: Any, other: Any) -> bool:
    """Whether two values are equal; a list is equal to what is in it, and an empty one to null."""
    if isinstance(one, list):
        return (not one and other is None) or any(_are_equal(item, other) for item in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _are_ordered(one: Any, operator: str, other: Any) -> bool:
    """Whether the order of two values is as said: of two numbers, or of two texts, such as times."""
    are_numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    if not are_numbers and not (isinstance(one, str) and isinstance(other, str)):
        return False
    if operator.startswith("<"):
        return bool(one < other or (operator == "<=" and one == other))
    return bool(one > other or (operator == ">=" and one == other))
