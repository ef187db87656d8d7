"""What is found in the splits: rows that stand in two of them, and features that are the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.data.facts import Leaks, Repeated
from dnnrun.data.leaks import Names, find_leaks
from dnnrun.rules.checking import check_meaning

RANDOM = np.random.default_rng(0)
CLASSES = np.arange(60) % 3


def found(train: Rows, test: Rows | None = None, names: Names = None, *, classes: bool = True) -> Leaks:
    splits = {"train": train} if test is None else {"train": train, "test": test}
    leaks = find_leaks(splits, {ONLY: classes}, names)
    assert leaks is not None
    return leaks


@pytest.mark.parametrize(
    "x",
    [
        RANDOM.integers(0, 256, (60, 5, 5), dtype=np.uint8),
        RANDOM.normal(size=(60, 3)).astype(np.float32),
        RANDOM.normal(size=(60, 4)),
        RANDOM.integers(0, 2, (60, 40)).astype(bool),
        np.array([f"text {number}" for number in range(60)])[:, None],
        np.array([f"text {number}" for number in range(60)], dtype=object)[:, None],
    ],
)
def test_every_row_that_stands_twice_is_found_and_no_other(x: Array) -> None:
    train, other = Rows(x[:40], CLASSES[:40]), Rows(x[40:], CLASSES[40:])
    assert found(train, other).repeated["test"] == Repeated(0, 0, 20)
    again = Rows(np.concatenate([x[40:], x[3:10]]), np.concatenate([CLASSES[40:], CLASSES[3:9], [7]]))
    assert found(train, again).repeated["test"] == Repeated(7, 6, 27)


@given(rows=st.integers(1, 40), columns=st.integers(1, 11), values=st.integers(2, 4), seed=st.integers(0, 99))
def test_as_a_comparison_of_every_pair(rows: int, columns: int, values: int, seed: int) -> None:
    x = np.random.default_rng(seed).integers(0, values, (rows + 30, columns)).astype(np.float32)
    known = {row.tobytes() for row in x[:30]}
    y = np.arange(rows + 30)
    assert found(Rows(x[:30], y[:30]), Rows(x[30:], y[30:])).repeated["test"].rows == sum(
        row.tobytes() in known for row in x[30:]
    )


def test_several_inputs_are_one_row() -> None:
    a, b = np.arange(20.0)[:, None], np.array([*"abcde"] * 4)[:, None]
    train, test = Rows({"a": a, "b": b}, CLASSES[:20]), Rows({"a": a[:2], "b": b[[0, 2]]}, CLASSES[:2])
    assert found(train, test).repeated["test"].rows == 1


def test_zero_has_one_sign() -> None:
    zeros = np.zeros((2, 3))
    assert found(Rows(zeros, CLASSES[:2]), Rows(-zeros, CLASSES[:2])).repeated["test"].rows == 2


@pytest.mark.parametrize(
    ("y", "columns", "expected"),
    [
        (CLASSES, {"same": CLASSES, "other": CLASSES // 2}, ("same",)),
        (CLASSES, {"renamed": np.array([7.5, -1, 3])[CLASSES]}, ("renamed",)),
        (np.eye(3)[CLASSES], {"same": CLASSES}, ("same",)),
        (CLASSES, {"id": np.arange(60)}, ()),
        (CLASSES, {"late": np.where(np.arange(60) < 59, CLASSES, 0)}, ()),
        (np.zeros(60), {"constant": np.ones(60)}, ()),
    ],
)
def test_features_that_stand_for_classes(y: Array, columns: dict[str, Array], expected: tuple[str, ...]) -> None:
    x = np.stack(list(columns.values()), axis=1).astype(np.float32)
    assert found(Rows(x, y), names=tuple(columns)).telling == {ONLY: expected}
    by_column = {name: column[:, None] for name, column in columns.items()}
    assert found(Rows(by_column, y)).telling == {ONLY: expected}


def test_texts_that_stand_for_classes() -> None:
    texts = {"kind": np.array(["x", "y", "z"])[CLASSES][:, None], "word": np.array([*"abcdef"] * 10)[:, None]}
    assert found(Rows(texts, CLASSES)).telling == {ONLY: ("kind",)}


def test_numbers_that_are_the_target() -> None:
    y = RANDOM.normal(size=(600, 1)).astype(np.float32)
    x = np.concatenate([RANDOM.normal(size=(600, 2)), y, y * 2], axis=1)
    x[599, 0] = y[599, 0]
    assert found(Rows(x, y), classes=False).telling == {ONLY: ("2",)}
    assert found(Rows(x, np.concatenate([y + 1, y], axis=1)), classes=False).telling == {ONLY: ("2",)}
    assert found(Rows(x, np.ones((600, 1))), classes=False).telling == {ONLY: ()}


def test_images_have_no_columns() -> None:
    assert found(Rows(np.zeros((60, 1, 1), np.uint8) + CLASSES[:, None, None].astype(np.uint8), CLASSES)).telling == {
        ONLY: ()
    }


def test_what_is_recorded(load: Callable[..., Dataset], folder: Path) -> None:
    lines = [f"{number % 15},{number % 3},{number % 3}" for number in range(60)]
    (folder / "t.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    data = load(
        "{source: {csv: {path: t.csv, target: y}}, test_split: 0.2, validation: test}",
        loss="sparse_categorical_crossentropy",
    )
    facts = data.facts()
    assert facts["rows_among_training"] == {split: {"rows": 12, "same_label": 12} for split in ("validation", "test")}
    assert facts["features_equal_to_target"] == ["b"]


def test_few_rows_that_are_alike_are_no_warning(experiment: Callable[..., Any]) -> None:
    made = experiment("{source: iris, test_split: 0.2}", loss="sparse_categorical_crossentropy")

    def rules(rows: int, of: int) -> list[str]:
        leaks = Leaks({"test": Repeated(rows, rows, of)}, {ONLY: ("a",)}, 19)
        return [problem.rule for problem in check_meaning(made, None, leaks=leaks) if "split" in problem.rule]

    assert rules(2, 10) == rules(9, 1000) == []
    assert rules(3, 10) == rules(10, 1000) == ["rows-in-two-splits"]


def test_rows_on_disk_are_not_compared() -> None:
    rows = Rows(np.zeros((2, 1)), np.zeros(2))
    assert find_leaks({"train": replace(rows, stream=object())}, {ONLY: True}, None) is None  # type: ignore[arg-type]
