"""The text of a new config, and what was decided in it: from a template, or from a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dnnrun.errors import ConfigError
from dnnrun.starter.templates import TEMPLATES, read_template

if TYPE_CHECKING:
    from dnnrun.starter.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Beginning:
    """A config to begin with.

    Args:
        text: YAML.
        proposal: what was decided; None for a template.
    """

    text: str
    proposal: Proposal | None = None


def begin(
    template: str | None = None,
    *,
    csv: str | Path | None = None,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    config: Path | None = None,
) -> Beginning:
    """Return a template, or a config that learns to predict a column of a table from the others.

    Args:
        template: the name of one.
        csv: the table, instead.
        target: the column to predict.
        task: what is predicted; told from the column unless given.
        drop: columns to leave out besides those that cannot be learnt from.
        config: where the config will lie, from which its path to the table begins; None for the current folder.

    Raises:
        ConfigError: there is no such template or no target, or it does not allow the task.
        DataError: the table cannot be read, or training could not use it.
    """
    _refuse_misuse(template, csv, target, task, drop)
    if template is not None:
        return Beginning(read_template(template))
    from dnnrun.starter.from_table import propose_for_table  # noqa: PLC0415 - takes pandas, which templates do without

    table = Path(csv or "")
    text, proposal = propose_for_table(table, target, task=task, drop=drop, config=config or new_config(None, table))
    return Beginning(text, proposal)


def new_config(template: str | None, csv: str | Path | None) -> Path:
    """Return where a config lies unless told otherwise: in the current folder, named after what it is made from."""
    return Path(f"{template or Path(csv or '').stem}.yaml")


def _refuse_misuse(
    template: str | None, csv: str | Path | None, target: str | None, task: str | None, drop: Sequence[str]
) -> None:
    templates = f"templates: {', '.join(TEMPLATES)}"
    if template is None and csv is None:
        hint = (
            f"for example dnnrun init {next(iter(TEMPLATES))}, or dnnrun init --csv FILE --target COLUMN\n{templates}"
        )
        raise ConfigError("what is the config to begin from? a template, or a table", hint=hint)
    if template is not None and (csv or target or task or drop):
        what = f"the template {template!r} is whole; --csv, --target, --task and --drop are for a table"
        raise ConfigError(what, hint="take the one or the other")
