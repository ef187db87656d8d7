"""Predictions as CSV, as JSON with an object a line, or as Parquet, written as they come."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dnnrun.config.outputs import ONLY
from dnnrun.errors import ConfigError
from dnnrun.running.predictions import Prediction
from dnnrun.store import replacing

FORMATS = {".csv": "csv", ".json": "json", ".jsonl": "json", ".parquet": "parquet"}


class Writer(Protocol):
    """Takes predictions, some rows at a time."""

    def write(self, where: Mapping[str, list[Any]], said: Mapping[str, Prediction]) -> None:
        """Write what is said about some rows."""

    def close(self) -> None:
        """End what is written."""


@contextlib.contextmanager
def opened_writer(target: Path | IO[str], file_format: str | None, top_k: int | None) -> Iterator[Writer]:
    """Yield what writes predictions to a file, which takes its place on leaving without an error, or to a stream.

    Args:
        target: the file, or the stream.
        file_format: one of the values of `FORMATS`; None for what the ending says, and CSV on a stream.
        top_k: how many classes of each row are given; None for all.

    Raises:
        ConfigError: the ending says no format.
        RunError: the file cannot be written.
    """
    if not isinstance(target, Path):
        yield (_Lines if file_format == "json" else _Csv)(target, top_k)
        return
    chosen = file_format or FORMATS.get(target.suffix.lower())
    if chosen is None:
        what = f"{target}: {target.suffix or 'a name without an ending'} tells no format"
        raise ConfigError(what, hint=f"end it in {', '.join(FORMATS)}")
    with replacing(target) as temporary:
        if chosen == "parquet":
            with contextlib.closing(_Parquet(temporary, top_k)) as parquet:
                yield parquet
            return
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            yield (_Lines if chosen == "json" else _Csv)(stream, top_k)


class _Csv:
    """CSV with a first line of names."""

    def __init__(self, stream: IO[str], top_k: int | None) -> None:
        self._stream, self._top_k, self._has_names = stream, top_k, False

    def write(self, where: Mapping[str, list[Any]], said: Mapping[str, Prediction]) -> None:
        frame = table_of(where, said, self._top_k).to_pandas()
        frame.to_csv(self._stream, index=False, header=not self._has_names, lineterminator="\n")
        self._has_names = True

    def close(self) -> None:
        pass


class _Lines:
    """An object a line."""

    def __init__(self, stream: IO[str], top_k: int | None) -> None:
        self._stream, self._top_k = stream, top_k

    def write(self, where: Mapping[str, list[Any]], said: Mapping[str, Prediction]) -> None:
        for row in range(len(next(iter(said.values())))):
            told = {name: _object_of(prediction, row, self._top_k) for name, prediction in said.items()}
            content = told.get(ONLY, {"outputs": told})
            placed = {name: values[row] for name, values in where.items()}
            self._stream.write(json.dumps({**placed, **content}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        pass


class _Parquet:
    """Parquet, a group of rows for each batch."""

    def __init__(self, path: Path, top_k: int | None) -> None:
        self._path, self._top_k = path, top_k
        self._writer: pq.ParquetWriter | None = None

    def write(self, where: Mapping[str, list[Any]], said: Mapping[str, Prediction]) -> None:
        table = table_of(where, said, self._top_k)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def table_of(where: Mapping[str, list[Any]], said: Mapping[str, Prediction], top_k: int | None) -> pa.Table:
    """Return predictions as a table: where a row is, what is predicted, and the number of each class.

    Of classes that is ``predicted``, and ``p_NAME`` for probabilities or ``score_NAME``; with `top_k` ``top_1``,
    ``p_1``, ``top_2`` and so on. Of several outputs each name begins with that of the output.
    What a prediction rests on follows as ``effect_COLUMN``.
    """
    columns: dict[str, Any] = dict(where)
    for name, prediction in said.items():
        prefix = f"{name}_" if name else ""
        columns |= {f"{prefix}{column}": values for column, values in _columns_of(prediction, top_k).items()}
        columns |= {f"{prefix}effect_{column}": values for column, values in prediction.effects.items()}
    return pa.table(columns)


def _columns_of(prediction: Prediction, top_k: int | None) -> dict[str, Any]:
    numbers, names = prediction.numbers, prediction.class_names
    if prediction.class_numbers is None or names is None:
        flat = numbers.reshape(len(numbers), -1)
        if flat.shape[1] == 1:
            return {"predicted": flat[:, 0]}
        return {f"predicted_{column}": np.ascontiguousarray(flat[:, column]) for column in range(flat.shape[1])}
    kind = "p" if prediction.are_probabilities else "score"
    labels = np.array(names, dtype=object)
    if top_k is None:
        told = {f"{kind}_{label}": np.ascontiguousarray(numbers[:, number]) for number, label in enumerate(names)}
        return {"predicted": labels[prediction.class_numbers], **told}
    columns: dict[str, Any] = {}
    for place, chosen in enumerate(_best(prediction, top_k).T, start=1):
        columns[f"top_{place}"] = labels[chosen]
        columns[f"{kind}_{place}"] = np.take_along_axis(numbers, chosen[:, None], axis=1)[:, 0]
    return columns


def _best(prediction: Prediction, top_k: int) -> np.ndarray[Any, Any]:
    """Return the numbers of the best classes of each row, shape (rows, classes)."""
    return np.argsort(-prediction.numbers, axis=1, kind="stable")[:, :top_k]


def _object_of(prediction: Prediction, row: int, top_k: int | None) -> dict[str, Any]:
    effects = {column: _plain(values[row]) for column, values in prediction.effects.items()}
    return _said_of(prediction, row, top_k) | ({"effects": effects} if effects else {})


def _said_of(prediction: Prediction, row: int, top_k: int | None) -> dict[str, Any]:
    numbers, names = prediction.numbers[row], prediction.class_names
    if prediction.class_numbers is None or names is None:
        values = [_plain(number) for number in np.asarray(numbers).reshape(-1)]
        return {
            "predicted": values[0] if len(values) == 1 else np.array(values, object).reshape(numbers.shape).tolist()
        }
    order: Sequence[int] = range(len(names)) if top_k is None else _best(prediction, top_k)[row].tolist()
    told = {names[number]: _plain(numbers[number]) for number in order}
    kind = "probabilities" if prediction.are_probabilities else "scores"
    return {"predicted": names[int(prediction.class_numbers[row])], kind: told}


def _plain(number: Any) -> float | None:
    """Return a number with the digits that its type has: 0.1, not 0.10000000149011612; None for one that is none."""
    return float(str(number)) if np.isfinite(number) else None
