"""``dnnrun export RUN --format FORMAT``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli.on_screen import training_screen
from dnnrun.cli.options import CodeOption, LookInOption, OfflineOption, QuietOption, RunArgument
from dnnrun.cli.screen import command, results

if TYPE_CHECKING:
    from dnnrun.engine.exporting.exporter import Exported


class ExportFormat(StrEnum):
    """What a model can be exported to."""

    keras = "keras"
    savedmodel = "savedmodel"
    onnx = "onnx"
    litert = "litert"


@command
def export(
    name: RunArgument,
    file_format: Annotated[ExportFormat, typer.Option("--format", help="What to export to.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="The folder to write. Default: in the run.")
    ] = None,
    without_text_layers: Annotated[
        bool,
        typer.Option(
            "--without-text-layers",
            help="Leave out the layers that make numbers of texts, and keep their vocabularies beside the model.",
        ),
    ] = False,
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON object.")] = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
    runs_dir: LookInOption = Path("runs"),
) -> None:
    """Write the model of a run in another format, and prove that it predicts the same there.

    Preprocessing and class names are inside. A fresh process loads what was written with the runtime of the format
    alone, and must give the same predictions for 256 test rows, to within 1e-5; exit code 5 where it does not.
    onnx and litert need a package more: pip install 'dnnrun[onnx]' or 'dnnrun[litert]'.

    \b
    dnnrun export latest --format onnx
    dnnrun export latest --format savedmodel -o served/1
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.exporting import export as export_run
    from dnnrun.store import find_run

    run = find_run(name, runs_dir)
    with training_screen(quiet=quiet) as screen:
        exported = export_run(
            run,
            file_format.value,
            output,
            without_text_layers=without_text_layers,
            allow_code=allow_code,
            observer=screen,
        )
    if as_json:
        results().out(json.dumps(_as_json(exported)))
    elif quiet:
        results().out(str(exported.path))
    else:
        for line in _lines(exported):
            results().out(line)


def _as_json(exported: Exported) -> dict[str, Any]:
    return {
        "path": str(exported.path),
        "model": str(exported.model),
        "rows": exported.rows,
        "rows_from": exported.origin,
        "remark": exported.remark or None,
        "largest_difference": exported.proof.difference,
        "runtime": dict(exported.proof.versions),
        "renamed": dict(exported.renamed),
    }


def _lines(exported: Exported) -> list[str]:
    versions = ", ".join(f"{package} {version}" for package, version in exported.proof.versions.items())
    apart = f"largest difference {exported.proof.difference:.1e}, {exported.tolerance:g} is allowed"
    lines = [str(exported.model), f"  proved on {exported.rows} {exported.origin} rows: {apart}", f"  by {versions}"]
    if exported.remark:
        lines.append(f"  not on test rows: {exported.remark}")
    lines += [f"  {name!r} is called {safe!r} there" for name, safe in exported.renamed.items()]
    return lines
