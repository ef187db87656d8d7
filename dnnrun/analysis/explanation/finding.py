"""What an explanation is made of: findings in plain sentences, each with changes of the config to try."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dnnrun.components import ConfigPath
from dnnrun.config.differences import dotted
from dnnrun.config.resolved import to_yaml_line

Severity = Literal["problem", "remark"]

_LONGEST_OPTION = 100  # characters; what is longer reads better in the config


@dataclass(frozen=True, slots=True)
class Edit:
    """One key of a run's config with a new value.

    Args:
        path: where it stands; a number is a position in a list, from 0.
        value: as plain data.
    """

    path: ConfigPath
    value: Any

    @property
    def assignment(self) -> str:
        """The change as ``--set`` takes it."""
        return f"{dotted(self.path)}={to_yaml_line(self.value)}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something to try, as a change of the run's own config wherever it is one.

    Args:
        words: what it does, for a person, without a full stop.
        edits: the keys to change, which the config has or may have; empty for what no key can do.
    """

    words: str
    edits: tuple[Edit, ...] = ()

    @property
    def options(self) -> str:
        """The edits as options of ``dnnrun train``, quoted for a shell; empty where there are none."""
        return " ".join(f"--set {shlex.quote(edit.assignment)}" for edit in self.edits)

    def lines(self) -> list[str]:
        """Return the edits for a person: as options, or as lines of YAML where an option would be too long to read."""
        is_block = len(self.options) > _LONGEST_OPTION and not any(
            isinstance(key, int) for edit in self.edits for key in edit.path
        )
        if is_block:
            return [line for edit in self.edits for line in _yaml_block(edit)]
        lines = [f"--set {shlex.quote(edit.assignment)}" for edit in self.edits]
        return [*(f"{line} \\" for line in lines[:-1]), *lines[-1:]]  # one command, also when it is copied


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a run's figures show.

    Args:
        rule: the rule that found it, as the table and the documentation name it.
        severity: a problem makes the model or its figures worse than they could be; a remark is good to know.
        text: one or a few plain sentences with the numbers.
        remedies: what to try, the most promising first.
        epoch: at which it begins; None where it has no beginning.
    """

    rule: str
    severity: Severity
    text: str
    remedies: tuple[Remedy, ...] = ()
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be said about one run.

    Args:
        run: its name.
        status: as `Run.status`.
        summary: how far it got and what came of it, in a sentence or two, and whether nothing stands out.
        findings: the problems, then the remarks, each in the order of the table; empty where nothing stands out.
        unread: what could not be read, a line each.
    """

    run: str
    status: str
    summary: str
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = field(default=())

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that are problems."""
        return tuple(finding for finding in self.findings if finding.severity == "problem")


@dataclass(frozen=True, slots=True)
class Difference:
    """A key of the config in which two runs differ.

    Args:
        path: where it stands.
        a: its value in the first run; None where there is none.
        b: its value in the second.
    """

    path: ConfigPath
    a: Any
    b: Any


@dataclass(frozen=True, slots=True)
class DifferenceExplanation:
    """What is to be said about the difference of two runs, which the texts call A and B.

    Args:
        runs: their names.
        summary: how their results differ, and whether by more than chance.
        differences: of their configs, those that can change a result.
        findings: what goes with that.
        unread: what could not be read, a line each.
    """

    runs: tuple[str, str]
    summary: str
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...] = ()


def _yaml_block(edit: Edit) -> list[str]:
    """Return one edit as lines of YAML, the items of a list one a line."""
    *above, last = map(str, edit.path)
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(above)]
    indent = "  " * len(above)
    if not isinstance(edit.value, list):
        return [*lines, f"{indent}{last}: {to_yaml_line(edit.value)}"]
    return [*lines, f"{indent}{last}:", *_items(edit.value, f"{indent}  ")]


def _items(values: Sequence[Any], indent: str) -> list[str]:
    return [f"{indent}- {to_yaml_line(value)}" for value in values]
