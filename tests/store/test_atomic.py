"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.errors import RunError
from dnnrun.store import atomic

Names = Callable[[Path], set[str]]


def full_disk(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_whole_text_or_the_old_one(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "run.json"
    atomic.write_text(path, "été\n" * 1000)
    assert path.read_bytes() == "été\n".encode() * 1000
    atomic.write_text(path, "")
    assert path.read_bytes() == b""
    assert names_in(tmp_path) == {"run.json"}


def test_line_ends_are_the_same_everywhere(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a", "a\nb\r\n")
    assert (tmp_path / "a").read_bytes() == b"a\nb\r\n"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, OSError])
def test_a_failure_leaves_the_old_content_and_nothing_else(
    tmp_path: Path, names_in: Names, failure: type[BaseException]
) -> None:
    path = tmp_path / "model.keras"
    path.write_text("old")

    def write_half() -> None:
        with atomic.replacing(path) as temporary:
            temporary.write_text("half of the new")
            raise failure("in the midst")

    with pytest.raises(RunError if failure is OSError else failure):
        write_half()
    assert path.read_text() == "old"
    assert names_in(tmp_path) == {"model.keras"}


def test_the_old_content_is_there_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "weights.weights.h5"
    path.write_text("old")
    with atomic.replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent  # or the renaming would be a copying
        assert temporary.name.endswith("weights.weights.h5")  # Keras goes by the ending
        assert temporary.name.startswith(".")
    assert path.read_text() == "new"


def test_nothing_written_is_a_failure(tmp_path: Path, names_in: Names) -> None:
    with pytest.raises(RunError, match="cannot write"), atomic.replacing(tmp_path / "a"):
        pass
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("call", ["os.fsync", "os.replace", "os.open"])
def test_a_full_disk(tmp_path: Path, names_in: Names, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    monkeypatch.setattr(call, full_disk)
    with pytest.raises(RunError, match=r"cannot write .*run\.json: No space left on device") as caught:
        atomic.write_text(path, "new")
    monkeypatch.undo()
    assert "make room on the disk" in str(caught.value)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == {"run.json"}


def test_a_folder_that_can_not_be_flushed_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def not_for_folders(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", not_for_folders)
    atomic.write_text(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    for write in (lambda path: atomic.write_text(path, "x"), lambda path: atomic.append_line(path, "x")):
        with pytest.raises(RunError, match="Not a directory"):
            write(tmp_path / "run" / "run.json")


def test_a_folder_in_place_of_a_file(tmp_path: Path, names_in: Names) -> None:
    (tmp_path / "run.json").mkdir()
    with pytest.raises(RunError, match="Is a directory"):
        atomic.write_text(tmp_path / "run.json", "x")
    assert names_in(tmp_path) == {"run.json"}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No such file or directory"):
        atomic.write_text(tmp_path / "gone" / "run.json", "x")


def test_append_goes_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    for line in ("a", "é", ""):
        atomic.append_line(path, line)
    assert path.read_text(encoding="utf-8") == "a\né\n\n"


def test_append_writes_on_where_the_system_took_only_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, bytes(content[:3])))
    atomic.append_line(tmp_path / "a", "0123456789")
    assert (tmp_path / "a").read_text() == "0123456789\n"


def test_append_to_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", full_disk)
    with pytest.raises(RunError, match="No space left"):
        atomic.append_line(tmp_path / "a", "x")


def test_json_has_no_numbers_that_json_has_not(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    atomic.write_json(path, {"a": math.nan, "b": [math.inf, 1.5, {"c": -math.inf}], 3: (1, 2), "é": None})
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {"a": None, "b": [None, 1.5, {"c": None}], "3": [1, 2], "é": None}
    assert "é" in text
    assert text.endswith("}\n")


def test_json_that_can_not_be_written_leaves_the_old(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a.json"
    atomic.write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        atomic.write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
    assert names_in(tmp_path) == {"a.json"}


def test_a_new_file(tmp_path: Path, names_in: Names) -> None:
    atomic.write_new_text(tmp_path / "a", "été\n")
    assert (tmp_path / "a").read_bytes() == "été\n".encode()
    assert names_in(tmp_path) == {"a"}


@pytest.mark.parametrize("has_links", [True, False], ids=["links", "no links"])
def test_a_new_file_takes_the_place_of_none(
    tmp_path: Path, names_in: Names, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def no_links(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").symlink_to("gone")
    for name in ("a", "b"):
        with pytest.raises(FileExistsError):
            atomic.write_new_text(tmp_path / name, "new")
    assert (tmp_path / "a").read_text() == "old"
    atomic.write_new_text(tmp_path / "c", "new")
    assert (tmp_path / "c").read_text() == "new"
    assert names_in(tmp_path) == {"a", "b", "c"}


def test_a_new_file_on_a_full_disk(tmp_path: Path, names_in: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(RunError, match="No space left on device"):
        atomic.write_new_text(tmp_path / "a", "new")
    assert names_in(tmp_path) == set()
