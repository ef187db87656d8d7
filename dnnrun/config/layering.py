"""A config file and what it extends, read and laid over each other."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnnrun.config.merging import merge
from dnnrun.config.paths import with_absolute_paths
from dnnrun.config.reader import Document, read_file, what_is_there
from dnnrun.errors import ConfigError, Place, Problem

MAX_BASES = 20


def read_layers(path: Path, shown_as: str | None = None) -> Document:
    """Read a config file and, below it, everything it extends.

    Raises:
        ConfigError: a file cannot be read, is not a mapping, or extends itself, at once or in the end.
    """
    return _read_layers(path, shown_as or str(path), (), {})


def _read_layers(path: Path, name: str, chain: tuple[tuple[Path, str], ...], read: dict[Path, Document]) -> Document:
    """Read a file and its bases; ``read`` holds what was read already, as two bases may share a third."""
    document = read_file(path, name)
    if not isinstance(document.value, dict):
        raise ConfigError(
            Problem(
                f"a config must be a mapping of keys to values, not {describe(document.value)}",
                document.place(()),
                "begin with lines such as 'dataset: mnist', with a space after the colon",
            )
        )
    bases = document.value.pop("extends", None)
    document = _with_dataset_in_full(document)
    document = replace(document, value=with_absolute_paths(document.value, path.parent))
    if bases is None:
        return document
    links = (*chain, (path.resolve(), name))
    merged = Document({})
    for index, entry in enumerate(bases if isinstance(bases, list) else [bases]):
        where = document.place(("extends", index) if isinstance(bases, list) else ("extends",))
        if not isinstance(entry, str):
            what = f"extends takes a file name or a list of them, not {describe(entry)}"
            raise ConfigError(Problem(what, where, "for example 'extends: base.yaml'"))
        base = path.parent / entry
        _check_base(base, entry, links, where)
        resolved = base.resolve()
        if resolved not in read:
            read[resolved] = _read_layers(base, str(base), links, read)
        merged = merge(merged, read[resolved])
    return merge(merged, document)


def _check_base(base: Path, entry: str, links: tuple[tuple[Path, str], ...], where: Place | None) -> None:
    if not os.path.isfile(base):
        looked_for = f"it is looked for at {base.absolute()}"
        hint = what_is_there(base)
        raise ConfigError(
            Problem(
                f"extends names {entry!r}, which is not a file", where, f"{looked_for}\n{hint}" if hint else looked_for
            )
        )
    known = [link for link, _ in links]
    if base.resolve() in known:
        round_trip = " extends ".join([n for _, n in links[known.index(base.resolve()) :]] + [str(base)])
        raise ConfigError(Problem(f"extends goes in a circle: {round_trip}", where, "take one of them out"))
    if len(links) > MAX_BASES:
        raise ConfigError(Problem(f"extends goes through more than {MAX_BASES} files", where, "merge some of them"))


def _with_dataset_in_full(document: Document) -> Document:
    """Return the document with ``dataset: mnist`` as the ``{source: mnist}`` that it stands for, so that it merges."""
    dataset, at = document.value.get("dataset"), document.values.get(("dataset",))
    if not isinstance(dataset, str):
        return document
    value = {**document.value, "dataset": {"source": dataset}}
    return replace(document, value=value, values={**document.values, **({("dataset", "source"): at} if at else {})})


def describe(value: Any) -> str:
    """Return what a YAML value is, in the words of a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else f"the text {value[:57]!r}..."
    return f"the number {value}" if len(str(value)) <= 60 else f"a number of {len(str(value))} digits"
