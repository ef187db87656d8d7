"""The table of a model's layers: numbers as a person reads them, in the width there is."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from dnnrun.cli.model_sizes import as_json, bytes_text, count_text, print_sizes
from dnnrun.engine.sizes import LayerSizes, ModelSizes, TrainingMemory

INNER = LayerSizes("inner_dense", "Dense", ((3,),), 15, 15, 12, 12)
SIZES = ModelSizes(
    input_shapes={"rows": (4,)},
    batch_size=32,
    layers=(
        LayerSizes("a_normalization_with_a_rather_long_name", "Normalization", ((4,),), 9, 0, 16, 0),
        LayerSizes("net", "Functional", ((3,),), 15, 15, 12, 12, (INNER,)),
        LayerSizes("odd", "Odd", ((None, 3), (3,)), 0, 0, None, None),
    ),
    parameters=24,
    trainable=15,
    memory=None,
    multiply_adds=None,
    training=TrainingMemory(96, 60, 120, None, 32, 640, 3000),
)


def printed(sizes: ModelSizes, width: int = 80) -> list[str]:
    text = io.StringIO()
    print_sizes(sizes, Console(file=text, width=width, soft_wrap=True))
    return text.getvalue().splitlines()


def test_layers_those_within_them_and_what_cannot_be_told() -> None:
    lines = printed(SIZES)
    assert [line.split() for line in lines[:6]] == [
        ["layer", "output", "parameters", "memory", "multiply-adds"],
        ["a_normalization_with_a_rather_long_name", "(Normalization)", "4", "9", "16", "B", "0"],
        ["net", "(Functional)", "3", "15", "12", "B", "12"],
        ["inner_dense", "(Dense)", "3", "15", "12", "B", "12"],
        ["odd", "(Odd)", "?x3,", "3", "0", "?", "?"],
        ["total", "24", "?", "?"],
    ]
    assert lines[3].startswith("  inner_dense")
    assert "24 parameters, 9 of them not trained" in lines[6]
    assert [line.split() for line in lines[9:17]] == [
        ["parameters", "96", "B"], ["gradients", "60", "B"], ["optimizer", "120", "B"], ["activations", "?"],
        ["backward", "32", "B"],
        ["batch", "640", "B"], ["data", "2.93", "KiB"], ["total", "?"],
    ]  # fmt: skip
    assert lines[17] == "? cannot be told from the shapes"


def test_what_is_known_has_no_footnote() -> None:
    known = replace(SIZES, layers=SIZES.layers[:2], memory=28, multiply_adds=12, trainable=24)
    lines = printed(known)
    assert not any("?" in line for line in lines[:6])
    assert "24 parameters, all of them trained" in lines[5]


def test_a_terminal_is_not_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert max(map(len, printed(SIZES, 80))) <= 80
    assert any("…" in line for line in printed(SIZES, 80))


def test_json_has_everything() -> None:
    plain = as_json(SIZES)
    assert plain["training"] == {
        "parameters": 96, "gradients": 60, "optimizer": 120, "activations": None, "backward": 32, "batch": 640,
        "data": 3000, "total": None,
    }  # fmt: skip
    assert plain["layers"][1]["layers"][0]["name"] == "inner_dense"
    assert (plain["multiply_adds"], plain["batch_size"], plain["input_shapes"]) == (None, 32, {"rows": (4,)})


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "0.98 KiB"), (1024, "1.00 KiB"), (15_000, "14.6 KiB"), (999_999, "977 KiB"),
        (1024**2, "1.00 MiB"), (3 * 1024**3, "3.00 GiB"), (2000 * 1024**4, "2000 TiB"), (None, "?"),
    ],
)  # fmt: skip
def test_sizes_in_words(size: int | None, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (100_352, "100,352"), (99_999_999, "99,999,999"), (15_470_264_320, "15.47 billion"), (None, "?")],
)
def test_counts_in_words(number: int | None, text: str) -> None:
    assert count_text(number) == text
