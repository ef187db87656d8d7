"""What has changed in a config since its run began, and whether the run may go on with it.

What a run is called and how many epochs it is to have in the end matters to no number that has been measured; every
other change makes it another experiment from there on, and has to be asked for by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dnnrun.config.differences import differing_paths, dotted, flatten
from dnnrun.errors import ConfigError, Problem, suggest

HARMLESS = frozenset({"name", "description", "tags", "epochs", "ignore"})
DATA = "data"  # not a key of the config: what the files hold that it names


@dataclass(frozen=True)
class Change:
    """One difference.

    Args:
        key: as ``--set`` takes it, or ``data``.
        was: the value the run began with; None where there was none.
        now: the present one.
    """

    key: str
    was: Any
    now: Any

    @property
    def matters(self) -> bool:
        """Whether it changes results."""
        return self.key.split(".", maxsplit=1)[0] not in HARMLESS

    def __str__(self) -> str:
        return f"{self.key} was {_shown(self.was)} and is {_shown(self.now)}"


def changes_between(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Return the differences of two resolved configs, as plain data, in the order of the config language."""
    before, after = flatten(was), flatten(now)
    return [Change(dotted(path), before.get(path), after.get(path)) for path in differing_paths([before, after])]


def refuse_changes(changes: Sequence[Change], allowed: Iterable[str]) -> None:
    """Raise `ConfigError` naming every change of results that is not allowed.

    Args:
        changes: all there are.
        allowed: keys; one allows what lies below it too.

    Raises:
        ConfigError: also where a key is allowed that has not changed.
    """
    allowed = list(allowed)
    idle = [key for key in allowed if not any(_covers(key, change.key) for change in changes)]
    if idle:
        keys = [change.key for change in changes]
        hint = suggest(idle[0], keys) or f"changed: {', '.join(keys) or 'nothing'}"
        raise ConfigError(*(Problem(f"--allow-change {key}: this key has not changed", hint=hint) for key in idle))
    refused = [change for change in changes if change.matters and not any(_covers(k, change.key) for k in allowed)]
    if refused:
        hint = "allow it with --allow-change {}, or undo it; 'dnnrun train' makes a new run with it"
        raise ConfigError(
            *(Problem(f"this changes results: {change}", hint=hint.format(change.key)) for change in refused)
        )


def _covers(allowed: str, key: str) -> bool:
    return key == allowed or key.startswith(f"{allowed}.")


def _shown(value: Any) -> str:
    return "not there" if value is None else str(value)
