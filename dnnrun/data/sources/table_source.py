"""From the files of a table to `SourceData`, in memory or left on disk; what all sources of tables have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dnnrun.data.dataset import Array, Arrays, SourceData, by_name, unwrapped
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.looking import Looked, look_through
from dnnrun.data.sources.roles import Roles
from dnnrun.data.sources.rows import arranged, feature_of, fillings_of, groups_of, targets_of, weights_of
from dnnrun.data.sources.table import LARGE, Table
from dnnrun.data.sources.table_chunks import TableChunks
from dnnrun.data.sources.tally import Kind, Tally
from dnnrun.data.sources.times import times_of


@dataclass(frozen=True)
class TablePlan:
    """What the arguments of a source of tables say.

    Args:
        open: how files, and the argument that names them, become a table.
        paths: the files by argument: those of ``path``, perhaps those of ``test``.
        roles: what each column is for.
        gaps: how those of the features are filled.
    """

    open: Callable[[Sequence[Path], str], Table]
    paths: Mapping[str, Sequence[Path]]
    roles: Roles
    gaps: Gaps

    def read(self, *, streamed: bool = False) -> SourceData:
        """Return the rows, with those of a test set where there are files of one.

        Args:
            streamed: whether the features stay on disk, as `TableChunks`.

        Raises:
            DataError: as `rows_of`; a file is for both; or a column of the test set is of another kind.
        """
        files, held_out = self.paths["path"], self.paths.get("test", ())
        data, kinds = _rows_of(self.open(files, "path"), self.roles, self.gaps, None, streamed=streamed)
        if not held_out:
            return data
        if shared := [file for file in held_out if file in files]:
            raise ArgumentError("test", f"{shared[0]} holds the rows to learn from", "name a file of other rows")
        table = self.open(held_out, "test")
        table.must_have("test", [*kinds, *self.roles.targets.values(), *filter(None, [self.roles.weights])])
        roles = replace(self.roles, group=None, time=None)
        test, _ = _rows_of(table, roles, self.gaps, kinds, streamed=streamed, known=by_name(data.y))
        return replace(
            data,
            x_test=test.x,
            y_test=test.y,
            weights_test=test.weights,
            files=(*files, *held_out),
            impute={**test.impute, **data.impute},
        )


def source_of(plan: Callable[..., TablePlan], *, streamed: bool = False) -> Callable[..., SourceData]:
    """Return the source that reads what a function plans, with its arguments.

    Args:
        plan: from the arguments of the source.
        streamed: whether the features stay on disk.
    """

    @functools.wraps(plan)
    def source(*positional: Any, **named: Any) -> SourceData:
        return plan(*positional, **named).read(streamed=streamed)

    return source


def rows_of(table: Table, roles: Roles, gaps: Gaps | None = None) -> SourceData:
    """Return a table's rows as the sources of tables give them, and raise as they do.

    Args:
        table: in whatever files.
        roles: what each column is for.
        gaps: how those of the features are filled.

    Raises:
        DataError: a column is not there, a feature is missing, infinite, a date, or mostly numbers and sometimes not.
    """
    return _rows_of(table, roles, gaps or Gaps(), None, streamed=False)[0]


def _rows_of(
    table: Table,
    roles: Roles,
    gaps: Gaps,
    kinds: Mapping[str, Kind] | None,
    *,
    streamed: bool,
    known: Mapping[str, Array] | None = None,
) -> tuple[SourceData, Mapping[str, Kind]]:
    """Return the rows and what each feature is, which of a test set is known, as its labels' form is."""
    if kinds is None:
        names = roles.features(table)
        gaps.check(table, names)
    else:
        names = list(kinds)
    if streamed or table.bytes > LARGE:
        looked = look_through(table, names, list(roles.named()), keep=not streamed)
    else:
        table.load([*names, *roles.named()])
        looked = Looked((), {name: Tally.of(table.column(name)) for name in names}, {})
    kinds = kinds or {name: tally.kind for name, tally in looked.tallies.items()}
    impute = fillings_of(table, looked.tallies, kinds, gaps)
    impute = {name: filling for name, filling in impute.items() if looked.tallies[name].missing.count}
    x: Any = TableChunks(table, looked.pieces, kinds) if streamed else _features(table, kinds, looked.numbers)
    data = SourceData(
        x,
        unwrapped({output: _targets(table, output, column, known) for output, column in roles.targets.items()}),
        feature_names=tuple(names),
        files=table.files,
        impute=impute,
        weights=None if roles.weights is None else weights_of(table, roles.weights),
        groups=None if roles.group is None else groups_of(table, roles.group),
        times=None if roles.time is None else times_of(table, roles.time),
    )
    if streamed:
        table.forget()  # or the labels would be in memory twice for as long as the features are read
    return data, kinds


def _features(table: Table, kinds: Mapping[str, Kind], numbers: dict[str, Array]) -> Arrays:
    """Return the features; those that were kept as numbers are not read again."""
    of_text = [name for name, kind in kinds.items() if kind == "text"]
    table.load(of_text)
    return arranged(
        {
            name: numbers.pop(name) if name in numbers and kind != "text" else feature_of(table.column(name), kind)
            for name, kind in kinds.items()
        }
    )


def _targets(table: Table, output: str, column: str, known: Mapping[str, Array] | None) -> Array:
    """Return the labels of an output; those of a test set in the form of the labels that are known."""
    if known is None:
        return targets_of(table, column)
    is_text = known[output].dtype.kind == "U"
    y = targets_of(table, column, as_text=is_text)
    if y.dtype.kind == "U" and not is_text:
        what = f"the target {column!r} is text, such as {y[0].item()!r}, but numbers in the training rows"
        raise ArgumentError("test", f"{table.origin}: {what}", "write it as in the training file")
    return y
