"""``dnnrun evaluate RUN``: how good its model is, and how far that may be off."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import metric_text, metric_texts
from dnnrun.cli.chatter import turned_away
from dnnrun.cli.columns import Column, lines_of, printable
from dnnrun.cli.options import CodeOption, LookInOption, OfflineOption, RunArgument
from dnnrun.cli.screen import command, messages, results

_MOST_CLASSES = 30
_TITLES = {"test": "test rows", "validation": "validation rows", "training": "training rows", "given": "rows"}


class SplitName(StrEnum):
    """Which of a run's rows."""

    test = "test"
    validation = "validation"
    train = "train"


@command
def evaluate(
    name: RunArgument,
    data: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Other rows: a file or folder, or a source as a config writes it."),
    ] = None,
    split: Annotated[
        SplitName | None, typer.Option(help="Which of the run's own rows; by default the test rows, if there are any.")
    ] = None,
    resamples: Annotated[
        int, typer.Option(metavar="N", min=100, help="How often the rows are drawn for the intervals.")
    ] = 1000,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of these draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as one object.")] = False,
    runs_dir: LookInOption = Path("runs"),
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
) -> None:
    """Evaluate the model of a run: metrics with 95 % intervals, figures of each class, beside a trivial guess.

    The figures are written to the run, beside those of its training.

    \b
    dnnrun evaluate latest
    dnnrun evaluate mnist_cnn --split validation
    dnnrun evaluate pima --data new_patients.csv --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.evaluating import evaluate_run
    from dnnrun.store import find_run

    run = find_run(name, runs_dir)
    with turned_away():
        evaluation = evaluate_run(
            run,
            data,
            split=split.value if split else None,
            resamples=resamples,
            seed=seed,
            allow_code=allow_code,
        )
    for remark in evaluation.remarks:
        messages().print(Text.assemble(("note: ", "yellow"), f"{run.name}: {remark}"))
    if as_json:
        results().out(json.dumps(run.later_evaluations[evaluation.file.stem], indent=2, ensure_ascii=False))
        return
    print_evaluation(run.name, evaluation.figures, results())
    results().print(Text(f"written to {evaluation.file}", "dim"))


def print_evaluation(name: str, figures: Mapping[str, Any], console: Console) -> None:
    """Print the figures of one evaluation."""
    width = console.width if console.is_terminal else None
    console.print(Text(printable(name), "bold"))
    rows = f"{figures['rows']:,} {_TITLES[figures['split']]} of {printable(figures['data'])}"
    console.print(Text(rows))
    console.print()
    _print_lines(lines_of(_metric_columns(figures), width), console)
    for output, judged in _by_output(figures):
        if "classification" in judged:
            console.print()
            _print_classes(output, judged["classification"], width, console)
        if "regression" in judged:
            console.print()
            label = f"{printable(output)}: " if output else ""
            told = ", ".join(f"{key} {_text(value)}" for key, value in judged["regression"].items())
            console.print(Text(f"{label}{told}"))
    console.print()
    for line in _footnotes(figures):
        console.print(Text(line, "dim"))


def _by_output(figures: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from (figures.get("outputs") or {"": figures}).items()


def _metric_columns(figures: Mapping[str, Any]) -> list[Column]:
    metrics = figures["metrics"]
    intervals = figures["intervals"]
    columns = [
        Column("", 0, list(map(printable, metrics))),
        Column("model", 0, [_text(value) for value in metrics.values()], is_right=True),
        Column("95 % interval", 1, [_interval(intervals.get(name)) for name in metrics]),
    ]
    guessed = (figures.get("trivial") or {}).get("metrics")
    if guessed:
        columns.append(Column("trivial guess", 2, [_text(guessed.get(name)) for name in metrics], is_right=True))
    return columns


def _print_classes(output: str, judged: Mapping[str, Any], width: int | None, console: Console) -> None:
    classes = judged["classes"]
    shown = slice(None, _MOST_CLASSES if len(classes) > _MOST_CLASSES + 1 else None)
    columns = [Column(printable(output) or "class", 0, list(map(printable, classes[shown])))]
    columns += [
        Column(figure, rank, metric_texts(judged[figure][shown]), is_right=True)
        for rank, figure in enumerate(("precision", "recall", "f1"), start=1)
    ]
    columns.append(Column("rows", 1, [f"{count:,}" for count in judged["support"][shown]], is_right=True))
    _print_lines(lines_of(columns, width), console)
    if shown.stop is not None:
        left = len(classes) - _MOST_CLASSES
        console.print(Text(f"and {left} more classes: --json prints them all", "dim"))


def _footnotes(figures: Mapping[str, Any]) -> Iterator[str]:
    made = figures["bootstrap"]
    yield f"95 % intervals: {made['method']}, {made['resamples']:,} resamples, seed {made['seed']}"
    without = [name for name in figures["metrics"] if name not in figures["intervals"]]
    if without:
        names = ", ".join(map(printable, without))
        yield f"no interval for {names}: it cannot be computed of resampled predictions"
    if figures.get("trivial"):
        yield f"trivial guess: {printable(figures['trivial']['guess'])}"


def _print_lines(lines: Sequence[str], console: Console) -> None:
    console.print(Text(lines[0], "cyan"))
    for line in lines[1:]:
        console.print(Text(line))


def _interval(interval: Sequence[float] | None) -> str:
    return "-" if interval is None else " to ".join(metric_texts(interval))


def _text(value: float | None) -> str:
    return "nan" if value is None else metric_text(value)
