"""What a config can say: its keys, the kinds of objects in it, and each object with its arguments and an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic.fields import FieldInfo

from dnnrun.components import Kind, a_kind, kind_of_argument, one_of
from dnnrun.config import catalog
from dnnrun.config.examples import example_of
from dnnrun.config.hints import fields, section_at
from dnnrun.config.resolved import to_yaml_line
from dnnrun.config.wording import about_entry, default_of, what_it_takes
from dnnrun.errors import ConfigError, suggest

KEYS = "config"
_ABOUT: dict[Kind, str] = {
    "layers": "what a model is made of, and preprocessing",
    "optimizers": "how the weights are changed",
    "schedules": "a learning rate that changes as the training goes on",
    "losses": "what is made small",
    "metrics": "what is measured every epoch",
    "callbacks": "what happens beside the training: stopping, saving, logging",
    "initializers": "the first weights of a layer",
    "regularizers": "a price for large weights",
    "constraints": "what weights may not become",
    "activations": "what a layer does to its sums",
    "sources": "where the rows come from",
    "estimators": "what scikit-learn fits, in place of a network",
}
TOPICS: dict[str, Kind] = {"datasets" if kind == "sources" else kind: kind for kind in _ABOUT}


@dataclass(frozen=True)
class Topic:
    """A kind of object, or the keys of a config: how it is asked for, how many there are, and what they are for."""

    name: str
    count: int
    about: str


@dataclass(frozen=True)
class Key:
    """A key of a config, by its dotted path, with its default as a config would write it; None where it is required."""

    name: str
    default: str | None
    about: str


@dataclass(frozen=True)
class Argument:
    """An argument: what it takes in words, the kind of object that it holds, and its default as YAML."""

    name: str
    takes: str
    kind: Kind | None
    choices: tuple[str, ...]
    default: str | None


@dataclass(frozen=True)
class Described:
    """An object that a config can name, under its best known name, with the others that it has."""

    kind: Kind
    name: str
    aliases: tuple[str, ...]
    about: str
    is_function: bool
    arguments: tuple[Argument, ...]
    example: str


def topics() -> list[Topic]:
    """Return what can be asked for."""
    found = [Topic(name, len(objects_of(kind)), _ABOUT[kind]) for name, kind in TOPICS.items()]
    return [Topic(KEYS, len(keys()), "the keys of a config"), *found]


def topic_named(name: str) -> str | None:
    """Return the topic of a name, which may also be that of one thing of it (``layer``), or None."""
    names = {one_of(kind): topic for topic, kind in TOPICS.items()} | {"dataset": "datasets", "sources": "datasets"}
    names |= {"keys": KEYS, "key": KEYS}
    return name if name == KEYS or name in TOPICS else names.get(name)


def keys(inside: str = "") -> list[Key]:
    """Return the keys of a config, or one of them with those inside it.

    Raises:
        ConfigError: there is no such key.
    """
    found = list(_keys_in(()))
    kept = [key for key in found if not inside or key.name == inside or key.name.startswith(f"{inside}.")]
    if kept:
        return kept
    names = [key.name for key in found]
    ending = [name for name in names if name.endswith(f".{inside}")]
    near = f"it is written {ending[0]}" if ending else suggest(inside, names)
    raise ConfigError(f"there is no key {inside!r}", hint=near or f"'dnnrun docs {KEYS}' lists them")


def objects_of(kind: Kind) -> list[Described]:
    """Return every object of a kind, sorted by name as the catalogue is."""
    return [describe(kind, name) for name, entry in catalog.entries(kind).items() if not entry.alias_of]


def describe(kind: Kind, name: str) -> Described:
    """Return all that is known of one object, by one of its names."""
    name = catalog.own_name(kind, name)
    entry = catalog.entries(kind)[name]
    aliases = tuple(other for other, its in catalog.entries(kind).items() if its.alias_of == name)
    arguments = tuple(
        Argument(
            argument,
            what_it_takes(argument, parameter, kind),
            kind_of_argument(argument, kind),
            parameter.choices,
            None if parameter.is_required else default_of(parameter),
        )
        for argument, parameter in entry.parameters.items()
    )
    about = about_entry(kind, name, entry)
    return Described(kind, name, aliases, about, entry.is_function, arguments, example_of(kind, name))


def find(name: str, kind: Kind | None = None) -> list[Described]:
    """Return what has this name, of a kind or of any.

    Raises:
        ConfigError: nothing has; with the nearest name that something has.
    """
    homes = [other for other in TOPICS.values() if name in catalog.entries(other)]
    kinds = [kind] if kind else TOPICS.values()
    alike = [known for other in kinds for known in catalog.entries(other) if known.lower() == name.lower()]
    if not homes and alike:
        return find(alike[0], kind)
    if kind is None and homes:
        return [describe(home, name) for home in homes]
    if kind is not None and kind in homes:
        return [describe(kind, name)]
    if kind is None:
        written = [key.name for key in keys() if key.name.rpartition(".")[2] == name]
        if written:
            raise ConfigError(f"{name!r} is a key of a config", hint=f"dnnrun docs {KEYS} {written[0]}")
        everything = [*TOPICS, KEYS, *(known for other in TOPICS.values() for known in catalog.entries(other))]
        near = suggest(name, everything)
        raise ConfigError(f"nothing is called {name!r}", hint=near or f"topics: {', '.join([KEYS, *TOPICS])}")
    if homes:
        hint = f"{a_kind(homes[0])} is called so: dnnrun docs {_topic_of(homes[0])} {name}"
    else:
        hint = suggest(name, catalog.entries(kind)) or f"'dnnrun docs {_topic_of(kind)}' lists them"
    raise ConfigError(f"no {one_of(kind)} is called {name!r}", hint=hint)


def no_topic(name: str) -> ConfigError:
    """Return the error of asking for a topic that there is not."""
    listed = f"topics: {', '.join([KEYS, *TOPICS])}"
    near = suggest(name, [KEYS, *TOPICS])
    return ConfigError(f"there is no topic {name!r}", hint=f"{near}\n{listed}".strip())


def _topic_of(kind: Kind) -> str:
    return next(topic for topic, its in TOPICS.items() if its == kind)


def _keys_in(section: tuple[str, ...]) -> Iterator[Key]:
    model = section_at(section)
    known = model.model_fields if model else {}
    for name, meaning in fields(section).items():
        path = (*section, name)
        yield Key(".".join(path), _default_of(known[name]) if name in known else "null", meaning)
        yield from _keys_in(path)


def _default_of(field: FieldInfo) -> str | None:
    if field.is_required():
        return None
    return to_yaml_line(list(field.default) if isinstance(field.default, tuple) else field.default)
