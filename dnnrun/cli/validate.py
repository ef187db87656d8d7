"""``dnnrun validate CONFIG...``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli.options import QuietOption, SetOption, overrides_of
from dnnrun.cli.screen import command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.errors import Problem


@command
def validate(
    configs: Annotated[list[Path], typer.Argument(metavar="CONFIG...", help="YAML files to check.")],
    assignments: SetOption = None,
    quiet: QuietOption = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every problem as an object, for editors and CI.")
    ] = False,
) -> None:
    """Check configs without training: every mistake at its line.

    Everything that is wrong is reported at once, with what is allowed and what to try. TensorFlow is not started.
    Warnings do not fail: 'ignore: [RULE]' in the config silences one, and docs/rules explains each.

    \b
    dnnrun validate configs/*.yaml
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.errors import ConfigError
    from dnnrun.validation import validate as problems_in

    found = {str(config): problems_in(config, overrides_of(assignments)) for config in configs}
    if as_json:
        results().out(json.dumps([_as_json(config, problems) for config, problems in found.items()], indent=2))
    else:
        _print(found, quiet=quiet)
    if not all(map(_is_ok, found.values())):
        raise typer.Exit(ConfigError.exit_code)


def _print(found: dict[str, list[Problem]], *, quiet: bool) -> None:
    console, is_first = messages(), True
    for config, problems in found.items():
        shown = [problem for problem in problems if problem.severity == "error" or not quiet]
        if shown and not is_first:
            console.print()
        print_problems(shown, console)
        is_first = is_first and not shown
        if _is_ok(problems) and not quiet:
            warnings = f", {len(problems)} warning{'' if len(problems) == 1 else 's'}" if problems else ""
            results().print(f"{config}: ok{warnings}", markup=False)


def _is_ok(problems: list[Problem]) -> bool:
    return all(problem.severity != "error" for problem in problems)


def _as_json(config: str, problems: list[Problem]) -> dict[str, Any]:
    return {"config": config, "ok": _is_ok(problems), "problems": [_problem_as_json(problem) for problem in problems]}


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem with its place; lines and columns count from 1 and are null where a place has none."""
    where = problem.where
    return {
        "severity": problem.severity,
        "rule": problem.rule or None,
        "what": problem.what,
        "hint": problem.hint or None,
        "file": where.file if where else None,
        "line": (where.line or None) if where else None,
        "column": (where.column or None) if where else None,
        "width": where.width if where and where.line else None,
    }
