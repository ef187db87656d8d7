"""Damage to the bundled data is found, and all of it is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dnnrun.data.integrity import check_bundled
from dnnrun.errors import DataError


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with two files and their checksums."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"{name}\n")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(tmp_path.glob("*.csv"))]
    (tmp_path / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    return tmp_path


def test_the_real_ones_are_whole() -> None:
    assert len(check_bundled().files) == 5


def test_whole_files(files: Path) -> None:
    assert check_bundled(files).files == ("a.csv", "b.csv")


def test_everything_that_is_wrong_is_named(files: Path) -> None:
    (files / "a.csv").write_text("A.csv\n")
    (files / "b.csv").unlink()
    with pytest.raises(DataError) as caught:
        check_bundled(files)
    assert [problem.what for problem in caught.value.problems] == [
        f"{files / 'a.csv'}: this bundled file is damaged: its checksum is not the one in SHA256SUMS",
        f"{files / 'b.csv'}: this bundled file is missing",
    ]
    assert all(problem.hint.startswith("install dnnrun again") for problem in caught.value.problems)


def test_a_file_that_cannot_be_read(files: Path) -> None:
    (files / "a.csv").unlink()
    (files / "a.csv").mkdir()
    with pytest.raises(DataError, match="this bundled file can't be read: Is a directory"):
        check_bundled(files)


@pytest.mark.parametrize("text", ["", "no-checksum\n", b"\xff\xfe"])
def test_damaged_checksums(text: str | bytes, files: Path) -> None:
    (files / "SHA256SUMS").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match="SHA256SUMS: "):
        check_bundled(files)


def test_missing_checksums(files: Path) -> None:
    (files / "SHA256SUMS").unlink()
    with pytest.raises(DataError, match=r"the checksums can't be read: .*No such file"):
        check_bundled(files)
