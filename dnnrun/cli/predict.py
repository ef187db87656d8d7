"""``dnnrun predict RUN INPUT...``: what a run's model says about new rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.chatter import turned_away
from dnnrun.cli.options import CodeOption, LookInOption, QuietOption, RunArgument
from dnnrun.cli.screen import command, messages

InputsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", help="Images, CSV, Parquet, npy, npz or text: files, folders, patterns; - is stdin."
    ),
]


@command
def predict(
    run: RunArgument,
    inputs: InputsArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .csv, .json, .jsonl or .parquet file; else stdout."),
    ] = None,
    top_k: Annotated[
        int | None, typer.Option("--top-k", metavar="K", min=1, help="Only the K best classes of each row.")
    ] = None,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Rows that the model takes at a time.")] = 256,
    resize: Annotated[bool, typer.Option("--resize", help="Resize pictures of another size.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="An object a line in place of CSV.")] = False,
    runs_dir: LookInOption = Path("runs"),
    allow_code: CodeOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say what the model of a run makes of new rows: classes with probabilities, or values.

    \b
    dnnrun predict latest new_rows.csv -o predictions.csv
    dnnrun predict mnist_cnn digits/*.png --top-k 3
    cat reviews.txt | dnnrun predict imdb - --json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.predicting import predict_files
    from dnnrun.api.runs import find_run

    found = find_run(run, runs_dir)
    with turned_away():
        rows = predict_files(
            found,
            found.load_model(allow_code=allow_code),
            inputs,
            output or sys.stdout,
            file_format="json" if json_output else None,
            stdin=sys.stdin.buffer,
            top_k=top_k,
            resize=resize,
            batch_size=batch_size,
        )
    if output is not None and not quiet:
        messages().print(f"{rows:,} rows predicted into {output}")
