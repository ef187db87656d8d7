"""``dnnrun list [DIR]``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.analysis.run_summary import RunSummary


@command
def list_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of runs.")] = Path("runs"),
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION", help="Only runs that meet it: 'val_accuracy > 0.9 and optimizer = Adam'; repeatable."
        ),
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="Only runs of this status; repeated: or of this.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Only runs with this tag; repeated: and with this.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="NAME", help="A metric, the best first, or what else a condition may name.")
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=0, help="Only the first N.")] = None,
    paths: Annotated[bool, typer.Option("--paths", help="Print the paths alone, for other commands.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the runs as a list of objects.")] = False,
) -> None:
    """List runs, the newest first: status, data, best epoch, epochs, time, tags.

    A condition compares (= != < <= > >=) metrics of the last epoch, test_METRIC, best_METRIC, keys of the config as
    --set takes them, status, tags, seconds, and what else run.json has, such as parameters or versions.keras; joined by
    and, or, not. What it names is shown.

    \b
    dnnrun list
    dnnrun list --where 'val_accuracy > 0.9 and optimizer = Adam' --sort val_accuracy
    dnnrun list --status failed --status crashed --paths
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.analysis.listing import list_runs
    from dnnrun.cli.run_table import table_lines

    found = list_runs(folder, where=where or (), status=status or (), tag=tag or (), sort=sort, reverse=reverse)
    shown = found if limit is None else found[:limit]
    console = results()
    if as_json:
        lines = [
            json.dumps(_as_json(summary), allow_nan=False) for summary in shown
        ]  # indented it takes thrice as long
        console.out("[" + ",\n ".join(lines) + "]")
    elif paths:
        for summary in shown:
            console.out(str(summary.path))
    elif shown:
        names = list(dict.fromkeys(name for summary in shown for name in summary.values))
        heading, *lines = table_lines(shown, names, console.width if console.is_terminal else None)
        console.print(Text(heading, "cyan"))
        console.out("\n".join(lines))
    _print_remarks(shown, len(found), folder, is_quiet=as_json or paths)


def _print_remarks(shown: list[RunSummary], count: int, folder: Path, *, is_quiet: bool) -> None:
    console = messages()
    for summary in shown:
        if summary.problem:
            console.print(Text.assemble(("note: ", "yellow"), f"{summary.path}: {summary.problem}"))
    if not is_quiet:
        number = f"{count:,}" if len(shown) == count else f"{len(shown):,} of {count:,}"
        console.print(Text(f"{number} run{'' if count == 1 else 's'} in {folder}", "dim"))


def _as_json(summary: RunSummary) -> dict[str, Any]:
    from dnnrun.analysis.run_description import finite

    return {
        "run": summary.name,
        "path": str(summary.path),
        "status": summary.status,
        "config": summary.config,
        "dataset": summary.dataset,
        "epochs": summary.epochs,
        "planned": summary.planned,
        "best": finite(summary.best),
        "final": finite(summary.final),
        "seconds": summary.seconds,
        "created": summary.created,
        "tags": list(summary.tags),
        "note": summary.note,
        "values": finite(summary.values),
        "problem": summary.problem,
    }
