"""Options that several commands share, and the overrides that they stand for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # reading configs takes pydantic, which --help does without
    from dnnrun.config.load import Override

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override any key, the value as in YAML: optimizer.Adam.learning_rate=0.01, "
        "model.layers.1.Dense.units=64.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print path, status and test metrics as one object.")]
CodeOption = Annotated[
    bool, typer.Option("--allow-code", envvar="DNNRUN_ALLOW_CODE", help="Run code that the config names.")
]
RunArgument = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Its directory, its name or a part of it that only one run has, or latest."),
]
LookInOption = Annotated[
    Path, typer.Option("--runs-dir", metavar="DIR", help="Where to look for a run that is named without its path.")
]
WorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="HOST:PORT,...",
        help="Train on several hosts: the addresses of all, the same on each of them. Without it, as TF_CONFIG says.",
    ),
]
TaskIndexOption = Annotated[
    int | None,
    typer.Option("--task-index", metavar="N", help="Which of the workers this is; 0, the first, writes the run."),
]


def _forbid_downloads(wanted: bool) -> bool:
    """Have everything in this process that looks for data do without the network."""
    if wanted:
        os.environ["DNNRUN_OFFLINE"] = "1"
    return wanted


OfflineOption = Annotated[
    bool,
    typer.Option(
        "--offline",
        callback=_forbid_downloads,
        help="Download no data; DNNRUN_OFFLINE=1 in the environment does the same.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and the result itself.")]


def overrides_of(assignments: list[str] | None, **spelled_out: int | str | None) -> list[Override]:
    """Return ``--set`` assignments and spelled-out options as overrides, the spelled-out ones last, so that they win.

    Args:
        assignments: the ``KEY=VALUE`` texts.
        spelled_out: by the config's key; None for an option that was not given.
    """
    overrides = [(f"--set {assignment}", assignment) for assignment in assignments or ()]
    for key, value in spelled_out.items():
        if value is not None:
            text = json.dumps(value)  # every JSON value is one of YAML
            overrides.append((f"--{key.replace('_', '-')} {value}", f"{key}={text}"))
    return overrides
