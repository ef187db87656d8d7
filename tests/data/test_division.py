"""Splits by group, by time and from files of their own, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from dnnrun.config.load import load_config
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.load import resolve_data
from dnnrun.data.splits import split_by_group, split_by_time
from dnnrun.errors import ConfigError, DataError, DnnrunError

ROWS = 40
OWN = """
import numpy as np
from dnnrun.data.dataset import SourceData

def make(**beside):
    x = np.arange(40.0)[:, None]
    arrays = {name: np.array(values) for name, values in beside.items()}
    return SourceData(x, np.arange(40) % 2, **arrays)

def with_test():
    x = np.arange(40.0)[:, None]
    return (x, np.arange(40) % 2), (x[:4] + 100, np.arange(4) % 2)
"""
GROUPS = [number // 4 for number in range(ROWS)]
TIMES = [(number * 7) % ROWS for number in range(ROWS)]  # every time once, in no order


@pytest.fixture(autouse=True)
def _own_sources(folder: Path) -> None:
    (folder / "own.py").write_text(OWN)


def numbers(data: Dataset) -> dict[str, list[int]]:
    """Return which rows each split has: a row's feature is its number."""
    return {name: rows.x[:, 0].astype(int).tolist() for name, rows in data.splits.items()}  # type: ignore[call-overload]


@pytest.mark.parametrize("seed", [0, 7, 42])
@pytest.mark.parametrize("fraction", [0.1, 0.25, 1 / 3])
def test_groups_as_scikit_learn(fraction: float, seed: int) -> None:
    groups = np.array([f"patient {number % 11}" for number in range(97)])
    kept, held_out = split_by_group(groups, fraction, seed=seed)
    splitter = GroupShuffleSplit(n_splits=1, test_size=fraction, random_state=seed)
    [(expected_kept, expected)] = splitter.split(groups, groups=groups)
    assert (kept.tolist(), held_out.tolist()) == (expected_kept.tolist(), expected.tolist())
    assert not set(groups[kept]) & set(groups[held_out])


def test_no_group_is_in_two_splits(load: Callable[..., Dataset]) -> None:
    data = load(f"{{source: {{'own:make': {{groups: {GROUPS}}}}}, test_split: 0.2, validation_split: 0.25}}")
    groups = {name: {GROUPS[row] for row in rows} for name, rows in numbers(data).items()}
    assert sorted(group for each in groups.values() for group in each) == list(range(10))
    assert data.facts()["groups"] == {"train": 6, "validation": 2, "test": 2}


def test_the_latest_rows_are_held_out(load: Callable[..., Dataset]) -> None:
    data = load(f"{{source: {{'own:make': {{times: {TIMES}}}}}, test_split: 0.2, validation_split: 0.25}}")
    times = {name: [TIMES[row] for row in rows] for name, rows in numbers(data).items()}
    assert times == {"train": list(range(24)), "validation": list(range(24, 32)), "test": list(range(32, 40))}
    assert data.facts()["times"] == {"train": ["0", "23"], "validation": ["24", "31"], "test": ["32", "39"]}


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ([1, 2, 3, 4, 5, 5, 5, 6], [0, 1, 2, 3]),  # all of time 5 are held out, though a quarter is two rows
        ([3, 1, 1, 1], [1, 2, 3]),  # nothing would be left to keep but the first time
        (["2024-01-02", "2024-01-01", "2025-01-01"], [1, 0]),
        (np.array(["2024-03", "2024-01", "2024-02"], dtype="datetime64[M]"), [1, 2]),
    ],
)
def test_rows_of_one_time_stay_together(times: list[object], kept: list[int]) -> None:
    found, held_out = split_by_time(np.array(times), 0.25)
    assert found.tolist() == kept
    assert sorted([*found, *held_out]) == list(range(len(times)))


def test_one_time_only_cannot_be_divided() -> None:
    with pytest.raises(DataError, match=r"0\.5 of 4 rows with 1 different times leaves nothing on one side"):
        split_by_time(np.zeros(4), 0.5)


def test_one_group_only_cannot_be_divided() -> None:
    with pytest.raises(DataError, match=r"0\.2 of 1 group leaves nothing on one side"):
        split_by_group(np.zeros(4), 0.2, seed=0)


def test_the_resolved_config_of_a_division_by_time_does_not_shuffle(experiment: Callable[..., Experiment]) -> None:
    dataset = f"{{source: {{'own:make': {{times: {TIMES}}}}}, test_split: 0.2}}"
    resolved, data = resolve_data(experiment(dataset), allow_code=True)
    assert to_plain(resolved)["dataset"]["shuffle"] is False
    Path("resolved.yaml").write_text(to_yaml(resolved))
    again = resolve_data(load_config("resolved.yaml"), allow_code=True)[1]
    assert numbers(again) == numbers(data)


@pytest.mark.parametrize(
    ("beside", "keys", "said"),
    [
        ("times", "stratify: true", "the rows have times, so the latest are held out: stratify cannot"),
        ("times", "shuffle: true", "the rows have times, so the latest are held out: shuffle: true cannot"),
        ("groups", "stratify: true", "the rows have groups, which are drawn whole: stratify cannot"),
        ("groups", "shuffle: false", "the rows have groups, which are drawn at random: shuffle: false forbids"),
        ("groups, times", "one_hot: true", "rows cannot be held out both by their group and by their time"),
    ],
)
def test_what_excludes_groups_and_times(load: Callable[..., Dataset], beside: str, keys: str, said: str) -> None:
    given = ", ".join(f"{name}: {GROUPS}" for name in beside.split(", "))
    with pytest.raises(ConfigError, match=said) as caught:
        load(
            f"{{source: {{'own:make': {{{given}}}}}, test_split: 0.2, {keys}}}",
            loss="categorical_crossentropy" if "one_hot" in keys else "sparse_categorical_crossentropy",
        )
    assert caught.value.problems[0].where is not None
    assert caught.value.problems[0].where.line == 2


def test_files_of_their_own(load: Callable[..., Dataset], folder: Path) -> None:
    (folder / "a.csv").write_text("x,z,y\n1,0,0\n2,0,1\n3,0,0\n")
    (folder / "b.csv").write_text("z,x,y\n0,4,1\n")
    (folder / "c.csv").write_text("x,z,y\n5,0,1\n6,0,0\n")
    keys = {"loss": "sparse_categorical_crossentropy"}
    a, b, c = (f"{{csv: {{path: {name}.csv, target: y}}}}" for name in "abc")
    data = load(f"{{source: {a}, test: {b}, validation: {c}}}", **keys)
    assert numbers(data) == {"train": [1, 2, 3], "validation": [5, 6], "test": [4]}
    other = load(f"{{source: {a}, test: {c}, validation: {b}}}", **keys)
    assert other.fingerprint != data.fingerprint
    with pytest.raises(ConfigError, match="test and test_split both name test rows"):
        load(f"{{source: {a}, test: {b}, test_split: 0.2}}", **keys)
    with pytest.raises(ConfigError, match="the csv source names test rows as well"):
        load(f"{{source: {{csv: {{path: a.csv, target: y, test: c.csv}}}}, test: {b}}}", **keys)


def test_a_test_source_takes_the_place_of_the_source_s_own(load: Callable[..., Dataset]) -> None:
    data = load("{source: 'own:with_test', test: {'own:make': {}}}", loss="sparse_categorical_crossentropy")
    assert len(data.splits["test"]) == ROWS
    own = load("{source: 'own:with_test'}", loss="sparse_categorical_crossentropy")
    assert numbers(own)["test"] == [100, 101, 102, 103]


def test_the_test_rows_may_watch_the_training(load: Callable[..., Dataset]) -> None:
    data = load("{source: 'own:with_test', validation: test}", loss="sparse_categorical_crossentropy")
    assert numbers(data)["validation"] == numbers(data)["test"] == [100, 101, 102, 103]
    assert data.facts()["rows"] == {"train": 40, "validation": 4, "test": 4}
    with pytest.raises(ConfigError, match="the test rows are to watch the training, but own:make comes without any"):
        load("{source: 'own:make', validation: test}", loss="sparse_categorical_crossentropy")


def test_validation_rows_from_the_end_of_what_a_drawn_test_set_leaves(load: Callable[..., Dataset]) -> None:
    data = load(
        "{source: 'own:make', test_split: 0.25, validation_split: 0.2, stratify: true, validation_shuffle: false}",
        loss="sparse_categorical_crossentropy",
        seed=3,
    )
    rest, test = train_test_split(np.arange(40), test_size=0.25, random_state=3, stratify=np.arange(40) % 2)
    rest = sorted(rest.tolist())
    assert numbers(data) == {"train": rest[:24], "validation": rest[24:], "test": test.tolist()}


def test_weights_go_with_their_rows(load: Callable[..., Dataset]) -> None:
    weights = [number / 2 for number in range(ROWS)]
    data = load(f"{{source: {{'own:make': {{weights: {weights}}}}}, test_split: 0.25}}")
    for rows in data.splits.values():
        assert rows.weights is not None
        assert (rows.weights * 2).tolist() == rows.x[:, 0].tolist()  # type: ignore[call-overload]
    assert sum(data.facts()["weight_sums"].values()) == sum(weights)


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("weights: [1, 2]", r"the weights have shape \(2,\), and there are 40 rows"),
        (
            f"weights: {[-1.0, *[1.0] * 39]}",
            "the weights are negative or infinite in 1 of 40 rows; the first is row 0",
        ),
        (f"weights: {[1.0, 0.5, *['.nan'] * 38]}".replace("'", ""), r"the weights are missing in 38 of 40 rows"),
        (f"weights: {[0.0] * 40}", "the weights are all 0, so that no row would count"),
        (f"weights: {['a'] * 40}", "the weights are of type <U1, not numbers"),
        (f"groups: {['.nan', *[1.0] * 39]}".replace("'", ""), "the groups are missing in 1 of 40 rows"),
        ("times: [[1, 2]]", r"the times have shape \(1, 2\)"),
    ],
)
def test_bad_values_beside_the_rows(load: Callable[..., Dataset], beside: str, said: str) -> None:
    with pytest.raises(DnnrunError, match=said) as caught:
        load(f"{{source: {{'own:make': {{{beside}}}}}}}")
    assert isinstance(caught.value, DataError)
    assert caught.value.problems[0].hint
