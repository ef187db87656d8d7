"""``dnnrun explain RUN``: what a run's figures mean."""

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
from dnnrun.store import find_run
from dnnrun.store.finding import RUNS_DIR

if TYPE_CHECKING:
    from dnnrun.analysis.explanation import Explanation, Finding

_WIDEST = 100  # a line that is read with ease
_COLOURS = {"problem": "bold yellow", "remark": "bold cyan"}
_QUIET = "Nothing stands out."


@command
def explain(
    run: RunArgument,
    runs_dir: LookInOption = RUNS_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> None:
    """Say what happened in a run, in plain sentences with the numbers, and what to try.

    The rules read the history and the evaluation; docs/explain.md has their thresholds. TensorFlow is not started.

    \b
    dnnrun explain latest
    dnnrun explain runs/20261123-141530-mnist_adam --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.explanation import explain as explain_run

    explanation = explain_run(find_run(run, runs_dir))
    if as_json:
        results().out(json.dumps(_to_json(explanation), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(explanation, results())
    for line in explanation.unread:
        messages().print(Text.assemble(("note: ", "yellow"), f"{explanation.run}: {line}"))


def _print(explanation: Explanation, console: Console) -> None:
    console.print(Text(explanation.run, "bold"))
    _print_wrapped(explanation.summary, console)
    for finding in explanation.findings:
        console.print()
        _print_finding(finding, console)
    if not explanation.findings:
        console.print()
        console.print(Text(_QUIET))


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


def _to_json(explanation: Explanation) -> dict[str, Any]:
    plain = asdict(explanation)
    for finding, written in zip(explanation.findings, plain["findings"], strict=True):
        written["remedies"] = [
            {"words": remedy.words, "set": [edit.assignment for edit in remedy.edits]} for remedy in finding.remedies
        ]
    return plain
