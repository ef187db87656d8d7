"""The folds of a cross-validation: exactly scikit-learn's, each a config of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import model_selection

from dnnrun.api.cross_validation import fold_of
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.folds import fold_rows
from dnnrun.data.load import load_dataset
from dnnrun.errors import ConfigError, DataError
from dnnrun.running.folds import fold_facts

ROWS = 60
CLASSES = np.array(["a", "b", "c"])[np.arange(ROWS) % 7 % 3]
GROUPS = np.arange(ROWS) * 7 % 13
TIMES = np.arange(ROWS) * 17 % ROWS
SPARSE = "sparse_categorical_crossentropy"
OWN = """
import numpy as np
from dnnrun.data.dataset import SourceData

def make(rows=60, **beside):
    arrays = {name: np.array(values) for name, values in beside.items()}
    return SourceData(np.arange(float(rows))[:, None], np.arange(rows) % 7 % 3, **arrays)

def with_test():
    x = np.arange(60.0)[:, None]
    return (x, np.arange(60) % 3), (x[:9] + 100, np.arange(9) % 3)
"""


@pytest.fixture(autouse=True)
def _own_sources(folder: Path) -> None:
    (folder / "own.py").write_text(OWN)


def numbers(data: Dataset) -> dict[str, list[int]]:
    """Return which rows each split has: a row's feature is its number."""
    return {name: rows.x[:, 0].astype(int).tolist() for name, rows in data.splits.items()}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("given", "shuffle", "splitter"),
    [
        ({}, True, model_selection.KFold(5, shuffle=True, random_state=7)),
        ({}, False, model_selection.KFold(5)),
        ({"classes": CLASSES}, True, model_selection.StratifiedKFold(5, shuffle=True, random_state=7)),
        ({"classes": CLASSES}, False, model_selection.StratifiedKFold(5)),
        ({"groups": GROUPS}, True, model_selection.GroupKFold(5)),
        (
            {"classes": CLASSES, "groups": GROUPS},
            True,
            model_selection.StratifiedGroupKFold(5, shuffle=True, random_state=7),
        ),
    ],
)
def test_as_scikit_learn(given: dict[str, Any], shuffle: bool, splitter: Any) -> None:
    found = fold_rows(ROWS, 5, seed=7, shuffle=shuffle, **given)
    expected = list(splitter.split(np.zeros(ROWS), given.get("classes"), given.get("groups")))
    assert [[part.tolist() for part in fold] for fold in found] == [
        [part.tolist() for part in fold] for fold in expected
    ]
    assert sorted(row for _, held_out in found for row in held_out) == list(range(ROWS))


def test_by_time_every_fold_is_judged_by_what_comes_after_it() -> None:
    found = [(TIMES[kept], TIMES[held]) for kept, held in fold_rows(ROWS, 4, seed=7, shuffle=True, times=TIMES)]
    expected = model_selection.TimeSeriesSplit(4).split(np.zeros(ROWS))
    assert [[a.tolist(), b.tolist()] for a, b in found] == [[a.tolist(), b.tolist()] for a, b in expected]


@pytest.mark.parametrize(
    ("rows", "given", "said"),
    [
        (4, {}, "5 folds need at least 5 rows, and there are 4"),
        (5, {"times": np.arange(5)}, "5 folds need at least 6 rows, and there are 5"),
        (8, {"groups": np.arange(8) % 4}, "5 folds need at least 5 groups, and there are 4"),
        (9, {"classes": np.array([*"aaaaabbbb"])}, "5 folds need at least 5 rows of every class, and 'b' has 4"),
    ],
)
def test_more_folds_than_there_is_to_divide(rows: int, given: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        fold_rows(rows, 5, seed=0, shuffle=True, **given)
    assert caught.value.problems[0].hint


def test_the_held_out_rows_are_the_test_rows(experiment: Callable[..., Experiment]) -> None:
    made = experiment("{source: 'own:make', validation_split: 0.25, stratify: true}", loss=SPARSE, cross_validation=3)
    folds = [numbers(load_dataset(fold_of(made, number), allow_code=True)) for number in (1, 2, 3)]
    assert sorted(row for fold in folds for row in fold["test"]) == list(range(ROWS))
    for fold in folds:
        assert sorted(fold["train"] + fold["validation"] + fold["test"]) == list(range(ROWS))
        assert [len(fold[name]) for name in ("train", "validation", "test")] == [30, 10, 20]


@pytest.mark.parametrize(
    ("dataset", "rows"), [("{source: 'own:with_test'}", 60), ("{source: 'own:make', test_split: 0.25}", 45)]
)
def test_rows_kept_for_a_last_test_are_left_alone(
    dataset: str, rows: int, experiment: Callable[..., Experiment]
) -> None:
    whole = numbers(load_dataset(experiment(dataset, loss=SPARSE), allow_code=True))
    made = experiment(dataset, loss=SPARSE, cross_validation=3)
    folds = [numbers(load_dataset(fold_of(made, number), allow_code=True)) for number in (1, 2, 3)]
    assert sorted(row for fold in folds for row in fold["test"]) == sorted(whole["train"])
    assert len(whole["train"]) == rows
    assert not any(set(whole["test"]) & {*fold["train"], *fold["test"]} for fold in folds)


def test_the_rows_of_a_fold_may_watch_its_training(experiment: Callable[..., Experiment]) -> None:
    made = experiment("{source: 'own:make', validation: test}", loss=SPARSE, cross_validation=3, fold=2)
    found = numbers(load_dataset(made, allow_code=True))
    assert found["validation"] == found["test"]


@pytest.mark.parametrize(
    ("dataset", "given"),
    [
        (f"{{source: {{'own:make': {{groups: {GROUPS.tolist()}}}}}, stratify: true}}", {"groups": GROUPS}),
        (f"{{source: {{'own:make': {{groups: {GROUPS.tolist()}}}}}, shuffle: false}}", {"groups": GROUPS}),
        (f"{{source: {{'own:make': {{times: {TIMES.tolist()}}}}}}}", {"times": TIMES}),
        ("{source: 'own:make', stratify: true, shuffle: false}", {}),
    ],
)
def test_folds_of_groups_and_times(dataset: str, given: dict[str, Any], experiment: Callable[..., Experiment]) -> None:
    made = experiment(dataset, loss=SPARSE, cross_validation=3, fold=2, seed=5)
    classes = np.arange(ROWS) % 7 % 3 if "stratify" in dataset else None
    kept, held_out = fold_rows(ROWS, 3, seed=5, shuffle="shuffle" not in dataset, classes=classes, **given)[1]
    assert numbers(load_dataset(made, allow_code=True)) == {"train": kept.tolist(), "test": held_out.tolist()}


def test_more_folds_than_rows_is_said_at_the_line(experiment: Callable[..., Experiment]) -> None:
    made = experiment("{source: {'own:make': {rows: 9}}}", loss=SPARSE, cross_validation=10, fold=1)
    with pytest.raises(DataError, match="10 folds need at least 10 rows") as caught:
        load_dataset(made, allow_code=True)
    where = caught.value.problems[0].where
    assert where is not None
    assert where.text == "cross_validation: 10"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"fold": 1}, "fold is one of cross_validation, which is not there"),
        ({"fold": 4, "cross_validation": 3}, "there is no fold 4: cross_validation makes 3"),
        ({"cross_validation": 1}, "cross_validation must be at least 2, not 1"),
    ],
)
def test_keys_that_do_not_fit(keys: dict[str, object], said: str, experiment: Callable[..., Experiment]) -> None:
    with pytest.raises(ConfigError, match=said):
        experiment("source: iris", loss=SPARSE, **keys)


def test_folds_belong_together_wherever_they_are_trained(experiment: Callable[..., Experiment]) -> None:
    made = experiment("{source: 'own:make'}", loss=SPARSE, cross_validation=3)
    found = [fold_facts(fold_of(made, number), "f") for number in (1, 2, 3)]
    assert [fold and (fold["number"], fold["of"]) for fold in found] == [(1, 3), (2, 3), (3, 3)]
    assert len({fold["group"] for fold in found if fold}) == 1
    others = [
        fold_facts(fold_of(made, 1), "other data"),
        fold_facts(fold_of(made.changed(seed=1), 1), "f"),
        fold_facts(fold_of(made.changed(epochs=2), 1), "f"),
    ]
    assert len({fold["group"] for fold in [*found, *others] if fold}) == 4
    assert fold_facts(made, "f") is None


def test_the_name_of_a_fold_is_never_too_long(experiment: Callable[..., Experiment]) -> None:
    made = experiment("source: iris", loss=SPARSE, cross_validation=3, name="ä" * 100)
    assert fold_of(made, 2).run_name == "ä" * 97 + "-fold2"
