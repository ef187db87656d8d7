"""Whether a target asks for two classes, for several, or for a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dnnrun.errors import ConfigError, DataError, Place, Problem
from dnnrun.starter.profile import TableFacts, TargetFacts

MOST_CLASSES = 10
"""Whole numbers of so many different values, and no more, are taken for the names of classes."""
ROWS_A_CLASS = 5
"""Whole numbers are taken for classes where there are so many rows for each on average."""
_LONGEST_LABEL = 200


class Task(StrEnum):
    """What is predicted."""

    binary = "binary"
    multiclass = "multiclass"
    regression = "regression"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is predicted, and how that was told, as half a sentence."""

    task: Task
    why: str


def decide_task(facts: TableFacts, file: str, wanted: Task | None = None) -> Decision:
    """Return the task that the target asks for, or the one that is wanted.

    Args:
        facts: about the table.
        file: as messages name it.
        wanted: the user's word for it.

    Raises:
        DataError: the target can be no target: always the same, a date, or a text of its own in most of the rows.
        ConfigError: the target does not allow what is wanted.
    """
    target = facts.target
    _refuse_unfit(facts, file, wanted)
    if wanted is not None:
        _refuse_misfit(target, file, wanted)
        return Decision(wanted, "as --task says")
    if target.kind == "text":
        names = "two texts" if target.distinct == 2 else f"{target.distinct} different texts"
        return Decision(Task.binary if target.distinct == 2 else Task.multiclass, names)
    if target.kind == "fractions":
        return Decision(Task.regression, "numbers with fractions")
    if target.distinct == 2:
        return Decision(Task.binary, "two whole numbers")
    if target.distinct <= MOST_CLASSES and facts.rows >= ROWS_A_CLASS * target.distinct:
        return Decision(
            Task.multiclass, f"{target.distinct} whole numbers, and at most {MOST_CLASSES} count as classes"
        )
    return Decision(Task.regression, f"{target.distinct} different whole numbers")


def _refuse_unfit(facts: TableFacts, file: str, wanted: Task | None) -> None:
    target = facts.target
    where = f"{file}: the target {target.name!r}"
    if target.distinct < 2:
        raise DataError(
            f"{where} is {target.example!r} in every row; there is nothing to learn",
            hint="is it the right column? give another with --target",
        )
    if target.kind != "text" and wanted not in {Task.binary, Task.multiclass}:
        return
    if target.decimal_comma:
        raise DataError(
            f"{where} holds numbers with a comma, such as {target.example!r}",
            hint=f"write decimal points: {target.example.replace(',', '.')}",
        )
    if target.dates:
        raise DataError(
            f"{where} holds dates, such as {target.example!r}, which cannot be predicted as they are",
            hint="make a number of them, such as the days since the first of them",
        )
    if any(isinstance(label, str) and len(label) > _LONGEST_LABEL for label in target.counts):
        raise DataError(
            f"{where} holds texts of more than {_LONGEST_LABEL} characters, such as {target.example!r}",
            hint="classes have short names: is it the right column?",
        )
    if target.distinct > 2 and target.distinct * 2 > facts.rows:
        what = "texts" if target.kind == "text" else "numbers"
        raise DataError(
            f"{where} has {target.distinct} different {what} in {facts.rows} rows, too many to be classes",
            hint="each class needs several rows: is it the right column?",
        )


def _refuse_misfit(target: TargetFacts, file: str, wanted: Task) -> None:
    what, hint = "", ""
    if wanted is Task.regression and target.kind == "text":
        what, hint = f"is text, such as {target.example!r}", "regression needs numbers"
    elif wanted is not Task.regression and target.kind == "fractions":
        what, hint = "holds numbers with fractions", "classes are texts or whole numbers"
    elif wanted is Task.binary and target.distinct != 2:
        what, hint = f"has {target.distinct} different values", "binary needs two"
    if what:
        raise ConfigError(Problem(f"{file}: the target {target.name!r} {what}", Place(f"--task {wanted}"), hint))
