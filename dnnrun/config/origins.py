"""Where each value of a resolved config comes from: a line of a file, the command line, or a default.

The YAML is that of `config.resolved`; this module only puts comments behind its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from dnnrun.components import ConfigPath
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment

_DEFAULT = "default"
_BY_THE_DATA: ConfigPath = ("dataset", "preprocess")
_WIDEST = 60  # of the lines whose comments are aligned; a longer one has its comment right behind it
_LONGEST = 80  # of a comment


def origins(experiment: Experiment) -> dict[ConfigPath, str]:
    """Return where every value of the resolved config comes from, by its path.

    Returns:
        ``configs/base.yaml:12``; the option for what the command line says, such as ``--set epochs=3``; ``default``;
        ``the file's name``; ``given`` for what a program has given. Empty lists and mappings count as values.
    """
    return {path: _origin(experiment, path) for path in _leaves(to_plain(experiment), ())}


def to_annotated_yaml(experiment: Experiment) -> str:
    """Return the resolved config as YAML that `load_config` takes, with the origin of each value as a comment."""
    text, known = to_yaml(experiment), origins(experiment)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    comments = {line: _in_one_line(known[path]) for line, path in _lines(root, to_plain(experiment), ())}
    lines = text.split("\n")
    width = max(len(lines[line]) for line in comments if len(lines[line]) <= _WIDEST)
    return "\n".join(
        f"{text:<{width}}  # {comments[number]}" if number in comments else text for number, text in enumerate(lines)
    )


def _leaves(value: Any, path: ConfigPath) -> Iterator[ConfigPath]:
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path


def _lines(node: Any, value: Any, path: ConfigPath) -> Iterator[tuple[int, ConfigPath]]:
    """Yield the last line of every value, counted from 0, with its path; ``node`` is what ``value`` was written as."""
    if isinstance(value, dict) and value:
        for (_, inner), (key, item) in zip(node.value, value.items(), strict=True):
            yield from _lines(inner, item, (*path, key))
    elif isinstance(value, list) and value:
        for index, (inner, item) in enumerate(zip(node.value, value, strict=True)):
            yield from _lines(inner, item, (*path, index))
    else:
        yield node.end_mark.line, path


def _origin(experiment: Experiment, path: ConfigPath) -> str:
    document = experiment.document
    if path[:2] == _BY_THE_DATA and document is not None and _is_left_open(path, document.value):
        return f"{_DEFAULT}, chosen by the data"
    if document is not None and path == ("name",) and document.value.get("name") is None:
        return "the file's name"
    if document is not None and not _is_given(experiment, path, document.value):
        return _DEFAULT
    place = experiment.place(path)
    if place is None:
        return "given"
    return f"{place.file}:{place.line}" if place.line else place.file


def _is_given(experiment: Experiment, path: ConfigPath, written: Mapping[Any, Any]) -> bool:
    """Whether the key of the config language that a path begins with is written: below it, nothing has a default."""
    section, *rest = path
    if section not in written or not isinstance(getattr(experiment, str(section)), BaseModel):
        return section in written
    inner = written[section]
    return rest[0] in inner if isinstance(inner, Mapping) else rest[0] == "source"  # as in 'dataset: mnist'


def _is_left_open(path: ConfigPath, written: Mapping[Any, Any]) -> bool:
    """Whether it is not written how a column is prepared, or nothing about that at all."""
    dataset = written.get("dataset")
    if not isinstance(dataset, Mapping) or "preprocess" not in dataset:
        return True
    given = dataset["preprocess"] or {}
    return len(path) > len(_BY_THE_DATA) and isinstance(given, Mapping) and path[2] not in given


def _in_one_line(origin: str) -> str:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in origin)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
