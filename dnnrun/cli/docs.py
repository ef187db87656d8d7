"""``dnnrun docs [TOPIC] [NAME]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.config.reference import Described, Key, Topic

_NARROWEST, _PIPE, _WIDEST = 60, 100, 120  # columns


@command
def docs(
    topic: Annotated[
        str | None, typer.Argument(metavar="[TOPIC]", help="layers, optimizers, ..., config; or the name of anything.")
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them: Dense.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
) -> None:
    """Look up what a config can say: keys, and every object of Keras with its arguments.

    Without a topic, the topics. TensorFlow is not started.

    \b
    dnnrun docs layers
    dnnrun docs layers Dense
    dnnrun docs EarlyStopping
    dnnrun docs config dataset
    dnnrun docs rules
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.config import reference
    from dnnrun.rules.table import RULES

    asked = reference.topic_named(topic) if topic else None
    if topic is None:
        rules = reference.Topic("rules", len(RULES), "what runs but learns nothing, and is found before the training")
        _print_topics([*reference.topics(), rules], as_json=as_json)
    elif topic in {"rule", "rules", *RULES}:
        _print_rules(topic if topic in RULES else name, as_json=as_json)
    elif asked == reference.KEYS:
        _print_keys(reference.keys(name or ""), as_json=as_json)
    elif asked is not None and name is None:
        _print_list(asked, reference.objects_of(reference.TOPICS[asked]), as_json=as_json)
    elif asked is not None and name is not None:
        _print_objects(reference.find(name, reference.TOPICS[asked]), as_json=as_json)
    elif name is None:
        _print_objects(reference.find(topic), as_json=as_json)
    else:
        raise reference.no_topic(topic)


def _print_topics(topics: Sequence[Topic], *, as_json: bool) -> None:
    if as_json:
        _print_json({"topics": [asdict(topic) for topic in topics]})
        return
    _print_table(("topic", "names", "what it is"), [(topic.name, str(topic.count), topic.about) for topic in topics])
    _remark("'dnnrun docs TOPIC' lists the names, 'dnnrun docs NAME' has the arguments")


def _print_rules(name: str | None, *, as_json: bool) -> None:
    from dnnrun.errors import ConfigError, suggest
    from dnnrun.rules.table import RULES

    if name is not None and name not in RULES:
        raise ConfigError(f"no rule is called {name!r}", hint=suggest(name, RULES) or "'dnnrun docs rules' lists them")
    rules = {name: RULES[name]} if name is not None else RULES
    if as_json:
        _print_json({"rules": [{"name": n, "severity": rule.severity, "why": rule.why} for n, rule in rules.items()]})
        return
    _print_table(("rule", "severity", "why"), [(n, rule.severity, rule.why) for n, rule in rules.items()])
    _remark("'ignore: [RULE]' in a config silences a warning; docs/rules has a page for each, with examples")


def _print_keys(keys: Sequence[Key], *, as_json: bool) -> None:
    if as_json:
        _print_json({"keys": [asdict(key) for key in keys]})
        return
    _print_table(("key", "default", "meaning"), [(key.name, _default(key.default), key.about) for key in keys])


def _print_list(topic: str, objects: Sequence[Described], *, as_json: bool) -> None:
    if as_json:
        _print_json({topic: [asdict(described) for described in objects]})
        return
    _print_table(("name", "what it is"), [(described.name, _about(described)) for described in objects])
    _remark(f"'dnnrun docs {topic} {objects[0].name}' has the arguments")


def _print_objects(objects: Sequence[Described], *, as_json: bool) -> None:
    if as_json:
        _print_json({"objects": [asdict(described) for described in objects]})
        return
    for number, described in enumerate(objects):
        if number:
            results().print()
        _print_object(described)


def _print_object(described: Described) -> None:
    from dnnrun.components import a_kind

    console = _console()
    console.print(Text.assemble((described.name, "bold"), f", {a_kind(described.kind)}"))
    console.print(Text(_about(described)))
    console.print()
    if described.arguments and described.kind == "sources":
        from dnnrun.api.datasets import meanings_of

        meanings = meanings_of(described.name)
        told = [(each.name, _default(each.default), meanings.get(each.name, "")) for each in described.arguments]
        _print_table(("argument", "default", "meaning"), told)
    elif described.arguments:
        rows = [(argument.name, argument.takes, _default(argument.default)) for argument in described.arguments]
        _print_table(("argument", "takes", "default"), rows)
    else:
        console.print("takes no arguments")
    console.print()
    console.print(Text("in a config", "cyan"))
    results().print(Text("\n".join(f"  {line}" for line in described.example.splitlines())))


def _about(described: Described) -> str:
    also = f" Also called {', '.join(described.aliases)}." if described.aliases else ""
    return f"{described.about}{also}"


def _default(default: str | None) -> str:
    return "required" if default is None else default


def _print_json(value: dict[str, Any]) -> None:
    results().out(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns side by side, the names in at most two fifths of the width."""
    from rich.table import Table

    console = _console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="cyan")
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", max_width=console.width * 2 // 5 if number == 0 else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _remark(text: str) -> None:
    messages().print(Text(text, "dim"))


def _console() -> Console:
    console = Console(highlight=False)
    width = console.width if sys.stdout.isatty() else _PIPE
    return Console(highlight=False, width=min(max(width, _NARROWEST), _WIDEST))
