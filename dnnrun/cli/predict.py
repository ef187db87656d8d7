"""``dnnrun predict RUN INPUT...``: what a run's model says about new rows."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnnrun.cli.chatter import turned_away
from dnnrun.cli.options import CodeOption, LookInOption, QuietOption, RunArgument
from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.api.runs import Run

InputsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", help="Images, CSV, Parquet, npy, npz or text: files, folders, patterns; - is stdin."
    ),
]


class Explanation(StrEnum):
    """Ways to explain."""

    occlusion = "occlusion"
    permutation = "permutation"


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
    explain: Annotated[
        Explanation | None,
        typer.Option(
            "--explain",
            help="occlusion: what each prediction rests on, by hiding columns or parts of pictures; permutation: in "
            "place of predictions, how much the score on rows with labels rests on each column.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="COLUMN", help="With permutation: the labels; else as in the config."),
    ] = None,
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
    if explain is Explanation.permutation:
        _print_importance(found, inputs, label, batch_size, as_json=json_output, allow_code=allow_code)
        return
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
            explain=explain is Explanation.occlusion,
            allow_code=allow_code,
        )
    if output is not None and not quiet:
        messages().print(f"{rows:,} {'row' if rows == 1 else 'rows'} predicted into {output}")


def _print_importance(
    found: Run, inputs: list[str], label: str | None, batch_size: int, *, as_json: bool, allow_code: bool
) -> None:
    from dnnrun.api.explaining_predictions import explain_by_permutation
    from dnnrun.cli.text_table import TextColumn, lines_of
    from dnnrun.errors import ConfigError

    if len(inputs) != 1:
        raise ConfigError("permutation importance is of one file", hint="name one table with labels")
    with turned_away():
        model = found.load_model(allow_code=allow_code)
        told = explain_by_permutation(found, model, inputs[0], label=label, batch_size=batch_size)
    means = {column: (float(falls.mean()), float(falls.std(ddof=1))) for column, falls in told.falls.items()}
    if as_json:
        columns = {column: {"mean": mean, "deviation": deviation} for column, (mean, deviation) in means.items()}
        shown = {"measure": told.measure, "score": told.score, "rows": told.rows, "importance": columns}
        results().out(json.dumps(shown, indent=2))
        return
    results().print(
        f"{told.measure} {told.score:.4f} on {told.rows:,} rows; how far it falls when a column is shuffled"
    )
    cells = [
        TextColumn("column", "left", [(column, "") for column in means]),
        TextColumn("falls by", "right", [(f"{mean:.4f}", "") for mean, _ in means.values()]),
        TextColumn("deviation", "right", [(f"{deviation:.4f}", "") for _, deviation in means.values()]),
    ]
    for line in lines_of(cells):
        results().print(line)
