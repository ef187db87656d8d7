"""``dnnrun show RUN``."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import MISSING, config_text, metric_texts, plain_text
from dnnrun.cli.columns import Column, lines_of, printable
from dnnrun.cli.download_bar import size_text
from dnnrun.cli.options import LookInOption, RunArgument
from dnnrun.cli.run_table import duration_text
from dnnrun.cli.screen import command, messages, results

_LABEL = 13  # characters
_ALL_LISTED = 3  # files of a directory; of more only their number is shown


@command
def show(
    name: RunArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Show everything about one run: how it went, data, results, config, where it was made, and its files.

    Of a run that is broken, what can be read; the exit code is then 4.

    \b
    dnnrun show latest
    dnnrun show runs/20261123-141530-mnist_adam --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.run_description import show_run
    from dnnrun.analysis.run_summary import BROKEN
    from dnnrun.errors import RunError
    from dnnrun.store import find_run

    shown = show_run(find_run(name, runs_dir))
    if as_json:
        results().out(json.dumps(shown, indent=2, allow_nan=False))
    else:
        _print(shown, results())
    for problem in shown["problems"]:
        messages().print(Text.assemble(("note: ", "yellow"), f"{shown['path']}: {problem}"))
    if shown["status"] == BROKEN:
        raise typer.Exit(RunError.exit_code)


def _print(shown: Mapping[str, Any], console: Console) -> None:
    width = console.width if console.is_terminal else None
    console.print(Text.assemble((shown["run"], "bold"), f"  {shown['status']}"))
    _print_pairs(list(_about(shown)), width, console)
    for title, pairs in (("data", _data(shown)), ("training", _training(shown))):
        _print_section(title, list(pairs), width, console)
    if shown["metrics"]:
        console.print(Text("\nresults", "cyan"))
        for line in _results(shown, width):
            console.print(Text(f"  {line}"))
    for title, pairs in (("config", _config(shown)), ("made with", _surroundings(shown))):
        _print_section(title, list(pairs), width, console)
    console.print(Text(f"\nfiles  {size_text(shown['size'])} in {shown['path']}", "cyan"))
    for line in _files(shown["files"], width):
        console.print(Text(f"  {line}"))


def _print_section(title: str, pairs: Sequence[tuple[str, str | None]], width: int | None, console: Console) -> None:
    if any(text for _, text in pairs):
        console.print(Text(f"\n{title}", "cyan"))
        _print_pairs(pairs, width, console)


def _print_pairs(pairs: Sequence[tuple[str, str | None]], width: int | None, console: Console) -> None:
    """Print labels with their texts, where there are any, a text that is long below itself."""
    told = [(label, printable(str(text))) for label, text in pairs if text]
    labels = max([_LABEL, *(len(label) + 2 for label, _ in told)])
    for label, text in told:
        room = 100_000 if width is None else max(20, width - labels - 2)
        lines = textwrap.wrap(text, room, break_on_hyphens=False)
        for index, line in enumerate(lines):
            console.print(Text(f"  {'' if index else label:<{labels}}{line}"))


def _about(shown: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "about", shown["description"]
    yield "tags", ", ".join(shown["tags"])
    yield "note", shown["note"]
    took = "" if shown["seconds"] is None else f", {duration_text(shown['seconds'])}"
    yield "began", shown["created"] and f"{shown['created']}{took}"
    for session in _list(shown["resumed"]):
        told = _mapping(session)
        yield "resumed", f"{told.get('at')}, from {told.get('from_status')}, at epoch {told.get('from_epoch', '?')}"
    yield "failure", shown["failure"]
    yield "command", shlex.join(map(str, _list(shown["command"])))


def _data(shown: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    data = _mapping(shown["dataset"])
    task = data.get("task")
    yield "source", data.get("source") and f"{data['source']}{f', {task}' if isinstance(task, str) else ''}"
    yield "rows", ", ".join(f"{_number(count)} {split}" for split, count in _mapping(data.get("rows")).items())
    yield "input", data.get("input_shape") and f"{_shapes(data['input_shape'])} {data.get('dtype') or ''}".rstrip()
    yield "classes", _classes(data.get("classes"))
    yield "fingerprint", data.get("fingerprint")
    yield "fold", shown["fold"] and ", ".join(f"{key} {value}" for key, value in _mapping(shown["fold"]).items())


def _training(shown: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    parameters, epochs, planned, best = (shown[key] for key in ("parameters", "epochs", "planned", "best"))
    yield "parameters", None if parameters is None else _number(parameters)
    yield "epochs", f"{epochs} of {planned}" if planned else str(epochs or "")
    if best:
        value = best.get("value")
        text = metric_texts([value])[0] if isinstance(value, int | float) else "nan"
        yield "best epoch", f"{best.get('epoch')}, by {best.get('metric')} ({text})"
    yield "weights", shown["weights_from_epoch"] and f"of epoch {shown['weights_from_epoch']}"
    weights = _mapping(shown["class_weight"])
    yield "class weights", ", ".join(f"{label}: {config_text(weight)}" for label, weight in weights.items())


def _results(shown: Mapping[str, Any], width: int | None) -> list[str]:
    """Return a line for each metric: on all rows it was measured on, and what a guess scores."""
    metrics = shown["metrics"]
    texts: dict[str, list[str]] = {name: [] for name in metrics}
    kinds = ("untrained", "training", "validation", "best", "evaluated", "guess")
    for name, figures in metrics.items():
        values = [_mapping(figures[kind]).get("value") if kind == "best" else figures[kind] for kind in kinds]
        texts[name] = metric_texts([value if isinstance(value, int | float) else None for value in values])
    headings = {"evaluated": str(shown["split"] or "evaluated"), "best": "best"}
    if shown["split"] == "validation":
        headings["evaluated"] = "evaluated"
    ranks = {"untrained": 6, "training": 3, "validation": 2, "best": 4, "evaluated": 1, "guess": 5}
    columns = [Column("", 0, [printable(name) for name in metrics])]
    for index, kind in enumerate(kinds):
        cells = [texts[name][index] for name in metrics]
        if any(cell != MISSING for cell in cells):
            columns.append(Column(headings.get(kind, kind), ranks[kind], cells, is_right=True))
        if kind == "best" and any(figures["best"] for figures in metrics.values()):
            epochs = [str(_mapping(figures["best"]).get("epoch", MISSING)) for figures in metrics.values()]
            columns.append(Column("at epoch", 4, epochs, is_right=True))
    return lines_of(columns, width and width - 2)


def _config(shown: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    from dnnrun.config.differences import dotted, flatten

    for path, value in flatten(_mapping(shown["config"])).items():
        yield dotted(path), plain_text(value)


def _surroundings(shown: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    yield "versions", ", ".join(f"{name} {version}" for name, version in _mapping(shown["versions"]).items())
    machine = _mapping(shown["machine"])
    cores = f"{machine['cores']} cores" if "cores" in machine else ""
    yield "machine", ", ".join(str(part) for part in (machine.get("host"), machine.get("system"), cores) if part)
    threads, workers = shown["threads"], shown["workers"]
    devices = ", ".join(map(str, _list(shown["devices"])))
    devices += f", {threads} thread{'' if threads == 1 else 's'}" if threads else ""
    yield "devices", devices + (f", {workers} workers" if workers not in (None, 1) else "")
    git = _mapping(shown["git"])
    yield "git", git.get("commit") and f"{git['commit']}{', with uncommitted changes' if git.get('dirty') else ''}"


def _files(files: Sequence[Mapping[str, Any]], width: int | None) -> list[str]:
    """Return a line for each file, and one for a directory of many."""
    folders: dict[str, list[Mapping[str, Any]]] = {}
    for file in files:
        folders.setdefault(str(PurePath(file["path"]).parent), []).append(file)
    lines = []
    for folder, inner in folders.items():
        if folder == "." or len(inner) < _ALL_LISTED:
            lines += [(file["path"], size_text(file["size"]), file["what"]) for file in inner]
        else:
            size, what = size_text(sum(file["size"] for file in inner)), inner[0]["what"]
            lines.append((f"{folder}/", size, f"{len(inner)} files: {what}" if what else f"{len(inner)} files"))
    lines.sort()
    names, sizes, whats = ([printable(line[index]) for line in lines] for index in range(3))
    columns = [Column("", 0, names), Column("", 1, sizes, is_right=True), Column("", 2, whats)]
    return lines_of(columns, width and width - 2)[1:]


def _classes(classes: Any) -> str | None:
    if isinstance(classes, Mapping):  # of several outputs
        return "; ".join(f"{output} {_classes(each)}" for output, each in classes.items() if _classes(each))
    if not isinstance(classes, list) or not classes:
        return None
    named = ", ".join(map(str, classes[:10]))
    return f"{len(classes)}: {named}{', ...' if len(classes) > 10 else ''}"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _shapes(shape: Any) -> str:
    if isinstance(shape, Mapping):
        return ", ".join(f"{name} {_shapes(each)}" for name, each in shape.items())
    return "x".join(map(str, _list(shape))) or "one number"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
