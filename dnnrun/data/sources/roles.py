"""What each column of a table is for: to predict, weigh, group or order the rows, to leave out, or to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dnnrun.config.outputs import ONLY
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.table import Table
from dnnrun.errors import DataError

Name = str | int
"""A column as a config may write it; a number is the name of a column of a file without names."""


@dataclass(frozen=True)
class Roles:
    """The columns of a table that are no features, by their names.

    Args:
        targets: the column to predict for each output; of a single one under `ONLY`.
        drop: those to leave out.
        weights: the one that says how much a row counts.
        group: the one that says what a row belongs to.
        time: the one that says when a row was.
    """

    targets: Mapping[str, str]
    drop: tuple[str, ...] = ()
    weights: str | None = None
    group: str | None = None
    time: str | None = None

    @classmethod
    def of(
        cls,
        target: Name | Mapping[str, Name],
        drop: Name | Sequence[Name] = (),
        weights: Name | None = None,
        group: Name | None = None,
        time: Name | None = None,
    ) -> Roles:
        """Return the roles as the arguments of a source say them."""
        targets = target if isinstance(target, Mapping) else {ONLY: target}
        left_out = (drop,) if isinstance(drop, str | int) else drop
        return cls(
            {output: str(column) for output, column in targets.items()},
            tuple(str(column) for column in left_out),
            *(None if column is None else str(column) for column in (weights, group, time)),
        )

    @property
    def others(self) -> dict[str, str]:
        """The columns of weights, groups and times, by the argument that names them."""
        named = {"weights": self.weights, "group": self.group, "time": self.time}
        return {argument: column for argument, column in named.items() if column is not None}

    def features(self, table: Table) -> list[str]:
        """Return the names of the columns to learn from, in the order of the table.

        Raises:
            ArgumentError: a column is not there, or has two roles.
            DataError: no column is left, or one has no name.
        """
        table.must_have("target", self.targets.values())
        table.must_have("drop", self.drop)
        for argument, column in self.others.items():
            table.must_have(argument, [column])
        self._check_once()
        taken = {*self.targets.values(), *self.drop, *self.others.values()}
        features = [name for name in table.columns if name not in taken]
        if "" in features:
            raise DataError(
                f"{table.origin}: column {table.columns.index('') + 1} has no name in the first line",
                hint="give it one, or leave it out with drop: ['']; pandas writes row numbers so unless told "
                "index=False",
            )
        if not features:
            beside = ", ".join(map(repr, dict.fromkeys(self.targets.values())))
            what = f"{table.origin}: no column is left to learn from beside {beside}"
            raise DataError(what, hint="drop fewer columns")
        return features

    def _check_once(self) -> None:
        for target in self.targets.values():
            if target in self.drop:
                raise ArgumentError("drop", f"the target {target!r} cannot be left out", "take it out of 'drop'")
        seen = dict.fromkeys(self.targets.values(), "target") | dict.fromkeys(self.drop, "drop")
        for argument, column in self.others.items():
            if column in seen:
                what = f"the column {column!r} is named by {seen[column]!r} already"
                is_dropped = seen[column] == "drop"
                hint = "take it out of 'drop': it is no feature anyway" if is_dropped else "a column has one use"
                raise ArgumentError(argument, what, hint)
            seen[column] = argument

    def named(self) -> Iterator[str]:
        """Yield every column that is not a feature and is read all the same."""
        yield from dict.fromkeys(self.targets.values())
        yield from self.others.values()
