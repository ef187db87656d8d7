"""Whether runs can be made in a folder is tried out, and nothing is left behind."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dnnrun.errors import RunError
from dnnrun.store import atomic
from dnnrun.store.room import check_room


def test_a_folder_that_is_there(runs_dir: Path) -> None:
    runs_dir.mkdir()
    room = check_room(runs_dir)
    assert (room.folder, room.exists) == (runs_dir, True)
    assert room.free > 0
    assert list(runs_dir.iterdir()) == []


def test_a_folder_that_would_be_made_is_not_made(runs_dir: Path, tmp_path: Path) -> None:
    room = check_room(runs_dir / "of" / "today")
    assert (room.folder, room.exists) == (runs_dir / "of" / "today", False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "of/today"])
def test_a_file_in_the_way(below: str, runs_dir: Path) -> None:
    runs_dir.write_text("mine")
    with pytest.raises(RunError, match=f"{runs_dir} is not a folder\n.*move runs away") as caught:
        check_room(runs_dir / below)
    assert caught.value.exit_code == 4
    assert runs_dir.read_text() == "mine"


def test_a_link_to_nowhere_in_the_way(runs_dir: Path) -> None:
    runs_dir.symlink_to("nowhere")
    with pytest.raises(RunError, match="is not a folder"):
        check_room(runs_dir)


def test_a_full_disk(runs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic, "_flush", refuse)
    with pytest.raises(RunError, match=f"no run can be made in {runs_dir}: No space left on device\n.*make room"):
        check_room(runs_dir)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(runs_dir: Path) -> None:
    runs_dir.mkdir(mode=0o555)
    with pytest.raises(RunError, match="Permission denied"):
        check_room(runs_dir)
