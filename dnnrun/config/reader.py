"""YAML text to plain values, with the line and column of every one of them kept.

Scalars follow the YAML 1.2 core schema (``1e-3`` is a float, ``no`` a string, ``012`` is 12); equal keys, tags and
recursive or exploding aliases are refused. What the values mean is no business of this module.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from dnnrun.components import ConfigPath
from dnnrun.config.syntax import syntax_problem, unprintable_problem
from dnnrun.errors import ConfigError, Place, Problem, suggest

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 60
MAX_DIGITS = 1000

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"~|null|Null|NULL|")
# Escapes can make what no file, terminal or file name takes: half a character, and the one that ends a name in C.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")

# What a plain scalar is, in the order in which it is tried; the writer of resolved configs quotes by the same table.
CORE_SCHEMA = tuple(
    (f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{pattern.pattern})\Z"))
    for kind, pattern in (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT))
)


class _Loader(yaml.SafeLoader):
    """PyYAML's scanner and composer under YAML 1.2's rules for plain scalars."""

    yaml_implicit_resolvers: dict[str | None, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as in PyYAML


for _tag, _pattern in CORE_SCHEMA:
    _Loader.add_implicit_resolver(_tag, _pattern, None)


@dataclass(frozen=True)
class Document:
    """A value read from YAML, and where each part of it is written.

    Args:
        value: dicts, lists and scalars.
        keys: the place of each mapping key, by the path of what it holds.
        values: the place of each value, by its path.
        written: the bytes of the file, the topmost where several were merged; None without one.
    """

    value: Any
    keys: dict[ConfigPath, Place] = field(default_factory=dict)
    values: dict[ConfigPath, Place] = field(default_factory=dict)
    written: bytes | None = None

    def place(self, path: ConfigPath, *, of_key: bool = False) -> Place | None:
        """Return where ``path`` is written, or else the nearest thing around it."""
        for length in range(len(path), -1, -1):
            part = path[:length]
            first, second = (self.keys, self.values) if of_key else (self.values, self.keys)
            found = first.get(part) or second.get(part)
            if found:
                return found
        return None


def read_file(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Args:
        path: the file.
        shown_as: how messages name the file; default: as given.

    Raises:
        ConfigError: the file cannot be read or is not YAML, with every place at fault.
    """
    name = shown_as or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}", hint=what_is_there(path)) from error
    except ValueError as error:  # a name with a null character in it
        raise ConfigError(f"{name!r}: cannot be read: {error}") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"{name}: larger than {MAX_BYTES:,} bytes, which no config needs",
            hint="data belongs in a file of its own, named under dataset.source",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{name}: not a text file: byte {error.start}, in line {line}, is not UTF-8",
            hint="save the config as UTF-8 text",
        ) from error
    return replace(read_text(text, name), written=content)


def read_text(text: str, name: str) -> Document:
    """Read YAML from a string that messages call ``name``; raises as `read_file` does."""
    lines = text.splitlines()
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        raise ConfigError(unprintable_problem(error, name, text)) from error
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise ConfigError(syntax_problem(error, name, lines)) from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested more than {MAX_DEPTH} deep") from error
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" and %YAML 9.9, which PyYAML hands on unchecked
        at = loader.get_mark()
        place = Place(name, at.line + 1, at.column + 1, lines[at.line] if at.line < len(lines) else "")
        raise ConfigError(Problem("not YAML: there is no such character or number", place)) from error
    if node is None:
        raise ConfigError(
            Problem("the file is empty", Place(name), "a config has at least dataset, model, optimizer and loss")
        )
    conversion = _Conversion(name, lines)
    value = conversion.convert(node, ())
    if conversion.problems:
        raise ConfigError(*conversion.problems)
    return Document(value, conversion.keys, conversion.values)


def read_scalar_or_flow(text: str, name: str) -> Any:
    """Return the value of a short piece of YAML from the command line, such as ``1e-3`` or ``{SGD: 0.1}``."""
    return read_text(text, name).value if text.strip() else None


class _Conversion:
    """Turns composed nodes into values, collecting places and problems on the way."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name, self.lines = name, lines
        self.problems: list[Problem] = []
        self.keys: dict[ConfigPath, Place] = {}
        self.values: dict[ConfigPath, Place] = {}
        self._count = 0
        self._around: list[yaml.Node] = []

    def convert(self, node: yaml.Node, path: ConfigPath) -> Any:
        self._count += 1
        self._check_size(node, path)
        self.values[path] = self._place(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        self._around.append(node)
        if node.tag not in {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
            self._forbidden_tag(node)
        if isinstance(node, yaml.MappingNode):
            value: Any = self._mapping(node, path)
        else:
            value = [self.convert(item, (*path, i)) for i, item in enumerate(node.value)]
        self._around.pop()
        return value

    def _check_size(self, node: yaml.Node, path: ConfigPath) -> None:
        # Aliases are expanded, so a few lines can stand for billions of values, or for a value inside itself.
        if any(node is other for other in self._around):
            raise ConfigError(Problem("this contains itself, by an alias", self._place(node), "take the alias out"))
        if len(path) > MAX_DEPTH:
            raise ConfigError(Problem(f"nested more than {MAX_DEPTH} deep", self._place(node)))
        if self._count > MAX_VALUES:
            raise ConfigError(
                Problem(
                    f"more than {MAX_VALUES:,} values once aliases are expanded",
                    self._place(node),
                    "write the values out, or split the config with extends",
                )
            )

    def _mapping(self, node: yaml.MappingNode, path: ConfigPath) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str | int) or isinstance(key, bool):
                quoted = f'quote it: "{key_node.value}"' if isinstance(key_node, yaml.ScalarNode) else ""
                self._problem(
                    key_node,
                    "a key must be a word or a whole number",
                    quoted or "a text that begins with [ or { must be quoted",
                )
                continue
            if key == "<<" and key_node.style is None:
                hint = "write the keys out, or put what is shared into a config of its own and name it under 'extends'"
                self._problem(key_node, "merge keys (<<) are not part of YAML 1.2", hint)
                continue
            inner = (*path, key)
            if key in mapping:
                first = self.keys[inner]
                self._problem(
                    key_node,
                    f"duplicate key {str(key)!r}",
                    f"it already stands in line {first.line}; keep one of the two",
                )
                continue
            mapping[key] = None
            self.keys[inner] = self._place(key_node)
            mapping[key] = self.convert(value_node, inner)
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "null" and _NULL.fullmatch(text):
            return None
        if kind == "bool" and _BOOL.fullmatch(text):
            return text.lower() == "true"
        if kind == "int" and _INT.fullmatch(text) and len(text) <= MAX_DIGITS:
            return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        if kind == "float" and _FLOAT.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if kind == "int" and _INT.fullmatch(text):
            self._problem(node, f"a number of more than {MAX_DIGITS} digits", "write it as a power of ten, such as 1e6")
        elif kind in {"null", "bool", "int", "float"}:
            self._problem(node, f"{text!r} is not what the tag !!{kind} says", "take the tag out")
        elif kind != "str":
            self._forbidden_tag(node)
        elif _UNUSABLE.search(text):
            self._problem(node, "this text holds a null character or half a character", "take it out")
        return text

    def _forbidden_tag(self, node: yaml.Node) -> None:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self._problem(node, f"the tag {tag} is not allowed in a config", "write a plain value")

    def _place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        width = end.column - start.column if end.line == start.line else len(text) - start.column
        return Place(self.name, start.line + 1, start.column + 1, text, max(1, width))

    def _problem(self, node: yaml.Node, what: str, hint: str) -> None:
        self.problems.append(Problem(what, self._place(node), hint))


def what_is_there(path: Path) -> str:
    """Return what is to be found where a config is not."""
    folder = path.parent
    if os.path.isdir(path):
        return "it is a folder; name a file in it"
    if os.path.exists(path):
        return ""
    if not os.path.isdir(folder):
        return f"there is no folder {str(folder)!r}"
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix in {".yaml", ".yml"})
    except OSError:
        return ""
    if not names:
        return f"no config lies in {str(folder)!r}"
    near = suggest(path.name, names)
    return f"{near}\n" * bool(near) + f"configs in {str(folder)!r}: {', '.join(names[:12])}"
