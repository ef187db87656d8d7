"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dnnrun.components import ConfigPath
from dnnrun.errors import Severity
from dnnrun.rules.subject import Subject


@dataclass(frozen=True)
class Finding:
    """One place at which a rule is broken.

    Args:
        what: is there, in this config's words.
        path: where it is written.
        edit: what to write instead, as a concrete change of the config.
        of_key: whether the key is meant, and not its value.
    """

    what: str
    path: ConfigPath
    edit: str
    of_key: bool = False


Check = Callable[[Subject], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        severity: of an error nothing that is meant can come; a warning may be silenced with ``ignore``.
        why: it is one, in a sentence.
        check: yields every place at which it is broken.
    """

    severity: Severity
    why: str
    check: Check
