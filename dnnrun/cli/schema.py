"""``dnnrun schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnnrun.cli.screen import command, messages, results


@command
def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file, whole or not at all.")
    ] = None,
) -> None:
    """Print the JSON Schema of configs, by which editors complete, explain and check them.

    It has every key and every object of Keras, with arguments, defaults and help. An editor with a YAML language server
    uses the one that a config names in its first line.

    \b
    dnnrun schema --output dnnrun.schema.json
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.config.json_schema import build_schema, to_text
    from dnnrun.store.atomic import write_text

    text = to_text(build_schema())
    if output is None:
        results().out(text, end="")
        return
    write_text(output, text)
    console = messages()
    console.print(f"wrote {output}; a config beside it uses it by its first line:", markup=False)
    console.print(f"# yaml-language-server: $schema={output.name}", markup=False)
