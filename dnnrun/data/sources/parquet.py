"""A table in Parquet files: columns that have types of their own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dnnrun.data.sources import unreadable
from dnnrun.data.sources.delimited import PIECE, Span
from dnnrun.data.sources.files import files_of
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.roles import Name, Roles
from dnnrun.data.sources.table import Table
from dnnrun.data.sources.table_source import TablePlan, source_of
from dnnrun.errors import DataError

ENDING = ".parquet"
_INDEX = re.compile(r"__index_level_\d+__")  # of a pandas frame, written beside its columns


def plan_parquet(
    path: str | Sequence[str],
    target: Name | Mapping[str, Name],
    *,
    test: str | Sequence[str] | None = None,
    drop: Name | Sequence[Name] = (),
    weights: Name | None = None,
    group: Name | None = None,
    time: Name | None = None,
    impute: str | Mapping[str, str] | None = None,
    fill: float | str | Mapping[str, float | str] | None = None,
    missing: float | str | Sequence[float | str] = (),
) -> TablePlan:
    """Read Parquet files.

    Args:
        path: the file, a list of files, a pattern, or a folder with files that end in ``.parquet``.
        target: the column to predict; numbers, or text or truths for classes. Of several outputs the column for each.
        test: further files with the same columns, as the test set.
        drop: columns to leave out.
        weights: a column of numbers, how much each row counts in the loss.
        group: a column that says what each row belongs to, so that splits part no group.
        time: a column of numbers, dates or times, so that splits hold out the latest rows.
        impute: what fills gaps: mean, median, most_frequent or constant; of all columns, or by column. It is computed
            from the training rows, after the split.
        fill: what a constant fills them with, or that by column.
        missing: what stands for no value, beside null and NaN.

    Raises:
        DataError: a file is missing, cut off or no Parquet, a column is not there, or a feature is nested, missing,
            infinite or a date; always with the column, and the row counted from 0.
    """
    markers = (missing,) if isinstance(missing, str | int | float) else tuple(missing)

    def table(files: Sequence[Path], argument: str) -> Table:
        return Table([ParquetTable(file, argument, markers) for file in files], is_typed=True)

    paths = {"path": files_of("path", path, ending=ENDING)}
    if test is not None:
        paths["test"] = files_of("test", test, ending=ENDING)
    return TablePlan(table, paths, Roles.of(target, drop, weights, group, time), Gaps.of(impute, fill))


read_parquet = source_of(plan_parquet)
"""The source in memory."""
stream_parquet = source_of(plan_parquet, streamed=True)
"""The same with its features left on disk."""


class ParquetTable:
    """A Parquet file of which the end, where the columns stand, has been read.

    Args:
        file: as the user named it.
        argument: the source's argument that names it.
        missing: what stands for no value, beside null.

    Raises:
        DataError: it cannot be read, or is no Parquet.
    """

    def __init__(self, file: Path, argument: str, missing: Sequence[float | str] = ()) -> None:
        self.file, self._missing = file, missing
        try:
            with file.open("rb"):
                pass
            self.parquet = pq.ParquetFile(file)
        except OSError as error:
            if error.errno is None:  # pyarrow's own, about what is in the file
                raise self._damaged(error) from error
            raise unreadable(argument, file, error) from error
        except pa.ArrowException as error:
            raise self._damaged(error) from error
        self.columns = [name for name in self.parquet.schema_arrow.names if not _INDEX.fullmatch(name)]
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise DataError(f"{file}: the column {twice[0]!r} stands twice", hint="give each column a name of its own")
        if not self.parquet.metadata.num_rows:
            raise DataError(f"{file}: there are no rows", hint="was everything filtered out when it was written?")

    def read(
        self, names: Sequence[str], *, as_text: Collection[str] = (), span: Span | None = None, threads: bool = True
    ) -> pa.Table:
        """Return columns of int64, double, bool, text, dates or times, null where a cell has no value.

        Args:
            names: of the columns.
            as_text: those of them to give as text.
            span: the first of the file's groups of rows, and the one behind the last; None for all of them.
            threads: whether to read on all cores.

        Raises:
            DataError: a column is nested or holds bytes, or the file is damaged.
        """
        table = self._read(names, span, threads)
        cells = {name: self._plain(name, table.column(name)) for name in names}
        return pa.table({name: pc.cast(each, pa.string()) if name in as_text else each for name, each in cells.items()})

    def spans(self) -> Iterator[Span]:
        """Yield the file's groups of rows, small ones together."""
        metadata, begin, size = self.parquet.metadata, 0, 0
        for group in range(metadata.num_row_groups):
            bytes_of_group = metadata.row_group(group).total_byte_size
            if group > begin and size + bytes_of_group > PIECE:
                yield begin, group
                begin, size = group, 0
            size += bytes_of_group
        yield begin, metadata.num_row_groups

    def place(self, rows: Sequence[int], *, more: bool) -> str:
        """Return ``row 7, counted from 0`` for one row, or for several."""
        listed = f"{', '.join(map(str, rows))}{', ...' if more else ''}"
        return f"row{'s' if len(rows) > 1 else ''} {listed}, counted from 0"

    def _read(self, names: Sequence[str], span: Span | None, threads: bool) -> pa.Table:
        schema = self.parquet.schema_arrow
        for name in names:
            _refuse(self.file, name, schema.field(name).type)
        try:
            groups = range(self.parquet.metadata.num_row_groups) if span is None else range(*span)
            read = self.parquet.read_row_groups(list(groups), columns=list(names), use_threads=threads)
            return read.select(list(names))
        except (OSError, pa.ArrowException) as error:
            raise self._damaged(error) from error

    def _plain(self, name: str, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
        _refuse(self.file, name, kind)
        if pa.types.is_decimal(kind) or pa.types.is_floating(kind) or kind == pa.uint64():
            cells = pc.cast(cells, pa.float64(), safe=False)
        elif pa.types.is_integer(kind):
            cells = pc.cast(cells, pa.int64())
        elif not (pa.types.is_boolean(kind) or pa.types.is_temporal(kind) or pa.types.is_null(kind)):
            cells = pc.cast(cells, pa.string())
        elif kind != cells.type:
            cells = pc.cast(cells, kind)
        return self._with_gaps(cells)

    def _with_gaps(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return cells with null for the further markers of no value."""
        of_text = pa.types.is_string(cells.type)
        if not of_text and cells.type not in (pa.int64(), pa.float64()):
            return cells
        markers = [marker for marker in self._missing if isinstance(marker, str) == of_text]
        if not markers:
            return cells
        values = cells if of_text else pc.cast(cells, pa.float64(), safe=False)
        return pc.if_else(pc.is_in(values, pa.array(markers, values.type)), None, cells)

    def _damaged(self, error: Exception) -> DataError:
        what = f"{self.file}: not a Parquet file, or cut off or damaged: {' '.join(str(error).split())}"
        hint = "read it with pandas.read_parquet to see; a table of text is for the source csv"
        return DataError(what, hint=hint)


def _refuse(file: Path, name: str, kind: pa.DataType) -> None:
    """Raise `DataError` for a column whose cells are not single values that a table can learn from."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_nested(kind):
        what, hint = (
            f"is nested, of type {kind}",
            "write its parts as columns of their own, or leave it out with 'drop'",
        )
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        what, hint = "holds bytes", "write them as text or numbers, or leave the column out with 'drop'"
    elif pa.types.is_duration(kind) or pa.types.is_interval(kind):
        what, hint = f"holds durations, of type {kind}", "write them as numbers, such as seconds"
    else:
        return
    raise DataError(f"{file}: column {name!r} {what}", hint=hint)
