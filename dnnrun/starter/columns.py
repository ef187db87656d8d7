"""Which columns of a table cannot be learnt from, or must not be, each with the reason in words; and which are text."""

from __future__ import annotations

import re

from dnnrun.starter.profile import ColumnFacts, TableFacts

MOST_MISSING = 0.2
"""A column that lacks a larger share of its values is left out; the gaps of one that lacks fewer are filled."""
MOST_TEXTS = 100
"""A column of more different texts is left out, as each of them takes a number of its own."""
_LEAST_NUMBERS = 0.5  # of the values of a column that is numbers with some faults, rather than text
_IDENTIFIER_WORDS = {"id", "ids", "uid", "uuid", "guid", "index", "idx", "key", "no", "nr", "number", "row", "rowid"}


def unusable_columns(facts: TableFacts) -> dict[str, str]:
    """Return the columns to leave out, in the order of the table, each with the reason."""
    reasons = ((column.name, _reason(column, facts)) for column in facts.columns)
    return {name: reason for name, reason in reasons if reason}


def is_text(column: ColumnFacts) -> bool:
    """Whether training reads a column as text, and makes a vector of each of its values."""
    present = column.rows - column.missing
    return bool(present) and not column.decimal_comma and column.numbers < _LEAST_NUMBERS * present


def _reason(column: ColumnFacts, facts: TableFacts) -> str:
    present = facts.rows - column.missing
    if not column.name:
        return "it has no name; pandas writes row numbers so"
    if column.tie == "equal":
        return "it is the target over again"
    if column.tie == "one to one":
        return "it gives each class of the target another name, and so tells what is to be predicted"
    if not present:
        return "it has no values"
    if column.distinct == 1 and not column.missing:
        return f"it is {column.example!r} in every row"
    if column.missing > MOST_MISSING * facts.rows:
        return f"{column.missing} of {facts.rows} rows have no value"
    if not is_text(column):
        return _reason_of_numbers(column, facts)
    if column.dates:
        return f"dates, such as {column.example!r}, which are no features as they are"
    if column.distinct > MOST_TEXTS or 2 * column.distinct > present:
        return f"{column.distinct} different texts in {present} rows, such as {column.example!r}: too many to be kinds"
    return ""


def _reason_of_numbers(column: ColumnFacts, facts: TableFacts) -> str:
    if column.ascending and len(facts.columns) > 1:
        return "it counts the rows"
    if column.whole and column.distinct == facts.rows and _is_named_like_an_identifier(column.name):
        return "its name and a number of its own in every row make it an identifier"
    return ""


def _is_named_like_an_identifier(name: str) -> bool:
    """Whether a word of the name, written ``passenger_id``, ``Passenger ID`` or ``PassengerId``, says so."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return any(word.lower() in _IDENTIFIER_WORDS for word in words)
