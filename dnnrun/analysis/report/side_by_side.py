"""Facts of several runs key by key: of few runs a value each, of many the values that there are and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dnnrun.analysis.number_text import MISSING, plain_text

MOST_COLUMNS = 6
"""So many runs get a column each."""
_MOST_VALUES = 8

Facts = Mapping[str, Any]


def side_by_side(facts: Sequence[Facts]) -> dict[str, Any]:
    """Return a table of what is known of runs.

    Args:
        facts: of each run by key; a key that a run has not got is shown as missing.

    Returns:
        ``by_run``, whether each run has a column; and ``keys``, each with ``key``, whether it ``differs``, and
        ``values``: a text for every run, or ``text`` and ``count`` of the commonest values, with ``more``, how many
        others there are.
    """
    by_run = len(facts) <= MOST_COLUMNS
    names = list(dict.fromkeys(name for each in facts for name in each))
    return {"by_run": by_run, "keys": [_key(name, [_text(each, name) for each in facts], by_run) for name in names]}


def _key(name: str, texts: list[str], by_run: bool) -> dict[str, Any]:
    count = Counter(texts)
    if by_run:
        return {"key": name, "differs": len(count) > 1, "values": texts}
    values = [{"text": text, "count": number} for text, number in count.most_common(_MOST_VALUES)]
    return {"key": name, "differs": len(count) > 1, "values": values, "more": len(count) - len(values)}


def _text(facts: Facts, name: str) -> str:
    return plain_text(facts[name]) if name in facts else MISSING


def flat_facts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the plain values in nested mappings, by their dotted names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat_facts(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value
