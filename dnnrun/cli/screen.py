"""Where the commands print: results on stdout, everything else on stderr; and how an error ends a command."""

from __future__ import annotations

import functools
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.errors import DnnrunError, Problem, Severity

_INTERRUPTED, _TERMINATED, _BUG = 130, 143, 1
DEBUG = "--debug"
_COLOURS: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow"}
show_tracebacks = False  # set once, by the option, before a command begins


class Terminated(KeyboardInterrupt):
    """SIGTERM, taken as an interruption so that a run ends as cleanly as by Ctrl-C."""


def results() -> Console:
    """Return the console for results; it never breaks a line, because a path or a number must stay whole."""
    return Console(highlight=False, soft_wrap=True)


def messages() -> Console:
    """Return the console for progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_problems(problems: Sequence[Problem], console: Console) -> None:
    """Print each problem: headline, the line with carets, and the hint."""
    for number, problem in enumerate(problems):
        if number:
            console.print()
        _, *rest = problem.lines()
        where = f"{problem.where}: " if problem.where else ""
        label = (f"{problem.severity}: ", _COLOURS[problem.severity])
        console.print(Text.assemble((where, "bold"), label, problem.headline))
        for line in rest:
            is_hint = line.startswith("     = ")
            console.print(Text(line, "cyan" if is_hint else "red" if line.strip(" |^") == "" else "dim"))


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make a function a command whose errors end it with a message and the exit code of design section 4."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        with ending_on_errors():
            function(*args, **kwargs)

    return wrapper


@contextmanager
def ending_on_errors() -> Iterator[None]:
    """Turn exceptions into messages on stderr and exit codes."""
    try:
        yield
    except DnnrunError as error:
        print_problems(error.problems, messages())
        raise typer.Exit(error.exit_code) from error
    except Terminated as error:
        raise typer.Exit(_TERMINATED) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(_INTERRUPTED) from error
    except BrokenPipeError as error:  # the reader of our output, such as head, has gone
        sys.stdout = None
        raise typer.Exit(0) from error
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        _print_bug(error)
        raise typer.Exit(_BUG) from error


def _print_bug(error: Exception) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="dnnrun-bug-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    console = messages()
    what = f"this is a bug in dnnrun: {type(error).__name__}: {error}"
    console.print(Text.assemble(("error: ", "bold red"), what))
    console.print(Text(f"     = the details are in {Path(file.name)}; please report them", "cyan"))
    if show_tracebacks:
        traceback.print_exception(error)
