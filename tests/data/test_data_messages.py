"""Golden files: what is said about each mistake in the data, or in what a config asks of it.

A case is one file in `cases`: a config, files beside it after lines ``# --- file NAME ---``, a line ``# --- output
---``, and the exit code with the whole text of the error. ``FOLDER`` in the output is where the files lie; the .npz
files that the configs name are made by `write_arrays`.

After a change of words, ``DNNRUN_WRITE_CASES=1 pytest tests/data/test_data_messages.py`` writes the outputs anew: read
the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from dnnrun.config.load import load_config
from dnnrun.data.load import load_dataset
from dnnrun.errors import DnnrunError

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
        "text_features": {"x": np.array(["a"] * 6), "y": y},
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
    content = Path("good.npz").read_bytes()
    Path("cut_off.npz").write_bytes(content[: len(content) // 2])
    Path("damaged.npz").write_bytes(content[:170] + b"????" + content[174:])


def test_all_cases_are_seen() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_message(case: Path, folder: Path) -> None:
    written, marker, expected = case.read_text(encoding="utf-8").partition(OUTPUT)
    assert marker, f"{case.name} has no line {OUTPUT!r}"
    if "npz" in case.stem:
        write_arrays()
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
