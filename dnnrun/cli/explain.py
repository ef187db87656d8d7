"""``dnnrun explain RUN [OTHER]``: what a run's figures mean, or the difference of two."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.cli.options import LookInOption, RunArgument
from dnnrun.cli.screen import command, messages, results
from dnnrun.config.differences import dotted
from dnnrun.store import find_run
from dnnrun.store.finding import RUNS_DIR

if TYPE_CHECKING:
    from dnnrun.analysis.explanation import DifferenceExplanation, Explanation, Finding

_WIDEST = 100  # a line that is read with ease
_COLOURS = {"problem": "bold yellow", "remark": "bold cyan"}


@command
def explain(
    run: RunArgument,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="A second run, to tell what differs.")] = None,
    runs_dir: LookInOption = RUNS_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> None:
    """Say what happened in a run, in plain sentences with the numbers, and what to try.

    The rules read the history and the evaluation; docs/explain.md has their thresholds. Of two runs it says how their
    results differ, and which differences of config go with that. TensorFlow is not started.

    \b
    dnnrun explain latest
    dnnrun explain mnist_adam mnist_sgd
    dnnrun explain runs/20261123-141530-mnist_adam --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.explanation import explain as explain_run
    from dnnrun.analysis.explanation import explain_difference

    first = find_run(run, runs_dir)
    explanation: Explanation | DifferenceExplanation
    if other is None:
        explanation = explain_run(first)
        heading, unread = explanation.run, [f"{explanation.run}: {line}" for line in explanation.unread]
    else:
        explanation = explain_difference(first, find_run(other, runs_dir))
        heading, unread = "\n".join(map(": ".join, zip("AB", explanation.runs, strict=True))), [*explanation.unread]
    if as_json:
        results().out(json.dumps(_to_json(explanation), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(heading, explanation, results())
    for line in unread:
        messages().print(Text.assemble(("note: ", "yellow"), line))


def _print(heading: str, explanation: Explanation | DifferenceExplanation, console: Console) -> None:
    console.print(Text(heading, "bold"))
    _print_wrapped(explanation.summary, console)
    for finding in explanation.findings:
        console.print()
        _print_finding(finding, console)


def _print_finding(finding: Finding, console: Console) -> None:
    console.print(Text.assemble((finding.severity, _COLOURS[finding.severity]), f": {finding.rule}"))
    _print_wrapped(finding.text, console, "  ")
    for remedy in finding.remedies:
        _print_wrapped(f"try: {remedy.words}", console, "  - ", "    ")
        for line in remedy.lines():  # never wrapped, so that it can be copied
            console.print(Text(f"      {line}", "green"))


def _print_wrapped(text: str, console: Console, first: str = "", rest: str | None = None) -> None:
    width = min(_WIDEST, console.width) if sys.stdout.isatty() else _WIDEST
    rest = first if rest is None else rest
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    console.print(Text("\n".join(lines)))


def _to_json(explanation: Explanation | DifferenceExplanation) -> dict[str, Any]:
    plain = asdict(explanation)
    for finding, written in zip(explanation.findings, plain["findings"], strict=True):
        written["remedies"] = [
            {"words": remedy.words, "set": [edit.assignment for edit in remedy.edits]} for remedy in finding.remedies
        ]
    for difference in plain.get("differences", ()):
        difference["key"] = dotted(difference.pop("path"))
    return plain
