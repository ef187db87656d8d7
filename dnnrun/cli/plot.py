"""``dnnrun plot RUN [NAME...]`` and ``dnnrun plot activations [NAME...]``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import LookInOption, RunArgument
from dnnrun.cli.screen import command, messages, print_problems, results


class Format(StrEnum):
    """What kind of file a picture is."""

    png = "png"
    svg = "svg"
    pdf = "pdf"


_ACTIVATIONS = "activations"  # in place of a run; a run of this name has a path


@command
def plot(
    name: RunArgument,
    plots: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which plots; without, all that the run has.")
    ] = None,
    image_format: Annotated[Format | None, typer.Option("--format", help="What to write; png by default.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR|FILE", help="Where to write; by default into the run's plots/."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run and the files as one object.")] = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Draw plots of a run from its files, at any time, and print the files; or activation functions.

    docs/plots.md shows all of them. TensorFlow is not started.

    \b
    dnnrun plot latest
    dnnrun plot mnist confusion_matrix --format svg
    dnnrun plot runs/20261123-141530-mnist_adam loss -o curve.svg
    dnnrun plot activations relu gelu -o activations.svg
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    if name == _ACTIVATIONS:
        _plot_activations(plots or None, image_format, output, as_json=as_json)
        return
    from dnnrun.analysis.plots.table import draw_plots
    from dnnrun.errors import RunError
    from dnnrun.store import find_run

    run = find_run(name, runs_dir)
    paths, problems = draw_plots(run, plots or None, image_format=image_format, output=output)
    if as_json:
        results().out(json.dumps({"run": str(run.path), "plots": [str(path) for path in paths]}))
    else:
        for path in paths:
            results().out(str(path))
    print_problems(problems, messages())
    if not paths and not problems:
        raise RunError(f"{run.path}: has nothing to draw yet", hint="a first plot can be drawn after the first epoch")
    if problems:
        raise typer.Exit(RunError.exit_code)


def _plot_activations(
    names: list[str] | None, image_format: Format | None, output: Path | None, *, as_json: bool
) -> None:
    from dnnrun.api.plots import plot_activations

    path = plot_activations(names, image_format=image_format, output=output or Path())
    results().out(json.dumps({"plots": [str(path)]}) if as_json else str(path))
