"""``dnnrun diff A B``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import MISSING, metric_texts, plain_text, shortened
from dnnrun.cli.columns import Column, lines_of, printable
from dnnrun.cli.options import LookInOption
from dnnrun.cli.run_table import duration_text
from dnnrun.cli.screen import command, messages, results

_HELP = "Its directory, its name or a part of it that only one run has, or latest."
_NARROWEST = 8  # characters of a value that is cut
_SECTIONS = {"config": "config", "data": "data", "versions": "versions", "environment": "machine and code"}


@command
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help=_HELP)],
    second: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Show what is different between two runs: config, data, versions, machine, and results.

    A layer that only one of them has is one difference. Of the results all are shown, * marks the better.

    \b
    dnnrun diff mnist_sgd latest
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.run_difference import diff_runs
    from dnnrun.store import find_run

    found = diff_runs(find_run(first, runs_dir), find_run(second, runs_dir))
    if as_json:
        results().out(json.dumps(found, indent=2, allow_nan=False))
    else:
        _print(found, results())
    for problem in found["problems"]:
        messages().print(Text.assemble(("note: ", "yellow"), problem))


def _print(found: Mapping[str, Any], console: Console) -> None:
    width = console.width if console.is_terminal else None
    for letter, run in zip("AB", found["runs"], strict=True):
        console.print(Text.assemble((f"{letter}  ", "cyan"), (run["run"], "bold"), f"  {run['status']}"))
    same = [title for key, title in _SECTIONS.items() if not found[key]]
    for key, title in _SECTIONS.items():
        if found[key]:
            _print_lines(title, _pairs(found[key], width), console)
    _print_lines("results", _results(found["results"], width), console)
    if same:
        console.print(Text(f"\nno difference: {', '.join(same)}", "dim"))


def _print_lines(title: str, lines: Sequence[str], console: Console) -> None:
    heading, *others = lines
    console.print(Text(f"\n{title}{heading[len(title) :]}", "cyan"))
    for line in others:
        console.print(Text(line))


def _pairs(differences: Sequence[Mapping[str, Any]], width: int | None) -> list[str]:
    """Return the keys with both values, cut in their middles where they are too long for a terminal."""
    rows = [tuple(printable(plain_text(each[part])) for part in ("key", "first", "second")) for each in differences]
    keys, ones, others = (list(texts) for texts in zip(*rows, strict=True))
    if width is not None:
        room = width - 6  # of which gaps take four, and the margin two
        longest = min(max(map(len, keys)), max(room // 2, room - max(map(len, ones)) - max(map(len, others))))
        keys = [shortened(key, longest) for key in keys]
        for_one = min(max(map(len, ones)), max((room - longest) // 2, room - longest - max(map(len, others))))
        ones = [shortened(text, max(_NARROWEST, for_one)) for text in ones]
        others = [shortened(text, max(_NARROWEST, room - longest - for_one)) for text in others]
    return lines_of([_key_column(keys), Column("A", 0, ones), Column("B", 0, others)], None)


def _key_column(keys: Sequence[str]) -> Column:
    """Return the first column, moved in; long enough for the title that takes the place of its heading."""
    longest = max(map(len, _SECTIONS.values()))
    return Column(" " * longest, 0, [f"  {key}" for key in keys])


def _results(figures: Sequence[Mapping[str, Any]], width: int | None) -> list[str]:
    rows = [(each["figure"].replace("_from_epoch", " from epoch"), *_texts(each)) for each in figures]
    names, ones, others, differences = (list(texts) for texts in zip(*rows, strict=True))
    columns = [
        _key_column(list(map(printable, names))),
        Column("A ", 0, ones, is_right=True),
        Column("B ", 0, others, is_right=True),
        Column("B - A", 1, differences, is_right=True),
    ]
    return lines_of(columns, width)


def _texts(each: Mapping[str, Any]) -> tuple[str, str, str]:
    values = (each["first"], each["second"])
    if each["figure"] == "seconds":
        one, other = (MISSING if value is None else duration_text(value) for value in values)
        return f"{one} ", f"{other} ", ""
    if not all(isinstance(value, float) or value is None for value in values):
        texts = [f"{value:,}" if isinstance(value, int) else printable(plain_text(value)) for value in values]
        difference = each["difference"]
        return f"{texts[0]} ", f"{texts[1]} ", f"{difference:+,}" if difference else ""
    one, other = metric_texts(values)
    marks = ["*" if each["better"] == which else " " for which in ("first", "second")]
    difference = each["difference"]
    sign = "" if difference is None else "+" if difference > 0 else "-" if difference < 0 else " "
    text = "" if difference is None else metric_texts([abs(difference), *values])[0]
    return f"{one}{marks[0]}", f"{other}{marks[1]}", f"{sign}{text}"
