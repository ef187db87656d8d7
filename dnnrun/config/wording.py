"""What the objects of the catalogue are and take, in words: for the schema of editors and for ``dnnrun docs``."""

from __future__ import annotations

import functools
import json

from dnnrun.components import Kind, a_kind, kind_of_argument
from dnnrun.config import catalog
from dnnrun.config.catalog import Entry, Parameter
from dnnrun.config.resolved import to_yaml_line
from dnnrun.config.values import types_in_words


def about_entry(kind: Kind, name: str, entry: Entry) -> str:
    """Return what an object is, in a line: for a function that Keras says nothing of, its class."""
    about = entry.doc or f"What {catalog.class_like(kind, name) or name} computes."
    return f"{entry.alias_of}: {about}" if entry.alias_of else about


def about_argument(name: str, parameter: Parameter, of: Kind | None = None) -> str:
    """Return what an argument takes and what it is when it is not given."""
    given = "required" if parameter.is_required else f"default: {default_of(parameter)}"
    return "; ".join(filter(None, (what_it_takes(name, parameter, of), given)))


def default_of(parameter: Parameter) -> str:
    """Return a default as a config would write it."""
    return _line_of(json.dumps(parameter.default))


@functools.cache
def _line_of(value: str) -> str:
    """Write YAML once for each of the few values that there are: for every argument it would take too long."""
    return to_yaml_line(json.loads(value))


def what_it_takes(name: str, parameter: Parameter, of: Kind | None = None) -> str:
    """Return what an argument takes, in words; nothing where that is not known.

    Args:
        name: of the argument.
        parameter: what is known of it.
        of: the kind of the object that takes it.
    """
    kind = kind_of_argument(name, of)
    if kind == "schedules":
        return "a number or a schedule"
    if kind:
        return a_kind(kind) if not name.endswith("s") else f"{a_kind(kind)}, or several"
    if parameter.choices:
        *others, last = [_line_of(json.dumps(choice)) for choice in parameter.choices]
        chosen = f"{', '.join(others)} or {last}" if others else last
        further = [kind for kind in parameter.types if kind != "str"]
        return f"{chosen}; {types_in_words(further)}" if further else chosen
    return types_in_words(parameter.types) if parameter.types else ""
