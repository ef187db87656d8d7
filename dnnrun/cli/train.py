"""``dnnrun train CONFIG``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.cross_validation import cross_validate_on_screen
from dnnrun.cli.on_screen import train_on_screen
from dnnrun.cli.options import (
    CodeOption,
    JsonOption,
    OfflineOption,
    QuietOption,
    SetOption,
    TaskIndexOption,
    WorkersOption,
    overrides_of,
)
from dnnrun.cli.screen import command


@command
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The YAML file of the experiment.")],
    assignments: SetOption = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Override epochs.")] = None,
    batch_size: Annotated[int | None, typer.Option(metavar="N", help="Override batch_size.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Override seed.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Override the run's name.")] = None,
    runs_dir: Annotated[Path, typer.Option(metavar="DIR", help="Where the run directory is made.")] = Path("runs"),
    smoke: Annotated[
        bool, typer.Option("--smoke", help="One epoch on at most 256 rows of each split: does everything work?")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
    addresses: WorkersOption = None,
    task_index: TaskIndexOption = None,
) -> None:
    """Train one experiment into a new run directory, or each of its folds into one.

    \b
    dnnrun train configs/mnist_adam.yaml
    dnnrun train configs/mnist_adam.yaml --epochs 2 --set optimizer.SGD=0.1
    dnnrun train configs/mnist_adam.yaml --smoke --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.training import experiment_of
    from dnnrun.api.training import train as train_experiment
    from dnnrun.engine.workers import Workers

    overrides = overrides_of(assignments, epochs=epochs, batch_size=batch_size, seed=seed, name=name)
    workers = Workers.named(addresses, task_index) or Workers.from_environment()
    experiment = experiment_of(config, overrides)
    if experiment.cross_validation is not None and experiment.fold is None:
        cross_validate_on_screen(
            experiment,
            runs_dir=runs_dir,
            smoke=smoke,
            allow_code=allow_code,
            quiet=quiet,
            as_json=as_json,
            workers=workers,
        )
        return
    train_on_screen(
        lambda observer: train_experiment(
            experiment,
            runs_dir=runs_dir,
            smoke=smoke,
            allow_code=allow_code,
            observer=observer,
            workers=workers,
        ),
        quiet=quiet,
        as_json=as_json,
        workers=workers,
    )
