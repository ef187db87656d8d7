"""Checkpoints for resume: whole or not at all, found again whatever happened to the newest."""

from __future__ import annotations

import concurrent.futures
import errno
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from dnnrun.errors import RunError
from dnnrun.store import Checkpoints
from dnnrun.store.checkpoints import Checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def checkpoints(folder: Path) -> Checkpoints:
    return Checkpoints(folder)


def numbered(number: int) -> dict[str, np.ndarray]:
    return {"model/0/dense/kernel": np.full((30, 40), number, dtype=np.float32)}


def read(checkpoints: Checkpoints) -> Checkpoint:
    found = checkpoints.read()
    assert found is not None
    return found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.array(7, dtype=np.int64),
        np.array([], dtype=np.float64),
        np.array([[True], [False]]),
        np.array([1.5, -2], dtype=ml_dtypes.bfloat16),
        np.arange(12, dtype=np.uint32).reshape(3, 4).T,
        np.array([math.nan, math.inf, -0.0], dtype=np.float16),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_come_back_to_the_last_bit(array: np.ndarray, checkpoints: Checkpoints) -> None:
    checkpoints.write({"a/b:c é": array}, {})
    [(name, found)] = read(checkpoints).arrays.items()
    assert name == "a/b:c é"
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert found.flags.writeable


def test_the_state_comes_back(checkpoints: Checkpoints) -> None:
    state = {"epoch": 3, "best": [math.inf, 0.1 + 0.2, None, {"ü": True}], "text": "array:x"}
    checkpoints.write({}, {**state, "nan": math.nan})
    found = dict(read(checkpoints).state)
    assert math.isnan(found.pop("nan"))
    assert found == state


def test_none_yet(checkpoints: Checkpoints, folder: Path) -> None:
    assert checkpoints.read() is None
    folder.mkdir()
    assert checkpoints.read() is None


def test_only_the_newest_two_are_kept(checkpoints: Checkpoints, folder: Path) -> None:
    for number in range(5):
        checkpoints.write(numbered(number), {"number": number})
    assert files(folder) == ["000004.state", "000005.state", "latest.json"]
    assert read(checkpoints).state["number"] == 4


@pytest.mark.parametrize("damage", ["cut off", "a bit turned", "empty", "gone", "a folder"])
def test_the_one_before_takes_the_place_of_a_damaged_one(damage: str, checkpoints: Checkpoints, folder: Path) -> None:
    checkpoints.write(numbered(1), {"number": 1})
    checkpoints.write(numbered(2), {"number": 2})
    newest = folder / "000002.state"
    content = newest.read_bytes()
    newest.unlink()
    if damage == "a folder":
        newest.mkdir()
    elif damage != "gone":
        turned = content[:-7] + bytes([content[-7] ^ 4]) + content[-6:]
        newest.write_bytes({"cut off": content[:-1], "a bit turned": turned, "empty": b""}[damage])
    assert read(checkpoints).state["number"] == 1
    checkpoints.write(numbered(3), {"number": 3})
    assert read(checkpoints).state["number"] == 3


@pytest.mark.parametrize(
    "pointer", [None, "", "{}", "[]", '{"file": 3}', '{"file": "../x"}', '{"file": "000009.state"}']
)
def test_the_pointer_may_be_missing_or_wrong(pointer: str | None, checkpoints: Checkpoints, folder: Path) -> None:
    for number in (1, 2):
        checkpoints.write(numbered(number), {"number": number})
    (folder / "latest.json").unlink()
    if pointer is not None:
        (folder / "latest.json").write_text(pointer)
    assert read(checkpoints).state["number"] == 2


def test_what_a_killed_writer_left_is_passed_over_and_removed(checkpoints: Checkpoints, folder: Path) -> None:
    checkpoints.write(numbered(1), {"number": 1})
    (folder / ".part-77-000002.state").write_bytes(b"dnnrun checkpoint 1\n")
    assert read(checkpoints).state["number"] == 1
    checkpoints.write(numbered(2), {"number": 2})
    assert files(folder) == ["000001.state", "000002.state", "latest.json"]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(RunError, match="cannot write"):
        Checkpoints(tmp_path / "state").write({}, {})


def test_nothing_is_not_taken_for_damage_nor_damage_for_nothing(checkpoints: Checkpoints, folder: Path) -> None:
    for number in (1, 2):
        checkpoints.write(numbered(number), {"number": number})
    for number in (1, 2):
        (folder / f"00000{number}.state").write_bytes(b"damaged")
    with pytest.raises(RunError, match="every checkpoint is damaged") as caught:
        checkpoints.read()
    assert "resolved.yaml" in str(caught.value)
    checkpoints.write(numbered(3), {"number": 3})
    assert read(checkpoints).state["number"] == 3


@pytest.mark.parametrize("call", ["os.fsync", "os.replace"])
def test_a_full_disk(call: str, checkpoints: Checkpoints, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for number in (1, 2):
        checkpoints.write(numbered(number), {"number": number})
    before = files(folder)
    monkeypatch.setattr(call, full)
    with pytest.raises(RunError, match=r"cannot write .*000003\.state: No space left on device"):
        checkpoints.write(numbered(3), {"number": 3})
    monkeypatch.undo()
    assert files(folder) == before
    assert read(checkpoints).state["number"] == 2


def test_what_is_no_array_of_numbers_is_refused_and_not_found_out_when_it_is_needed(checkpoints: Checkpoints) -> None:
    with pytest.raises(TypeError):
        checkpoints.write({"x": np.array([{}], dtype=object)}, {})
    assert checkpoints.read() is None


def test_reading_while_another_thread_writes(checkpoints: Checkpoints, folder: Path) -> None:
    def write_many() -> None:
        for number in range(1, 60):
            checkpoints.write(numbered(number), {"number": number})

    checkpoints.write(numbered(0), {"number": 0})
    newest = 0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_many)
        while not writing.done():
            found = read(Checkpoints(folder))
            assert found.state["number"] >= newest
            newest = found.state["number"]
            assert (found.arrays["model/0/dense/kernel"] == newest).all()
            assert len([name for name in files(folder) if name.endswith(".state")]) <= 4  # one of them half-written
    writing.result()
    assert read(checkpoints).state["number"] == 59


WRITING = """
import sys
from pathlib import Path
import numpy as np
from dnnrun.store import Checkpoints
checkpoints = Checkpoints(Path(sys.argv[1]))
found = checkpoints.read()
number = found.state["number"] if found else 0
while True:
    number += 1
    checkpoints.write({"x": np.full(50_000, number)}, {"number": number})
    print(number, flush=True)
"""


@pytest.mark.slow
def test_killed_while_writing(folder: Path) -> None:
    random = np.random.default_rng(3)
    last = 0
    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", WRITING, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        first = int(process.stdout.readline())
        assert first > last  # never from further back than what was surely written
        time.sleep(random.uniform(0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        printed = [int(line) for line in process.communicate()[0].split()]
        last = (printed or [first])[-1]
        found = read(Checkpoints(folder))
        assert found.state["number"] >= last
        assert (found.arrays["x"] == found.state["number"]).all()
        last = found.state["number"]
