"""TFRecord files: what TensorFlow has written is read without it, record by record."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dnnrun.data.dataset import Dataset
from dnnrun.data.sources.tfrecord import read_tfrecord, stream_tfrecord
from dnnrun.errors import DataError
from tests.data.tfrecords import framed, record, write

SPARSE = "sparse_categorical_crossentropy"
Load = Callable[..., Dataset]

# Three records, written by TensorFlow 2.21: pixels [i, 255 - i], name "né{i}", label i % 2, size i + 0.5.
BY_TENSORFLOW = base64.b64decode(
    "SQAAAAAAAAA2JQ6jCkcKEQoGcGl4ZWxzEgcaBQoDAP8BChAKBG5hbWUSCAoGCgRuw6kwCg4KBWxhYmVsEgUaAwoBAAoQCgRzaXpl"
    "EggSBgoEAAAAPyhYOi9JAAAAAAAAADYlDqMKRwoRCgZwaXhlbHMSBxoFCgMB/gEKEAoEbmFtZRIICgYKBG7DqTEKDgoFbGFiZWwS"
    "BRoDCgEBChAKBHNpemUSCBIGCgQAAMA/F+CyzEkAAAAAAAAANiUOowpHChEKBnBpeGVscxIHGgUKAwL9AQoQCgRuYW1lEggKBgoE"
    "bsOpMgoOCgVsYWJlbBIFGgMKAQAKEAoEc2l6ZRIIEgYKBAAAIEDD7Nyc"
)
ALL = {"pixels": {"shape": [2], "dtype": "uint8"}, "name": "str", "label": "int64", "size": "float32"}


def test_what_tensorflow_has_written() -> None:
    Path("t.tfrecord").write_bytes(BY_TENSORFLOW)
    data = read_tfrecord("t.tfrecord", ALL, "label")
    assert isinstance(data.x, dict)
    assert data.x["pixels"].tolist() == [[0, 255], [1, 254], [2, 253]]
    assert data.x["pixels"].dtype == np.uint8
    assert data.x["name"].tolist() == ["né0", "né1", "né2"]
    assert data.x["size"].tolist() == [0.5, 1.5, 2.5]
    assert data.y.tolist() == [0, 1, 0]


def test_the_records_of_the_tests_are_written_as_tensorflow_writes_them() -> None:
    made = record(pixels=[0, 255], name="né0", label=[0], size=[0.5])
    assert len(framed(made)) == len(BY_TENSORFLOW) // 3


@pytest.mark.parametrize(
    ("name", "compress", "compression"),
    [("t.tfrecord.gz", gzip.compress, "auto"), ("t", gzip.compress, "gzip"), ("t", zlib.compress, "zlib")],
)
def test_compressed_files(name: str, compress: Callable[[bytes], bytes], compression: str) -> None:
    Path(name).write_bytes(compress(BY_TENSORFLOW))
    data = read_tfrecord(name, {"pixels": ALL["pixels"], "label": "int64"}, "label", compression=compression)
    assert data.x.tolist() == [[0, 255], [1, 254], [2, 253]]


def test_a_config_of_several_files_with_a_test_set(load: Load) -> None:
    for number in (10, 2, 1):
        write(f"part-{number:02}.tfrecord", [record(image=[number] * 4, label=[number % 2])] * 2)
    data = load(
        """
        source:
          tfrecord:
            path: part-0*.tfrecord
            features: {image: {shape: [2, 2], dtype: uint8}, label: int64}
            target: label
            test: part-10.tfrecord
            class_names: [even, odd]
        """,
        loss=SPARSE,
    )
    assert data.train.x[:, 0, 0].tolist() == [1, 1, 2, 2]
    assert data.train.y.tolist() == [1, 1, 0, 0]
    assert data.splits["test"].x.shape == (2, 2, 2)
    assert (data.is_image, data.class_names) == (True, ("even", "odd"))
    digests = [hashlib.sha256(Path(f"part-{n}.tfrecord").read_bytes()).hexdigest() for n in ("01", "02", "10")]
    assert data.fingerprint == hashlib.sha256("".join(digests).encode()).hexdigest()


def test_single_values_are_the_columns_of_a_table(load: Load) -> None:
    write("t.tfrecord", [record(a=[i], b=[i / 2], y=[float(i)]) for i in range(4)])
    data = load("source: {tfrecord: {path: t.tfrecord, features: {a: int64, b: float32, y: float32}, target: y}}")
    assert data.train.x.tolist() == [[0, 0], [1, 0.5], [2, 1], [3, 1.5]]
    assert data.feature_names == ("a", "b")
    assert data.task == "regression"


def test_columns_of_several_kinds_and_text() -> None:
    write("t.tfrecord", [record(a=[i], city="Ulm", y=[i]) for i in range(2)])
    data = read_tfrecord("t.tfrecord", {"a": "int32", "city": "str", "y": "int64"}, "y")
    assert {name: column.tolist() for name, column in data.x.items()} == {"a": [[0], [1]], "city": [["Ulm"], ["Ulm"]]}
    assert data.feature_names == ("a", "city")
    text = read_tfrecord("t.tfrecord", {"city": "str", "y": "int64"}, "y")
    assert text.x.tolist() == [["Ulm"], ["Ulm"]]


def test_arrays_and_images_in_bytes() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    wave = np.array([0.5, -1.5], "<f4")
    write("t.tfrecord", [record(image=file.getvalue(), wave=wave.tobytes(), y=[i]) for i in range(2)])
    features = {
        "image": {"shape": [2, 4, 3], "decode": "image"},
        "wave": {"shape": [2], "dtype": "float32", "decode": "raw"},
        "y": "uint8",
    }
    x = read_tfrecord("t.tfrecord", features, "y").x
    assert x["image"].tolist() == [pixels.tolist()] * 2
    assert x["wave"].tolist() == [wave.tolist()] * 2


def test_weights_and_several_outputs() -> None:
    write("t.tfrecord", [record(x=[i, i], y=[i], z=[i / 4], w=[i + 1.0]) for i in range(3)])
    features = {"x": {"shape": 2, "dtype": "int64"}, "y": "int64", "z": "float32", "w": "float32"}
    data = read_tfrecord("t.tfrecord", features, {"kind": "y", "price": "z"}, weights="w")
    assert data.x.shape == (3, 2)
    assert {name: y.tolist() for name, y in data.y.items()} == {"kind": [0, 1, 2], "price": [0, 0.25, 0.5]}
    assert data.weights.tolist() == [1, 2, 3]


def test_every_bit_that_is_turned_is_noticed() -> None:
    content = framed(record(x=[1], y=[0])) * 2
    for position in range(0, len(content), 3):
        Path("t.tfrecord").write_bytes(content[:position] + bytes([content[position] ^ 4]) + content[position + 1 :])
        with pytest.raises(DataError, match=r"record [01], counted from 0, is (damaged|cut off)|not a TFRecord file"):
            read_tfrecord("t.tfrecord", {"x": "int64", "y": "int64"}, "y")


def test_every_length_that_is_cut_off_is_noticed() -> None:
    content = framed(record(x=[1], y=[0])) * 2
    for length in range(len(content) // 2 + 1, len(content)):
        Path("t.tfrecord").write_bytes(content[:length])
        with pytest.raises(DataError, match="record 1, counted from 0, is cut off"):
            read_tfrecord("t.tfrecord", {"x": "int64", "y": "int64"}, "y")


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_pieces_are_the_same_rows_as_in_memory(
    compress: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (0, 1):
        rows = [record(a=[i], b=[i / 4, i + number / 2], y=[i % 2], w=[i + 0.5]) for i in range(5)]
        Path(f"t{number}.tfrecord").write_bytes(compress(b"".join(map(framed, rows))))
    size = len(framed(record(a=[1], b=[0.5, 0.5], y=[0], w=[0.5])))
    monkeypatch.setattr("dnnrun.data.sources.records._PIECE", 2 * size - 4)
    features = {"a": "int64", "b": {"shape": [2], "dtype": "float32"}, "y": "int64", "w": "float32"}
    arguments = {"features": features, "target": "y", "test": "t1.tfrecord", "weights": "w"}
    whole, parts = read_tfrecord("t?.tfrecord", **arguments), stream_tfrecord("t?.tfrecord", **arguments)
    chunks = parts.x
    assert chunks.rows == ((2, 2, 1) * 2 if compress is bytes else (5, 5))
    pieces = {piece: chunks.read(piece) for piece in reversed(range(len(chunks.rows)))}
    for name, array in whole.x.items():
        assert np.concatenate([pieces[piece][name] for piece in sorted(pieces)]).tolist() == array.tolist()
    assert (parts.y.tolist(), parts.weights.tolist()) == (whole.y.tolist(), whole.weights.tolist())
    assert parts.x_test.read(0)["a"].tolist() == whole.x_test["a"][: parts.x_test.rows[0]].tolist()
    assert parts.fingerprint() == whole.fingerprint()


def test_a_table_in_pieces_has_the_columns_of_one_in_memory() -> None:
    write("t.tfrecord", [record(a=[i], b=[i / 2], y=[i % 2]) for i in range(4)])
    data = stream_tfrecord("t.tfrecord", {"a": "int64", "b": "float32", "y": "int64"}, "y")
    assert data.feature_names == ("a", "b")
    assert data.x.read(0).tolist() == [[0, 0], [1, 0.5], [2, 1], [3, 1.5]]


def test_what_becomes_of_a_file_during_the_training() -> None:
    write("t.tfrecord", [record(a=[i], y=[i % 2]) for i in range(4)])
    chunks = stream_tfrecord("t.tfrecord", {"a": "int64", "y": "int64"}, "y").x
    write("t.tfrecord", [record(a=[i], y=[i % 2]) for i in range(3)])
    with pytest.raises(DataError, match=r"t.tfrecord: the file has become shorter since the training began"):
        chunks.read(0)
