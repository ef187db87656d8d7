"""How cells of a text file say that they are no value, a truth, a number, a date; plain Python, without NumPy."""

from __future__ import annotations

import re

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL")
"""What other programs write into a cell that has no value."""
TRUTHS = {"true": 1.0, "false": 0.0}
"""What true and false are as numbers, in small letters."""
DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)([T ].*)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
NEARLY_NUMBER = re.compile(
    rf"{DECIMAL_COMMA.pattern}|[-+]?\d{{1,3}}([,' ]\d{{3}})+(\.\d+)?|[-+]?[$€£] ?[\d.,]+|[-+]?[\d.,]+ ?[%€$£]"
)
"""Numbers as people write them: with separators of thousands, a decimal comma, a currency or a percent sign."""


def number_in(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell holds, or None where it holds no number.

    Args:
        text: without blanks around it.
        decimal: what stands before the fraction.
    """
    if decimal == ",":
        text = text.replace(".", "_").replace(",", ".")
    if "_" in text:  # Python's own notation only
        return None
    try:
        return float(text)
    except ValueError:
        return None
