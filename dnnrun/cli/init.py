"""``dnnrun init``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.cli.program_names import as_typed
from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.starter.proposal import Proposal

_STDOUT = "-"
_SHOWN = 10  # columns, or classes, that are named
_WIDEST_NAME = 60


@command
def init(
    template: Annotated[str | None, typer.Argument(metavar="TEMPLATE", help="A config to start from.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Propose a config for this table instead.")] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of it to predict.")] = None,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="binary, multiclass or regression, where it is told wrong.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Leave this column out; repeatable.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - prints. Default: NAME.yaml.")
    ] = None,
    show_templates: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was decided as one JSON object.")] = False,
) -> None:
    """Write a config to start from, with a comment above every key.

    From a template, or for a CSV file: its columns are looked at, and preprocessing, layers, loss, metrics and
    callbacks proposed. A file that is there is never overwritten. TensorFlow is not started.

    \b
    dnnrun init --list
    dnnrun init mnist
    dnnrun init --csv houses.csv --target price --output houses.yaml
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.starter.beginning import new_config
    from dnnrun.starter.writing import init_config

    if show_templates:
        _print_templates(as_json=as_json)
        return
    path = None if output == _STDOUT else Path(output) if output else new_config(template, csv)
    beginning = init_config(template, csv=csv, target=target, task=task, drop=drop or (), output=path)
    if as_json:
        results().out(json.dumps(_as_json(path, beginning.text, beginning.proposal), allow_nan=False))
        return
    if path is None:
        results().out(beginning.text, end="")
    console = messages() if path is None else results()
    if path is not None:
        console.print(Text.assemble((str(path), "bold"), " written"))
    if beginning.proposal is not None:
        _print_proposal(beginning.proposal, console)
    if path is not None:
        _print_next(path, console)


def _print_templates(*, as_json: bool) -> None:
    from dnnrun.starter.templates import TEMPLATES

    if as_json:
        results().out(json.dumps(TEMPLATES))
        return
    width = max(map(len, TEMPLATES))
    for name, what in TEMPLATES.items():
        results().print(Text.assemble((f"{name:{width}}", "cyan"), f"  {what}"))


def _print_proposal(proposal: Proposal, console: Console) -> None:
    facts, splits = proposal.facts, proposal.splits
    _print_line(console, "data", f"{facts.rows:,} rows: {splits.train:,} to learn from, {splits.validation:,} for "
                f"validation, {splits.test:,} for the test")  # fmt: skip
    _print_line(console, "task", f"{proposal.decision.task} ({proposal.decision.why}){_classes(proposal)}")
    _print_line(
        console, "features", f"{len(proposal.features)} of {len(facts.columns)} columns: {_some(proposal.features)}"
    )
    topic = "left out"
    for name, reason in list(proposal.left_out.items())[:_SHOWN]:
        _print_line(console, topic, f"{_clipped(name)!r}: {reason}")
        topic = ""
    if len(proposal.left_out) > _SHOWN:
        _print_line(console, topic, f"and {len(proposal.left_out) - _SHOWN} more, see the config")
    units = " > ".join(f"Dense {units}" for units in (*proposal.hidden, proposal.outputs))
    _print_line(console, "model", f"{units}: {proposal.parameters:,} parameters, {proposal.size.dropout:.0%} dropout")
    for note in _notes(proposal):
        _print_line(console, "note", note)


def _print_line(console: Console, topic: str, words: str) -> None:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)
    console.print(Text.assemble((f"  {topic:8}  ", "dim"), shown))


def _classes(proposal: Proposal) -> str:
    if not proposal.is_for_classes:
        return f": {proposal.facts.target.name!r} is {proposal.offset:g} on average, give or take {proposal.scale:g}"
    counts = [
        f"{label} ({count:,} row{'' if count == 1 else 's'})" for label, count in proposal.facts.target.counts.items()
    ]
    return f": {proposal.facts.target.name!r} is {_some(counts)}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(_clipped, names[:_SHOWN])) + (
        f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    )


def _clipped(name: str) -> str:
    return name if len(name) <= _WIDEST_NAME else f"{name[: _WIDEST_NAME - 3]}..."


def _notes(proposal: Proposal) -> Iterator[str]:
    if proposal.is_for_classes and not proposal.stratify:
        yield "stratify is off: there are too few rows of some class for three splits"
    if proposal.class_weight:
        yield f"class_weight makes up for a class with {proposal.imbalance:.1f} times the rows of another"


def _print_next(path: Path, console: Console) -> None:
    console.print(Text("next", "cyan"))
    dnnrun = as_typed("dnnrun", sys.argv[0])
    for verb in ("validate", "train"):
        console.print(Text(f"  {dnnrun} {verb} {quote(str(path))}"))


def _as_json(path: Path | None, text: str, proposal: Proposal | None) -> dict[str, Any]:
    """Return what was decided; the text of the config itself where it is written nowhere."""
    told: dict[str, Any] = {"config": str(path)} if path is not None else {"text": text}
    if proposal is not None:
        told |= {
            "task": str(proposal.decision.task),
            "why": proposal.decision.why,
            "target": proposal.facts.target.name,
            "rows": {"all": proposal.facts.rows, **asdict(proposal.splits)},
            "classes": [str(label) for label in proposal.facts.target.counts] if proposal.is_for_classes else None,
            "features": list(proposal.features),
            "left_out": dict(proposal.left_out),
            "parameters": proposal.parameters,
            "notes": list(_notes(proposal)),
        }
    return told
