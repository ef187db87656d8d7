"""The ``dnnrun`` command: a table of its subcommands, each in a file of its own."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer

from dnnrun.cli import screen
from dnnrun.cli.leaving import leave

# name -> where it is; the order is that of the help.
COMMANDS = {
    "init": "dnnrun.cli.init:init",
    "train": "dnnrun.cli.train:train",
    "baseline": "dnnrun.cli.baseline:baseline",
    "resume": "dnnrun.cli.resume:resume",
    "verify": "dnnrun.cli.verify:verify",
    "list": "dnnrun.cli.list_runs:list_",
    "show": "dnnrun.cli.show:show",
    "diff": "dnnrun.cli.diff:diff",
    "tag": "dnnrun.cli.tag:tag",
    "note": "dnnrun.cli.note:note",
    "rm": "dnnrun.cli.remove:rm",
    "restore": "dnnrun.cli.remove:restore",
    "gc": "dnnrun.cli.gc:gc",
    "compare": "dnnrun.cli.compare:compare",
    "plot": "dnnrun.cli.plot:plot",
    "explain": "dnnrun.cli.explain:explain",
    "report": "dnnrun.cli.report:report",
    "evaluate": "dnnrun.cli.evaluate:evaluate",
    "predict": "dnnrun.cli.predict:predict",
    "export": "dnnrun.cli.export:export",
    "data": "dnnrun.cli.data:data",
    "validate": "dnnrun.cli.validate:validate",
    "resolve": "dnnrun.cli.resolve:resolve",
    "docs": "dnnrun.cli.docs:docs",
    "schema": "dnnrun.cli.schema:schema",
    "doctor": "dnnrun.cli.doctor:doctor",
}

app = typer.Typer(
    name="dnnrun",
    help="Train a Keras model from one YAML file, and compare what came of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help comes at once; rich's would double the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        import dnnrun

        screen.results().out(f"dnnrun {dnnrun.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option(screen.DEBUG, help="Print the traceback of a bug; stands anywhere.")] = False,
) -> None:
    screen.show_tracebacks = debug


for _name, _where in COMMANDS.items():
    _module, _, _function = _where.partition(":")
    _target = getattr(importlib.import_module(_module), _function)
    if isinstance(_target, typer.Typer):  # a command with commands of its own
        app.add_typer(_target, name=_name)
    else:
        app.command(_name)(_target)


def main() -> None:
    """Run the command line."""
    # Pydantic looks through every installed package for plugins, and none of them should change what a config means.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if screen.DEBUG in sys.argv:
        sys.argv.remove(screen.DEBUG)
        sys.argv.insert(1, screen.DEBUG)
    try:
        app()
    except SystemExit as end:
        leave(end.code)
        raise
