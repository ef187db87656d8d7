"""What is wrong with a text that is not YAML, in words for the person who wrote it rather than a parser's author."""

from __future__ import annotations

import re

import yaml

from dnnrun.errors import Place, Problem

_BRACKETS = {"]": "[", "}": "{"}

# What PyYAML says, and what to try.
_HINTS = (
    ("mapping values are not allowed", "put a space after every colon, quote a text that contains ': ',\n"
     "and check the indentation here and in the line above"),
    ("sequence entries are not allowed", "begin the list in the next line, or write it in brackets: [a, b]"),
    ("YAML document", "take this line out"),
    ("undefined alias", "a text that begins with * must be quoted"),
    ("expected alphabetic or numeric character", "a text that begins with * or & must be quoted"),
    ("unknown escape character", r"in double quotes a backslash is written \\; single quotes leave it as it is"),
    ("that cannot start any token", "a text that begins with this character must be quoted"),
    ("could not find expected ':'", "a line is written 'key: value', with a space after the colon"),
)  # fmt: skip
_ANY_HINT = "check the indentation, the brackets and the quotes around this place"
_TAB_HINT = "indent with spaces, not with tabs"


def syntax_problem(error: yaml.MarkedYAMLError, name: str, lines: list[str]) -> Problem:
    """Return what a parser's error means for the text it was found in."""
    problem, context = error.problem or "", error.context or ""
    mark, opened = error.problem_mark or error.context_mark, error.context_mark
    if mark is None:
        return Problem(f"{name}: not YAML: {problem or context}")
    place = _place(mark, name, lines)
    if opened and "end of stream" in problem and "quoted scalar" in context:
        return Problem("not YAML: this quote is never closed", _place(opened, name, lines), "close it with another one")
    if opened and "could not find expected ':'" in problem:
        return Problem(f"not YAML: {problem}", _place(opened, name, lines), _hint(place, problem))
    if opened and (closing := re.match(r"expected ',' or '([\]}])'", problem)):
        bracket = _BRACKETS[closing[1]]
        what = f"not YAML: expected ',' or '{closing[1]}', as the '{bracket}' in line {opened.line + 1} is still open"
        return Problem(what, place, "close the bracket, or put a comma between its items")
    if opened and problem.startswith("expected <block end>"):
        return _misplaced(place, opened, context)
    if "another document" in problem:
        return Problem("not YAML: a second document begins here", place, "a config is one document; take the --- out")
    return Problem(f"not YAML: {problem or context}", place, _hint(place, problem))


def _misplaced(place: Place, opened: yaml.Mark, context: str) -> Problem:
    if place.text[: place.column - 1].strip(" -"):
        return Problem("not YAML: the value before this has already ended", place, "quote the whole value")
    within = "list" if "sequence" in context or "collection" in context else "mapping"
    what = f"not YAML: this does not line up with the {within} that begins in line {opened.line + 1}"
    return Problem(what, place, _TAB_HINT if "\t" in place.text else "indent what belongs together alike")


def _hint(place: Place, problem: str) -> str:
    if "\t" in place.text[: len(place.text) - len(place.text.lstrip())] or "'\\t'" in problem:
        return _TAB_HINT
    return next((hint for said, hint in _HINTS if said in problem), _ANY_HINT)


def unprintable_problem(error: yaml.reader.ReaderError, name: str, text: str) -> Problem:
    """Return where a character stands that YAML does not allow."""
    before = text[: error.position].splitlines(keepends=True) or [""]
    if before[-1].endswith(("\n", "\r")):
        before.append("")
    number = error.character if isinstance(error.character, int) else ord(error.character)
    line = text.splitlines()[len(before) - 1]
    return Problem(
        f"not YAML: the control character \\x{number:02x} is not allowed",
        Place(name, len(before), len(before[-1]) + 1, line),
        f'remove it, or write it in double quotes as "\\x{number:02x}"',
    )


def _place(mark: yaml.Mark, name: str, lines: list[str]) -> Place:
    if mark.line < len(lines):
        return Place(name, mark.line + 1, mark.column + 1, lines[mark.line])
    return Place(name, max(len(lines), 1), len(lines[-1]) + 1 if lines else 1, lines[-1] if lines else "")
