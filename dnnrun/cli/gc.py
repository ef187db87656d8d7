"""``dnnrun gc [DIR]``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli.download_bar import size_text
from dnnrun.cli.screen import command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.store import Cleaning


class Only(StrEnum):
    """What is removed, if not both."""

    trash = "trash"
    checkpoints = "checkpoints"


@command
def gc(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of runs.")] = Path("runs"),
    older_than: Annotated[
        float, typer.Option(metavar="DAYS", help="Only what was removed, or ended, so many days ago; 0: everything.")
    ] = 14.0,
    only: Annotated[Only | None, typer.Option(help="One of the two alone.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be removed, and remove none.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what is removed as one object.")] = False,
) -> None:
    """Make room: remove the runs in the trash for good, and the checkpoints of complete runs, when they are old.

    Never removed: config, record, history, evaluation, model, weights, plots and log of a run that is not in the trash;
    what its callbacks saved; anything of a run that is running, or that 'dnnrun resume' could complete. A run without
    checkpoints can be used and compared as before, and only not be lengthened.

    \b
    dnnrun gc --dry-run
    dnnrun gc --older-than 0 --only trash
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.errors import RunError
    from dnnrun.store import collect_garbage

    cleaning = collect_garbage(folder, older_than=older_than, only=only.value if only else None, dry_run=dry_run)
    if as_json:
        results().out(json.dumps(_as_json(cleaning, is_dry=dry_run), indent=2))
    else:
        _print(cleaning, is_dry=dry_run, days=older_than)
    if cleaning.problems:
        print_problems(cleaning.problems, messages())
        raise typer.Exit(RunError.exit_code)


def _print(cleaning: Cleaning, *, is_dry: bool, days: float) -> None:
    lines = [(str(each.path), size_text(each.size)) for each in cleaning.removed]
    width = max((len(size) for _, size in lines), default=0)
    for path, size in lines:
        results().out(f"{size:>{width}}  {path}")
    count = f"{len(lines)} director{'y' if len(lines) == 1 else 'ies'}, {size_text(cleaning.size)}"
    if lines:
        messages().print(f"would remove {count}; without --dry-run it is done" if is_dry else f"removed {count}")
    else:
        older = f" that is older than {days:g} days; --older-than 0 is for everything" if days else ""
        messages().print(f"nothing to remove{older}")


def _as_json(cleaning: Cleaning, *, is_dry: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry,
        "size": cleaning.size,
        "removed": [
            {
                "kind": each.kind,
                "run": str(each.run.path),
                "path": str(each.path),
                "size": each.size,
                "since": each.since.isoformat(timespec="seconds"),
            }
            for each in cleaning.removed
        ],
        "problems": [problem.what for problem in cleaning.problems],
    }
