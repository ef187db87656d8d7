"""history.csv, written and read."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnnrun.errors import RunError
from dnnrun.store import history as history_module
from dnnrun.store.history import History, HistoryWriter, read_history

NAME = "history.csv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAME


def write(path: Path, *rows: dict[str, float]) -> History:
    writer = HistoryWriter(path)
    for row in rows:
        writer.append(row)
    return read_history(path)


def read(path: Path, text: str) -> History:
    path.write_bytes(text.encode())
    return read_history(path)


def test_the_columns_have_one_order_whatever_that_of_the_row(path: Path) -> None:
    write(path, {"seconds": 1.5, "val_loss": 0.3, "loss": 0.5, "learning_rate": 1e-3, "accuracy": 0.9, "epoch": 1})
    assert path.read_text() == "epoch,loss,accuracy,val_loss,learning_rate,seconds\n1,0.5,0.9,0.3,0.001,1.5\n"


def test_a_row_is_on_disk_when_append_returns(path: Path) -> None:
    writer = HistoryWriter(path)
    for epoch in range(1, 4):
        writer.append({"epoch": epoch, "loss": 1 / epoch})
        assert read_history(path).epochs == list(range(1, epoch + 1))


def test_rows_are_appended_and_what_is_there_is_not_written_anew(path: Path) -> None:
    writer = HistoryWriter(path)
    writer.append({"epoch": 1, "loss": 0.5})
    inode = path.stat().st_ino
    writer.append({"epoch": 2, "loss": 0.25})
    assert path.stat().st_ino == inode
    assert path.read_text() == "epoch,loss\n1,0.5\n2,0.25\n"


def test_a_metric_that_comes_later_gets_a_column_with_blanks_before_it(path: Path) -> None:
    history = write(
        path,
        {"epoch": 1, "loss": 0.5, "seconds": 1},
        {"epoch": 2, "loss": 0.4, "val_loss": 0.6, "auc": 0.9, "seconds": 1},
        {"epoch": 3, "loss": 0.3, "seconds": 1},
    )
    assert path.read_text() == "epoch,loss,auc,val_loss,seconds\n1,0.5,,,1\n2,0.4,0.9,0.6,1\n3,0.3,,,1\n"
    assert history.problem == ""
    assert history.columns["loss"] == [0.5, 0.4, 0.3]
    assert math.isnan(history.columns["val_loss"][0])
    assert history.columns["val_loss"][1] == 0.6
    assert math.isnan(history.columns["auc"][2])


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats() | st.floats(width=32).map(np.float32) | st.integers(-(2**53), 2**53))
def test_numbers_read_back_as_they_were(path: Path, number: float) -> None:
    path.unlink(missing_ok=True)  # of the number before
    [again] = write(path, {"epoch": 1, "loss": number}).columns["loss"]
    assert again == float(number) or math.isnan(again) is math.isnan(number) is True


def test_a_second_writer_does_not_take_the_place_of_the_first(path: Path) -> None:
    write(path, {"epoch": 1, "loss": 0.5})
    with pytest.raises(RunError, match="has rows already"):
        HistoryWriter(path).append({"epoch": 2, "loss": 0.4})
    assert read_history(path).epochs == [1]


@pytest.mark.parametrize("number", [np.float64(0.1), np.float32(0.1), np.int64(7), True])
def test_numbers_of_numpy(path: Path, number: float) -> None:
    history = write(path, {"epoch": np.int64(1), "loss": number})
    assert history.problem == ""
    assert history.columns == {"epoch": [1.0], "loss": [float(number)]}


def test_not_a_number_and_infinity(path: Path) -> None:
    history = write(path, {"epoch": 1, "loss": math.nan, "mae": math.inf, "val_loss": -math.inf})
    assert history.problem == ""
    assert math.isnan(history.columns["loss"][0])
    assert (history.columns["mae"][0], history.columns["val_loss"][0]) == (math.inf, -math.inf)


def test_names_with_commas_and_quotes(path: Path) -> None:
    name = 'f1, "macro"'
    assert write(path, {"epoch": 1, name: 0.5}, {"epoch": 2, name: 0.6}).columns[name] == [0.5, 0.6]


def test_a_row_without_its_epoch(path: Path) -> None:
    with pytest.raises(RunError, match="epoch"):
        write(path, {"loss": 0.5})
    assert not path.exists()


def test_after_a_failure_the_row_can_be_added_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, real = HistoryWriter(path), os.write
    writer.append({"epoch": 1, "loss": 0.5})

    def half(descriptor: int, content: bytes) -> int:
        monkeypatch.setattr(os, "write", full)
        return real(descriptor, content[:3])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(RunError, match="No space left"):
        writer.append({"epoch": 2, "loss": 0.25})
    assert path.read_text() == "epoch,loss\n1,0.5\n2,0"
    assert read_history(path).problem == "history.csv: the last line is cut off"
    monkeypatch.undo()
    writer.append({"epoch": 2, "loss": 0.25})
    assert path.read_text() == "epoch,loss\n1,0.5\n2,0.25\n"


def test_no_file_is_an_empty_history_and_no_problem(path: Path) -> None:
    history = read_history(path)
    assert (history.columns, history.problem, history.epochs, history.last(), history.metrics) == ({}, "", [], {}, [])
    assert history.best("loss", "min") is None


@pytest.mark.parametrize(
    ("text", "losses", "problem"),
    [
        ("epoch,loss\n1,0.5\n2,0.2", [0.5], "the last line is cut off"),
        ("epoch,loss\n1,0.5\n2", [0.5], "the last line is cut off"),
        ("epoch,lo", [], "the last line is cut off"),
        ("epoch,loss\n1,0.5\n2,abc\n3,0.25\n", [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n2,0.4,9\n3,0.25\n", [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n\n3,0.25\n", [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n,0.4\n3,0.25\n", [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\nnan,0.4\n", [0.5], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\ninf,0.4\n", [0.5], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n1.5,0.4\n", [0.5], "line 3 is damaged"),
        ('epoch,loss\n1,0.5\n"2,0.4\n3,0.25\n', [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n2,\0\0\0\n", [0.5], "line 3 is damaged"),
        ("epoch,loss\n1,0.5\n" + "\0" * 300, [0.5], "the last line is cut off"),
        ("epoch,loss\n1,0.5\n" + "9" * 200_000 + "\n3,0.25\n", [0.5, 0.25], "line 3 is damaged"),
        ("epoch,loss\n1,x\n2,y\n3,0.", [], "the last line is cut off"),
        ("epoch,loss\n1,x\n2,y\n", [], "line 2 is damaged"),
        ("", [], "is empty"),
        ("\n", [], "is empty"),
        ("loss,seconds\n0.5,1\n", [], "the first line is damaged, or is not the header of a history"),
        ("epoch,loss,loss\n1,2,3\n", [], "the first line is damaged, or is not the header of a history"),
        ("Lorem ipsum\ndolor\n", [], "the first line is damaged, or is not the header of a history"),
        ("\x89PNG\r\n\x1a\n", [], "the first line is damaged, or is not the header of a history"),
        ("epoch,loss\n", [], ""),
        ("epoch,loss\r\n1,0.5\r\n", [0.5], ""),
    ],
)
def test_damage(path: Path, text: str, losses: list[float], problem: str) -> None:
    history = read(path, text)
    assert list(history.columns.get("loss", [])) == losses
    assert len(history.epochs) == len(losses)
    assert history.problem == (f"history.csv: {problem}" if problem else "")


def test_bytes_that_are_no_text(path: Path) -> None:
    path.write_bytes(b"epoch,loss\n1,0.5\n2,\xff\xfe\n")
    assert read_history(path).problem == "history.csv: line 3 is damaged"


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    assert read_history(path) == History({}, "history.csv: Is a directory")


def test_looking_things_up(path: Path) -> None:
    history = write(
        path,
        {"epoch": 1, "loss": 0.5, "accuracy": 0.8, "seconds": 1},
        {"epoch": 2, "loss": 0.3, "accuracy": 0.9, "seconds": 1},
        {"epoch": 3, "loss": math.nan, "accuracy": 0.9, "seconds": 1},
    )
    assert history.metrics == ["loss", "accuracy"]
    assert history.best("loss", "min") == (2, 0.3)
    assert history.best("accuracy", "max") == (2, 0.9)  # the earliest of equals
    assert history.best("accuracy", "min") == (1, 0.8)
    assert history.best("unheard", "max") is None
    assert history.last()["accuracy"] == 0.9
    assert history.epochs == [1, 2, 3]


def test_the_best_of_nothing_but_nan(path: Path) -> None:
    assert write(path, {"epoch": 1, "loss": math.nan}).best("loss", "min") is None


ROWS = [{"epoch": epoch, "loss": 1 / epoch, "seconds": 0.5} for epoch in range(1, 6)]


@pytest.mark.parametrize("cut_off", ["", "6,0.1", "6"])
def test_a_history_goes_on_from_its_first_rows(cut_off: str, path: Path) -> None:
    write(path, *ROWS)
    before = path.read_text()
    path.write_text(before + cut_off)
    for kept in (5, 3):
        writer = HistoryWriter(path)
        writer.keep(kept)
        assert path.read_text() == "".join(before.splitlines(keepends=True)[: kept + 1])
    writer.append({"epoch": 4, "loss": 9.0, "val_loss": 8.0, "seconds": 0.1})
    writer.append({"epoch": 5, "loss": 7.0, "seconds": 0.1})
    history = read_history(path)
    assert history.problem == ""
    assert history.columns["loss"] == [1.0, 0.5, 1 / 3, 9.0, 7.0]
    assert history.rows()[2] == ROWS[2]
    assert history.rows()[3]["val_loss"] == 8.0


def test_a_history_that_goes_on_from_nothing(path: Path) -> None:
    write(path, *ROWS)
    writer = HistoryWriter(path)
    writer.keep(0)
    assert not path.exists()
    writer.append(ROWS[0])
    assert read_history(path).epochs == [1]
    HistoryWriter(path.with_name("none.csv")).keep(0)


@pytest.mark.parametrize("damaged", ["epoch,loss\n1,0.5\n", "epoch,loss\n1,0.5\n3,0.5\n", "", "loss\n1\n2\n", "\xff"])
def test_a_history_that_has_lost_rows(damaged: str, path: Path) -> None:
    path.write_bytes(damaged.encode("latin-1"))
    with pytest.raises(RunError, match=r"not whole|cannot be read"):
        HistoryWriter(path).keep(2)
    assert path.read_bytes() == damaged.encode("latin-1")


def test_rows_that_stay_are_the_same_text_when_a_column_comes_later(path: Path) -> None:
    write(path, {"epoch": 1, "loss": math.nan, "seconds": 1}, {"epoch": 2, "loss": 0.5, "seconds": 2})
    path.write_text(path.read_text().replace("nan,1\n", "nan,1.50\n"))
    writer = HistoryWriter(path)
    writer.keep(1)
    writer.append({"epoch": 2, "loss": 0.25, "val_loss": 0.75, "seconds": 3})
    assert path.read_text() == "epoch,loss,val_loss,seconds\n1,nan,,1.50\n2,0.25,0.75,3\n"


def test_rows_are_flushed_once_a_second_and_when_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, flushed, real = [100.0], [], os.fsync

    def count(descriptor: int) -> None:
        flushed.append(now[0])
        real(descriptor)

    monkeypatch.setattr(history_module.time, "monotonic", lambda: now[0])
    writer = HistoryWriter(path)
    writer.append({"epoch": 1, "loss": 0.5})
    monkeypatch.setattr(os, "fsync", count)
    for epoch in range(2, 22):
        now[0] += 0.125
        writer.append({"epoch": epoch, "loss": 0.5})
        assert read_history(path).epochs[-1] == epoch  # for who reads, it is there at once
    assert flushed == [100.125, 101.125, 102.125]
    writer.flush()
    assert flushed == [100.125, 101.125, 102.125, 102.5]


def test_there_is_nothing_to_flush_before_the_first_row(path: Path) -> None:
    HistoryWriter(path).flush()
    assert not path.exists()
