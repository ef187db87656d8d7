"""YAML with comments: a tree of keys, each with a sentence about it, as text and as the value it reads as."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dnnrun.config.resolved import to_yaml_line

WIDTH = 100
_STEP = "  "


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping.

    Args:
        key: a word, or a whole number.
        value: plain, or a `Section` or `Series`.
        comment: sentences that stand above the key.
    """

    key: int | str
    value: Any
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `value` and `comment` as in `Entry`."""

    value: Any
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping, a key a line."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A list, an item a line."""

    items: tuple[Item, ...]


def to_plain(tree: Any) -> Any:
    """Return what the text of a tree reads as."""
    if isinstance(tree, Section):
        return {entry.key: to_plain(entry.value) for entry in tree.entries}
    if isinstance(tree, Series):
        return [to_plain(item.value) for item in tree.items]
    return tree


def to_text(config: Section, heading: str) -> str:
    """Return a config as YAML: the heading as a comment, then the keys, with an empty line between them.

    Lines are at most `WIDTH` wide, but where a name or a number of the user's is longer.
    """
    parts = [_comment(heading, ""), *(list(_lines(Section((entry,)), "")) for entry in config.entries)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _lines(tree: Section | Series, indent: str) -> Iterator[str]:
    for part in tree.entries if isinstance(tree, Section) else tree.items:
        yield from _comment(part.comment, indent)
        begin = f"{indent}{to_yaml_line(part.key)}:" if isinstance(part, Entry) else f"{indent}-"
        value = part.value
        if not isinstance(value, Section | Series):
            yield f"{begin} {to_yaml_line(value)}"
            continue
        inner = list(_lines(value, indent + _STEP))
        if isinstance(part, Item):  # its first line stands behind the dash
            begin += inner.pop(0).removeprefix(indent + _STEP[1:])
        yield begin
        yield from inner


def _comment(text: str, indent: str) -> list[str]:
    """Return text as comment lines; a cell of a table that it quotes may hold what would end the line."""
    begin = f"{indent}# "
    paragraphs = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    return [
        line.rstrip()
        for paragraph in (paragraphs if text else ())
        for line in textwrap.wrap(paragraph, WIDTH, initial_indent=begin, subsequent_indent=begin) or [begin]
    ]
