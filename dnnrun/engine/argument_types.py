"""What an argument of a Keras object takes, read off its default and what Keras's documentation says of it.

Neither is meant for machines, so that what comes of it is generous: what the text mentions is taken to be allowed, and
where it begins with no word for a type, nothing is known.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

# The types of a config's YAML, each by the words that stand for it.
_WORDS = {
    "bool": r"bool(ean)?|whether|if `?true",
    "int": r"int(eger)?s?|(number|size) of",
    "float": r"floats?|floating[- ]point|scalars?",
    "str": r"str(ing)?s?",
    "list": r"lists?|tuples?|arrays?|sequences?|matrix|axes|two-number",
    "dict": r"dict(ionary)?",
}
_PATTERNS = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}
# What a type may also be called, in a text that has begun with another: a function is named by its import path.
_ALSO = {
    "str": re.compile(r"\b(callable|function)\b", re.IGNORECASE),
    "list": re.compile(r"\btensors?\b", re.IGNORECASE),
}
_YES_OR_NO = re.compile(r"(an? )?(bool(ean)?|whether|if `?true)\b", re.IGNORECASE)
_SECTION = re.compile(r"^(?:Args|Arguments):[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)*)", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+(?:, ?\w+)*) ?:((?:.*\n?)(?:[ \t]+.*\n?|[ \t]*\n)*)", re.MULTILINE)
_QUOTED = r"[`\"']+([\w+-]+)[`\"']+"
_ONE_OF = re.compile(
    rf"^(?:\(?optional\)?[.,]? )?(?:str(?:ing)?[.,;]? )?(?:mode by which .{{0,60}}\. )?(?:one of|either)? ?[`{{(\[]*"
    rf"({_QUOTED}(?:(?:,? or |, ?){_QUOTED})+)(?![^.]{{0,40}}\b(?:or an?|integer|callable|custom)\b)",
    re.IGNORECASE,
)


def argument_texts(made: type) -> dict[str, str]:
    """Return what the documentation of a class, and of the classes it inherits from, says of each argument."""
    texts: dict[str, str] = {}
    for cls in inspect.getmro(made):
        section = _SECTION.search(inspect.cleandoc(cls.__doc__ or "") + "\n")
        for entry in _ENTRY.finditer(inspect.cleandoc(section[1]) if section else ""):
            for name in re.split(", ?", entry[1]):
                texts.setdefault(name, " ".join(entry[2].split()))
    return texts


def types_of(text: str, default: Any, *, is_required: bool) -> list[str]:
    """Return what an argument takes of bool, int, float, str, list, dict and null; nothing where that is not known.

    Args:
        text: what the documentation says of it.
        default: its default; None where it has none.
        is_required: whether it has no default.
    """
    opening, mentioned = _mentioned(re.split(r"[.;] ", text)[0]), _mentioned(text)
    mentioned |= {kind for kind, pattern in _ALSO.items() if pattern.search(text)}
    if isinstance(default, bool):
        found = {"bool"} if not text or _YES_OR_NO.match(text) else {"bool", *mentioned}
    elif isinstance(default, int):
        found = {"int", *mentioned} if "int" in opening else {"int", "float", "list", *mentioned}
    elif isinstance(default, float):
        found = {"float", *mentioned} if text else {"float", "list"}
    elif isinstance(default, tuple):
        found = {"list", *mentioned} if text else {"list", "int", "float"}
    elif isinstance(default, str):
        found = {"str", *mentioned} if text else set()
    else:
        found = {"bool"} if _YES_OR_NO.match(text) else opening and {*opening, *mentioned} - {"bool"}
    takes_null = "None" in text or (default is None and not is_required)
    return [*(kind for kind in _WORDS if kind in found), *(["null"] if found and takes_null else [])]


def choices_of(text: str, default: Any) -> list[str]:
    """Return the words among which an argument chooses, where the documentation lists them at its beginning."""
    listed = _ONE_OF.search(text)
    words = list(dict.fromkeys(re.findall(_QUOTED, listed[1]))) if listed else []
    return words if default is None or default in words else []


def _mentioned(text: str) -> set[str]:
    return {kind for kind, pattern in _PATTERNS.items() if pattern.search(text)}
