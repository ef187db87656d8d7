"""``dnnrun verify RUN``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnnrun.cli.on_screen import training_screen
from dnnrun.cli.options import CodeOption, LookInOption, OfflineOption, QuietOption, RunArgument
from dnnrun.cli.screen import command, results

if TYPE_CHECKING:
    from dnnrun.analysis.repetition import Repetition

_DIFFERENT = 5  # as for a training that failed: it did not do what it was to do


@command
def verify(
    name: RunArgument,
    epochs: Annotated[int | None, typer.Option(metavar="K", min=1, help="Train only its first K epochs again.")] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="X", min=0, help="Largest relative difference that does not count.")
    ] = 1e-3,
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as one JSON object.")] = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Train a run again and say whether it comes out the same.

    It is trained from its resolved.yaml in a temporary place. The verdict is: bit-identical, within tolerance, or
    different, and then which recorded fact has changed: data, config, versions, device. Exit code 5 when different.

    \b
    dnnrun verify runs/20261123-141530-mnist_adam
    dnnrun verify runs/20261123-141530-mnist_adam --epochs 2
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.training import verify as verify_run
    from dnnrun.config.positions import is_estimator
    from dnnrun.store import find_run

    run = find_run(name, runs_dir)
    with training_screen(quiet=quiet) as screen:
        repetition = verify_run(run, epochs=epochs, tolerance=tolerance, allow_code=allow_code, observer=screen)
    if as_json:
        furthest = repetition.furthest if repetition.furthest < float("inf") else None
        results().out(json.dumps({"run": str(run.path), **dataclasses.asdict(repetition), "furthest": furthest}))
    else:
        is_fitted = is_estimator(run.config.get("model"))
        for line in _lines(repetition, is_fitted=is_fitted):
            results().print(line, markup=False)
    if repetition.verdict == "different":
        raise typer.Exit(_DIFFERENT)


def _lines(repetition: Repetition, *, is_fitted: bool) -> list[str]:
    what = f"{repetition.epochs} epoch{'s' if repetition.epochs != 1 else ''}"
    compared = f"{what} and the final weights" if repetition.weights_compared else f"{what}, not the weights"
    if is_fitted:
        compared = "the metrics and the predictions"
    lines = [f"{repetition.verdict}: compared {compared}"]
    if repetition.where:
        lines.append(f"  furthest apart: {repetition.where}, by {repetition.furthest:.2g} of its size")
    lines += [f"  changed since: {each}" for each in repetition.changed]
    if repetition.verdict == "different" and not repetition.changed:
        lines.append("  no recorded fact has changed: files that are not recorded may have, such as your own code")
    return lines
