"""``dnnrun baseline CONFIG``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli.on_screen import training_screen
from dnnrun.cli.options import CodeOption, OfflineOption, QuietOption, SetOption, overrides_of
from dnnrun.cli.screen import command, results

if TYPE_CHECKING:
    from dnnrun.api.baselines import Baseline
    from dnnrun.store import Run


@command
def baseline(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The YAML file of the experiment.")],
    folds: Annotated[
        int | None,
        typer.Option("--cv", metavar="K", min=2, help="Cross-validate each on the training rows too, in K folds."),
    ] = None,
    assignments: SetOption = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Override seed.")] = None,
    runs_dir: Annotated[Path, typer.Option(metavar="DIR", help="Where the run directories are made.")] = Path("runs"),
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the runs with their metrics as one object.")] = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
) -> None:
    """Fit what a network should beat, on the same rows: a guess, a linear model, nearest neighbours, a small tree.

    Each becomes a run of its own, named after the config: NAME-trivial, NAME-linear, NAME-knn, NAME-tree. They are
    scikit-learn's, on the config's data, split and preprocessing; the network is not built, and TensorFlow is not
    started. With --cv the folds are fitted on all cores.

    \b
    dnnrun baseline configs/iris_softmax.yaml
    dnnrun baseline configs/iris_softmax.yaml --cv 5
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.baselines import fit_baselines
    from dnnrun.errors import DnnrunError, TrainingError, in_words

    fitted: list[Baseline] = []
    stopped: BaseException | None = None
    left_out: Mapping[str, str] = {}
    with training_screen(quiet=quiet) as screen:
        try:
            left_out = fit_baselines(
                config,
                overrides=overrides_of(assignments, seed=seed),
                folds=folds,
                runs_dir=runs_dir,
                allow_code=allow_code,
                observer=screen,
                ended=fitted.append,
            ).left_out
        except (DnnrunError, KeyboardInterrupt) as error:
            stopped = error
    if fitted:
        _print_result(fitted, left_out, quiet=quiet, as_json=as_json)
    if stopped is not None:
        raise stopped
    failed = [each for each in fitted if each.failure is not None]
    if failed:
        each = "\n".join(f"{one.name}: {in_words(one.failure)}" for one in failed if one.failure)
        raise TrainingError(f"{len(failed)} of {len(fitted)} baselines could not be fitted", hint=each)


def _print_result(fitted: Sequence[Baseline], left_out: Mapping[str, str], *, quiet: bool, as_json: bool) -> None:
    console = results()
    if as_json:
        console.out(json.dumps(_as_json(fitted, left_out), allow_nan=False))
    elif quiet:
        for each in fitted:
            console.out(str(each.run.path))
    else:
        console.print()
        for line in _table(fitted):
            console.print(line, markup=False)


def _as_json(fitted: Sequence[Baseline], left_out: Mapping[str, str]) -> dict[str, Any]:
    from dnnrun.cli import summary

    return {
        "baselines": {
            each.name: {
                **summary.as_json(each.run),
                "cross_validation": (each.run.evaluation or {}).get("cross_validation"),
            }
            for each in fitted
        },
        "left_out": dict(left_out),
    }


def _table(fitted: Sequence[Baseline]) -> list[str]:
    """Return a row for each baseline, in columns, and what to do next."""
    import shlex
    import sys

    from dnnrun.cli.program_names import as_typed
    from dnnrun.cli.progress import seconds_text

    measured = {each.name: _figures(each.run) for each in fitted}
    columns = list(dict.fromkeys(name for figures in measured.values() for name in figures))
    rows = [["baseline", *columns, "fitted in", "run"]]
    for each in fitted:
        cells = [measured[each.name].get(name, "-") for name in columns]
        seconds = sum(each.run.history.columns.get("seconds", ()))
        rows.append([each.name, *cells, seconds_text(seconds) if seconds else each.run.status, str(each.run.path)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    folder = shlex.quote(str(fitted[0].run.path.parent))
    return [*lines, "next", f"  {as_typed('dnnrun', sys.argv[0])} compare {folder}/*    # beside the networks"]


def _figures(run: Run) -> dict[str, str]:
    """Return the metrics of a run on the rows that judge it, and over the folds, as text by their columns' names."""
    from dnnrun.analysis.number_text import metric_text
    from dnnrun.analysis.run_figures import spread_text

    evaluation: Mapping[str, Any] = run.evaluation or {}
    split = evaluation.get("split")
    metrics = evaluation.get("metrics") or {}
    found = {f"{split} {name}": "nan" if value is None else metric_text(value) for name, value in metrics.items()}
    folds = (evaluation.get("cross_validation") or {}).get("metrics") or {}
    return found | {f"cv {name}": spread_text(spread["mean"], spread["deviation"]) for name, spread in folds.items()}
