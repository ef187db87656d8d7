"""Golden files: what is said about each mistake in the data, or in what a config asks of it.

A case is one file in `cases`: a config, files beside it after lines ``# --- file NAME ---``, a line ``# --- output
---``, and the exit code with the whole text of the error. ``FOLDER`` in the output is where the files lie; the .npz and
.npy files that the configs name are made by `write_arrays`, the images and the records by the functions below it.

After a change of words, ``DNNRUN_WRITE_CASES=1 pytest tests/data/test_data_messages.py`` writes the outputs anew: read
the diff.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dnnrun.config.load import load_config
from dnnrun.data.load import load_dataset
from dnnrun.errors import DnnrunError
from tests.data import tfrecords

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
OUTPUT = "# --- output ---\n"


def write_arrays() -> None:
    """Write every kind of .npz file, good and bad, into the current directory."""
    x = np.arange(18, dtype=np.float32).reshape(6, 3)
    y = np.arange(6) % 2
    gaps = x.copy()
    gaps[[2, 4], 1] = [np.nan, np.inf]
    files = {
        "good": {"x": x, "y": y},
        "named": {"features": x, "targets": y},
        "misspelt": {"x_trian": x, "y_train": y},
        "half_a_test": {"x": x, "y": y, "x_test": x},
        "objects": {"x": x, "y": np.array([None] * 6)},
        "lengths": {"x": x, "y": y[:5]},
        "gaps": {"x": gaps, "y": y},
        "no_rows": {"x": x[:0], "y": y[:0]},
        "single_value": {"x": np.float32(1), "y": y},
        "text_features": {"x": np.array([["a", "b"]] * 6), "y": y},
        "text_labels": {"x": x, "y": np.array(["a", "b"] * 3)},
        "deep_labels": {"x": x, "y": np.zeros((6, 3, 2))},
        "odd_labels": {"x": x, "y": y.astype("datetime64[D]")},
        "other_test": {"x": x, "y": y, "x_test": x[:, :2], "y_test": y},
        "short_test": {"x": x, "y": y, "x_test": x, "y_test": y[:2]},
        "multi_hot": {"x": x, "y": np.array([[1, 0, 0], [1, 1, 0]] * 3)},
        "one_hot": {"x": x, "y": np.eye(3)[np.arange(6) % 3]},
    }
    for name, arrays in files.items():
        np.savez(f"{name}.npz", **arrays)  # type: ignore[arg-type]
    np.save("single.npy", x)
    np.save("labels.npy", y)
    np.save("few_labels.npy", y[:5])
    np.save("objects.npy", np.array([None] * 6), allow_pickle=True)
    np.save("empty.npy", x[:0])
    Path("nothing.npy").touch()
    Path("cut_off.npy").write_bytes(Path("single.npy").read_bytes()[:-20])
    Path("header.npy").write_bytes(Path("single.npy").read_bytes()[:40])
    Path("text.npy").write_text("1 2 3")
    content = Path("good.npz").read_bytes()
    Path("cut_off.npz").write_bytes(content[: len(content) // 2])
    Path("damaged.npz").write_bytes(content[:170] + b"????" + content[174:])


def write_images() -> None:
    """Write folders of images, good and bad, into the current directory."""
    cases = {
        "good": {"cat": ["0.png", "1.jpg"], "dog": ["0.bmp", "1.gif"]},
        "one_class": {"cat": ["0.png"]},
        "empty_class": {"bird": [], "cat": ["0.png"], "dog": [], ".hidden": []},
        "wide": {"cat": ["0.png", "wide.png"], "dog": ["1.png"]},
        "other_class": {"cat": ["0.png"], "horse": ["0.png"]},
        "strangers": {"cat": ["0.png", "notes.md", "old.tiff"], "dog": ["0.png", "Thumbs.db"]},
        "damaged": {"cat": ["0.png", "cut.png", "empty.png", "text.png"], "dog": ["0.jpg", "cut.jpg"]},
        "many": {"cat": ["0.png"], "dog": [f"empty{i}.png" for i in range(8)]},
        "loose": {"cat": ["0.png"], "dog": ["0.png"], ".": ["2.png", "1.png", "readme.txt"]},
        "flat": {".": ["0.png", "1.png"]},
    }
    Path("a_file.png").touch()
    for name, classes in cases.items():
        for class_name, files in classes.items():
            folder = Path(name, class_name)
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                write_image(folder / file)


def write_image(path: Path) -> None:
    """Write an image of noise, damaged in the way that its name says."""
    pixels = np.random.default_rng(0).integers(0, 256, (12, 20 if path.stem == "wide" else 10), np.uint8)
    if path.suffix not in {".png", ".jpg", ".bmp", ".gif"} or path.stem == "text":
        path.write_text("no image")
        return
    Image.fromarray(pixels).save(path)
    content = path.read_bytes()
    if path.stem == "cut":
        path.write_bytes(content[: len(content) // 2])
    if path.stem.startswith("empty"):
        path.write_bytes(b"")


def write_texts() -> None:
    """Write folders of texts, good and bad, into the current directory."""
    files = {
        "good/neg/0.txt": b"bad", "good/pos/0.txt": b"good",
        "latin/neg/0.txt": b"bad", "latin/pos/0.txt": b"good\nbut\ncaf\xe9",
        "blank/neg/0.txt": b"bad", "blank/pos/0.txt": b" \n", "blank/pos/1.txt": b"",
        "strangers/neg/0.txt": b"bad", "strangers/neg/1.pdf": b"PDF", "strangers/pos/0.txt": b"good",
        "flat/0.txt": b"bad",
    }  # fmt: skip
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content)


def write_records() -> None:
    """Write TFRecord files, good and bad, into the current directory."""
    good = [tfrecords.record(x=[i, 2], y=[i % 2]) for i in range(4)]
    files = {
        "good": good,
        "other_kind": [*good[:2], tfrecords.record(x=[0.5, 1.0], y=[0])],
        "lengths": [*good[:3], tfrecords.record(x=[1, 2, 3], y=[0])],
        "missing": [good[0], tfrecords.record(z=[1], y=[0])],
        "empty_list": [good[0], tfrecords.record(x=[], y=[0])],
        "too_large": [tfrecords.record(x=[1, 300], y=[0])],
        "bytes": [tfrecords.record(x=b"abcd", y=[0])],
        "latin": [tfrecords.record(x=b"caf\xe9", y=[0])],
        "no_example": [b"\xff\xff\xff"],
        "nothing": [],
    }
    for name, records in files.items():
        tfrecords.write(f"{name}.tfrecord", records)
    content = Path("good.tfrecord").read_bytes()
    Path("cut_off.tfrecord").write_bytes(content[:-9])
    Path("damaged.tfrecord").write_bytes(content[:60] + b"?" + content[61:])
    Path("squeezed.tfrecord").write_bytes(zlib.compress(content))
    Path("gzip_cut.tfrecord").write_bytes(gzip.compress(content)[:-12])


def test_all_cases_are_seen() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_message(case: Path, folder: Path) -> None:
    written, marker, expected = case.read_text(encoding="utf-8").partition(OUTPUT)
    assert marker, f"{case.name} has no line {OUTPUT!r}"
    if case.stem.startswith(("npz", "npy")):
        write_arrays()
    if case.stem.startswith("text"):
        write_texts()
    if case.stem.startswith("tfrecord"):
        write_records()
    if "images" in case.stem.split("_"):
        write_images()
    config, *others = re.split(r"^# --- file (\S+) ---\n", written, flags=re.MULTILINE)
    for name, text in [("config.yaml", config), *zip(others[::2], others[1::2], strict=True)]:
        Path(name).write_text(text, encoding="utf-8")

    with pytest.raises(DnnrunError) as caught:
        load_dataset(load_config("config.yaml"), allow_code=True)

    message = f"exit code {caught.value.exit_code}\n{caught.value}\n".replace(str(folder), "FOLDER")
    if os.environ.get("DNNRUN_WRITE_CASES"):
        case.write_text(written + OUTPUT + message, encoding="utf-8")
        return
    assert message == expected


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_message_names_a_line_and_a_remedy(case: Path) -> None:
    output = case.read_text(encoding="utf-8").partition(OUTPUT)[2]
    code, headline, *rest = output.splitlines()
    assert code in {"exit code 2", "exit code 3"}
    assert re.match(r"(config\.yaml|FOLDER/t\.csv):\d+:\d+: ", headline)
    assert any(re.fullmatch(r" {5}\| \s*\^+", line) for line in rest)
    assert any(line.startswith("     = ") for line in rest), "no hint"


def test_no_case_ends_in_the_words_of_python() -> None:
    outputs = [case.read_text(encoding="utf-8").partition(OUTPUT)[2] for case in CASES]
    assert not [text for text in outputs if re.search(r"Traceback|object has no|NoneType", text)]
