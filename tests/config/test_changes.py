"""What a run may go on with: the differences of two resolved configs, and which of them are refused."""

from __future__ import annotations

import pytest

from dnnrun.config.changes import DATA, Change, changes_between, refuse_changes
from dnnrun.errors import ConfigError

BEGAN = {
    "name": "a",
    "epochs": 5,
    "tags": ["x"],
    "optimizer": {"Adam": {"learning_rate": 0.001}},
    "batch_size": 32,
    "model": {"layers": ["Flatten", {"Dense": {"units": 10}}]},
}


def keys(changes: list[Change]) -> list[str]:
    return [change.key for change in changes]


def test_nothing_has_changed() -> None:
    assert changes_between(BEGAN, dict(BEGAN)) == []
    refuse_changes([], [])


def test_what_cannot_matter_is_taken() -> None:
    changes = changes_between(BEGAN, {**BEGAN, "name": "b", "tags": ["y"], "description": "d", "epochs": 9})
    assert keys(changes) == ["epochs"]
    refuse_changes(changes, [])


@pytest.mark.parametrize(
    ("now", "key"),
    [
        ({"batch_size": 16}, "batch_size"),
        ({"optimizer": {"Adam": {"learning_rate": 0.01}}}, "optimizer.Adam.learning_rate"),
        ({"model": {"layers": ["Flatten", {"Dense": {"units": 11}}]}}, "model.layers.1.Dense.units"),
        ({"callbacks": ["TerminateOnNaN"]}, "callbacks.0"),
        ({"deterministic": True}, "deterministic"),
    ],
)
def test_what_changes_results_is_refused_unless_it_is_allowed(now: dict[str, object], key: str) -> None:
    changes = changes_between(BEGAN, {**BEGAN, **now})
    assert keys(changes) == [key]
    with pytest.raises(ConfigError, match=f"this changes results: {key} was .* and is ") as refused:
        refuse_changes(changes, [])
    assert f"--allow-change {key}" in str(refused.value)
    refuse_changes(changes, [key])
    refuse_changes(changes, [key.split(".", maxsplit=1)[0]])


def test_everything_is_refused_at_once() -> None:
    changes = [Change("batch_size", 1, 2), Change(DATA, "a", "b"), Change("epochs", 1, 2)]
    with pytest.raises(ConfigError) as refused:
        refuse_changes(changes, [])
    assert len(refused.value.problems) == 2
    with pytest.raises(ConfigError, match="data was a and is b"):
        refuse_changes(changes, ["batch_size"])
    refuse_changes(changes, ["batch_size", "data"])


def test_what_is_allowed_must_have_changed() -> None:
    with pytest.raises(ConfigError, match=r"--allow-change batch: this key has not changed[\s\S]*'batch_size'"):
        refuse_changes([Change("batch_size", 1, 2)], ["batch"])
