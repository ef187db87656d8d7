"""``dnnrun validate CONFIG...``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dnnrun.cli.options import CodeOption, OfflineOption, QuietOption, SetOption, overrides_of
from dnnrun.cli.screen import command, messages, print_problems, results

if TYPE_CHECKING:
    from dnnrun.cli.model_sizes import Build
    from dnnrun.config.load import Override
    from dnnrun.errors import Problem


@command
def validate(
    configs: Annotated[list[Path], typer.Argument(metavar="CONFIG...", help="YAML files to check.")],
    assignments: SetOption = None,
    build: Annotated[
        bool, typer.Option("--build", help="Read the data and build the model too: a table of its layers.")
    ] = False,
    quiet: QuietOption = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every problem as an object, for editors and CI.")
    ] = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
) -> None:
    """Check configs without training: every mistake at its line.

    Everything that is wrong is reported at once, with what is allowed and what to try. TensorFlow is not started.
    Warnings do not fail: 'ignore: [RULE]' in the config silences one, and docs/rules explains each.

    --build starts TensorFlow: it tells each layer's output shape, parameters, memory and multiply-adds, and what
    training takes of memory.

    \b
    dnnrun validate configs/*.yaml
    dnnrun validate configs/mnist_adam.yaml --build
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.validation import validate as problems_in

    overrides = overrides_of(assignments)
    found = {str(config): problems_in(config, overrides) for config in configs}
    builds = _built(found, overrides, allow_code=allow_code) if build else {}
    if as_json:
        results().out(json.dumps([_as_json(config, found[config], builds) for config in found], indent=2))
    else:
        _print(found, builds, quiet=quiet)
    if not all(map(_is_ok, found.values())):
        raise typer.Exit(_exit_code(found, builds))


def _built(found: dict[str, list[Problem]], overrides: list[Override], *, allow_code: bool) -> dict[str, Build]:
    """Build what can be, and add what is wrong with it to the problems found."""
    from dnnrun.cli.model_sizes import build_quietly

    builds = {}
    for config, problems in found.items():
        if _is_ok(problems):
            builds[config] = build_quietly(config, overrides, allow_code=allow_code)
            problems += [problem for problem in builds[config].problems if problem not in problems]
    return builds


def _exit_code(found: dict[str, list[Problem]], builds: dict[str, Build]) -> int:
    """Return that of the first config that is wrong."""
    from dnnrun.errors import ConfigError

    first = next(config for config, problems in found.items() if not _is_ok(problems))
    return builds[first].exit_code if first in builds else ConfigError.exit_code


def _print(found: dict[str, list[Problem]], builds: dict[str, Build], *, quiet: bool) -> None:
    from dnnrun.cli.model_sizes import print_sizes

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
        if (build := builds.get(config)) and build.sizes:
            print_sizes(build.sizes, results())


def _is_ok(problems: list[Problem]) -> bool:
    return all(problem.severity != "error" for problem in problems)


def _as_json(config: str, problems: list[Problem], builds: dict[str, Build]) -> dict[str, Any]:
    from dnnrun.cli.model_sizes import as_json

    return {
        "config": config,
        "ok": _is_ok(problems),
        "problems": [_problem_as_json(problem) for problem in problems],
        **({"model": as_json(sizes) if (sizes := builds[config].sizes) else None} if config in builds else {}),
    }


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
