"""``dnnrun validate CONFIG...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.options import QuietOption, SetOption, overrides_of
from dnnrun.cli.screen import command, messages, print_problems, results


@command
def validate(
    configs: Annotated[list[Path], typer.Argument(metavar="CONFIG...", help="YAML files to check.")],
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Check configs without training: every mistake at its line.

    Everything that is wrong is reported at once, with what is allowed and what to try. TensorFlow is not started.

    \b
    dnnrun validate configs/*.yaml
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.config.load import load_config
    from dnnrun.errors import ConfigError

    console, failed = messages(), 0
    for config in configs:
        try:
            load_config(config, overrides_of(assignments))
        except ConfigError as error:
            if failed:
                console.print()
            print_problems(error.problems, console)
            failed += 1
        else:
            if not quiet:
                results().print(f"{config}: ok", markup=False)
    if failed:
        raise typer.Exit(ConfigError.exit_code)
