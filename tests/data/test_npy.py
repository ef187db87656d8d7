"""Arrays in files of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dnnrun.config.load import complete
from dnnrun.data.dataset import Dataset
from dnnrun.data.facts.cheap import cheap_facts
from dnnrun.data.sources.npy import read_npy

SPARSE = "sparse_categorical_crossentropy"
X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.arange(6) % 2


def test_arrays_and_a_test_set(load: Callable[..., Dataset]) -> None:
    np.save("x.npy", X)
    np.save("y.npy", Y)
    np.save("tx.npy", np.asfortranarray(X[:2] + 100))
    source = "source: {npy: {x: x.npy, y: y.npy, x_test: tx.npy, y_test: ty.npy, class_names: [no, yes]}}"
    np.save("ty.npy", Y[:2])
    data = load(source, loss=SPARSE)
    assert data.train.x.tolist() == X.tolist()
    assert data.splits["test"].x.tolist() == (X[:2] + 100).tolist()
    assert data.class_names == ("no", "yes")
    digests = [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in ("x.npy", "y.npy", "tx.npy", "ty.npy")]
    assert data.fingerprint == hashlib.sha256("".join(digests).encode()).hexdigest()


def test_text_labels_and_pictures(load: Callable[..., Dataset]) -> None:
    np.save("x.npy", np.zeros((6, 4, 4), np.uint8))
    np.save("y.npy", np.array(["a", "b"] * 3))
    data = load("source: {npy: {x: x.npy, y: y.npy}}", loss=SPARSE)
    assert data.is_image
    assert data.class_names == ("a", "b")


def test_only_what_is_used_of_a_file_is_read() -> None:
    np.save("x.npy", X)
    np.save("y.npy", Y)
    x = read_npy("x.npy", "y.npy").x
    assert isinstance(x, np.ndarray)
    assert isinstance(x.base, np.memmap)


def test_facts_of_small_files(tmp_path: Path) -> None:
    np.save("x.npy", X)
    np.save("y.npy", Y)
    source = {"npy": {"x": str(tmp_path / "x.npy"), "y": str(tmp_path / "y.npy")}}
    parts = {"model": {"layers": [{"Dense": 2}]}, "optimizer": "Adam", "loss": SPARSE}
    facts = cheap_facts(complete({"dataset": {"source": source}, **parts}))
    assert facts is not None
    assert (facts.classes, facts.input_range) == (("0", "1"), (0.0, 11.0))
    (tmp_path / "y.npy").unlink()
    assert cheap_facts(complete({"dataset": {"source": source}, **parts})) is None
