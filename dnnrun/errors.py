"""What can go wrong, and how a mistake is described to the person who made it.

The tree, with the exit code of the command that meets it:

    DnnrunError
    |- ConfigError      2   the config or the command line is wrong; nothing was started
    |- DataError        3   the data cannot be read, or cannot be used
    |- RunError         4   a run is not there, or is broken
    |- TrainingError    5   training began and did not reach its end
    |- ExportError      5   a model was exported, and does not predict what it should

This module knows nothing of the rest of the package, so that every floor may raise these.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_WIDEST = 160  # of a line that is shown; a longer one is shown around the part that is meant
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file or on the command line.

    Args:
        file: the file as the user named it, or the option (``--set epochs=x``) that a value came from.
        line: counted from 1; 0 when the place has no lines, as an option has none.
        column: counted from 1.
        text: the line as it is written, without its end.
        width: how many characters, from ``column`` on, are meant.
    """

    file: str
    line: int = 0
    column: int = 0
    text: str = ""
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def excerpt(self) -> list[str]:
        """Return the line with carets under the part that is meant, or nothing where there is no line."""
        if not self.line:
            return []
        number = f"{self.line:>4}"
        text, column = self._clipped()
        shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
        before = "".join("\t" if c == "\t" else " " for c in shown[: column - 1])
        carets = "^" * max(1, min(self.width, len(shown) - column + 1))
        return [f"{number} | {shown}", f"{' ' * len(number)} | {before}{carets}"]

    def _clipped(self) -> tuple[str, int]:
        if len(self.text) <= _WIDEST:
            return self.text, self.column
        start = max(0, self.column - 1 - _BEFORE)
        text = self.text[start : start + _WIDEST]
        return ("..." if start else "") + text, self.column - start + (3 if start else 0)


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what is wrong, where, and what to do about it.

    Args:
        what: is wrong.
        where: in a file or on the command line.
        hint: what to do, on one or more lines.
        severity: a warning is said, and nothing is stopped by it.
        rule: the identifier of the rule that was broken, for those that have one.
    """

    what: str
    where: Place | None = None
    hint: str = ""
    severity: Severity = "error"
    rule: str = ""

    @property
    def headline(self) -> str:
        """What is wrong, and the rule that says so."""
        return f"{self.what} [{self.rule}]" if self.rule else self.what

    def lines(self) -> list[str]:
        """Return the problem as lines of plain text: headline, excerpt, hint."""
        warning = "warning: " if self.severity == "warning" else ""
        headline = f"{self.where}: {warning}{self.headline}" if self.where else f"{warning}{self.headline}"
        excerpt = self.where.excerpt() if self.where else []
        hint = [f"     = {line}" for line in self.hint.splitlines()]
        return [headline, *excerpt, *hint]

    def __str__(self) -> str:
        return "\n".join(self.lines())


class DnnrunError(Exception):
    """Any failure that dnnrun explains; never raised itself."""

    exit_code = 1

    def __init__(self, *problems: Problem | str, hint: str = "") -> None:
        self.problems = tuple(
            Problem(problem, hint=hint) if isinstance(problem, str) else problem for problem in problems
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(DnnrunError):
    """The config or the command line is wrong: raised before anything is started or written."""

    exit_code = 2


class DataError(DnnrunError):
    """The data is missing, damaged, or does not fit what the config asks of it."""

    exit_code = 3


class RunError(DnnrunError):
    """A run that was named is not there, cannot be read, or cannot be written."""

    exit_code = 4


class TrainingError(DnnrunError):
    """Training began and failed; what it had finished is in the run directory."""

    exit_code = 5


class ExportError(DnnrunError):
    """An exported model was loaded by its runtime and does not predict what the run's model does, or not at all."""

    exit_code = 5


def in_words(error: DnnrunError) -> str:
    """Return what an error says on one line, without places and hints, for a record."""
    return "; ".join(problem.what for problem in error.problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by file and line; then what is missing in a file, and last what comes from the command line."""

    def key(problem: Problem) -> tuple[int, str, int, int]:
        where = problem.where
        if where is None or not where.line:
            return (2 if where and where.file.startswith("--") else 1, "", 0, 0)
        return (0, where.file, where.line, where.column)

    return sorted(problems, key=key)


def suggest(word: str, allowed: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the nearest of ``allowed``, or nothing when none is near."""
    by_lower: dict[str, list[str]] = {}
    for name in allowed:
        by_lower.setdefault(name.lower(), []).append(name)
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if not near:
        return ""
    # Keras has some names twice, as 'Adam' and 'adam': the one written more like the word is meant.
    same = difflib.get_close_matches(word, by_lower[near[0]], n=1, cutoff=0)
    return f"did you mean {same[0]!r}?"
