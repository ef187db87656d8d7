"""Pickles are taken apart with gloves: arrays, lists and numbers come out, and nothing else is called."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.data.sources.pickles import load_npz, load_pickle
from dnnrun.errors import DataError

# What Python 2 and NumPy 1 made of {"labels": [3], "data": array([[1, 2]], uint8)}: texts of bytes, an older module.
OLD = (
    b"\x80\x02}q\x00(U\x06labelsq\x01]q\x02K\x03aU\x04dataq\x03cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\n"
    b"ndarray\nq\x05K\x00\x85U\x01b\x87Rq\x06(K\x01K\x01K\x02\x86cnumpy\ndtype\nq\x07U\x02u1K\x00K\x01\x87Rq\x08(K\x03U\x01"
    b"|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x02\x01\x02tbu."
)


class Calls:
    """Pickled, it asks whoever loads it to call a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._wish = (function, arguments)

    def __reduce__(self) -> Any:
        return self._wish


def test_a_batch_of_python_2_is_loaded() -> None:
    loaded = load_pickle(io.BytesIO(OLD), "batch")
    assert loaded[b"labels"] == [3]
    assert loaded[b"data"].tolist() == [[1, 2]]
    assert loaded[b"data"].dtype == np.uint8


def test_arrays_of_lists_and_plain_arrays_are_loaded(tmp_path: Path) -> None:
    ragged = np.array([[1, 2, 3], [4]], dtype=object)
    np.savez(tmp_path / "a.npz", x=ragged, y=np.array([0, 1]), text=np.array(["a"]))
    loaded = load_npz(tmp_path / "a.npz", ("x", "y"))
    assert list(loaded) == ["x", "y"]
    assert loaded["x"].tolist() == [[1, 2, 3], [4]]
    assert loaded["y"].dtype == np.int64
    np.savez(tmp_path / "b.npz", x=np.array([np.int64(3), None, np.arange(2)], dtype=object))
    assert load_npz(tmp_path / "b.npz", ("x",))["x"][0] == 3


@pytest.mark.parametrize(
    ("function", "arguments", "named"),
    [
        (os.system, ("touch was_called",), r"posix\.system"),
        (eval, ("open('was_called', 'w')",), r"builtins\.eval"),
        (np.load, ("was_called",), r"numpy\.load"),
        (np.memmap, ("was_called", "uint8", "w+", 0, (1,)), r"numpy\.memmap"),
        (getattr, ("text", "upper"), r"builtins\.getattr"),
    ],
)
def test_whatever_would_call_a_function_is_refused(function: Any, arguments: Any, named: str, folder: Path) -> None:
    harmful = pickle.dumps({"data": [1, Calls(function, *arguments)]})
    with pytest.raises(DataError, match=f"batch: asks Python for {named}, which is not loaded from a file"):
        load_pickle(io.BytesIO(harmful), "batch")
    np.savez(folder / "a.npz", x=np.array([Calls(function, *arguments)], dtype=object))
    with pytest.raises(DataError, match=f"array 'x': asks Python for {named}"):
        load_npz(folder / "a.npz", ("x",))
    assert not (folder / "was_called").exists()


def test_an_attribute_of_what_is_allowed_is_refused() -> None:
    with pytest.raises(DataError, match=r"asks Python for numpy\.ndarray\.tofile"):
        load_pickle(io.BytesIO(b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93."), "batch")


@pytest.mark.parametrize("content", [b"", OLD[:-30], b"\x80\x04", b"no pickle", b"\x80\x04Pwhat\n."])
def test_damage_is_told(content: bytes) -> None:
    with pytest.raises(DataError, match=r"^batch: (damaged|asks Python for the object)"):
        load_pickle(io.BytesIO(content), "batch")


def test_damaged_files_of_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "good.npz", x=np.array([[1], [2, 3]], dtype=object))
    with pytest.raises(DataError, match=r"there is no array 'y'\n     = it holds x"):
        load_npz(tmp_path / "good.npz", ("y",))
    with pytest.raises(DataError, match="cannot be read: No such file"):
        load_npz(tmp_path / "none.npz", ("x",))
    content = (tmp_path / "good.npz").read_bytes()
    for number, damaged in enumerate((content[:-50], content[:150] + b"????" + content[154:])):
        file = tmp_path / f"{number}.npz"
        file.write_bytes(damaged)
        with pytest.raises(DataError, match="damaged"):
            load_npz(file, ("x",))


def test_an_array_that_is_not_what_its_header_says(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|O", "fortran_order": False, "shape": (2,)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", buffer.getvalue() + pickle.dumps([1, 2]))
    with pytest.raises(DataError, match="it holds something else than it says"):
        load_npz(tmp_path / "a.npz", ("x",))
