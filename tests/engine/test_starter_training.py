"""What `init` gives trains: every template, and a proposal for every kind of target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.api.training import train
from dnnrun.starter.templates import TEMPLATES
from dnnrun.starter.writing import init_config

ROWS = 200
TARGETS: dict[str, Callable[[int], object]] = {
    "two classes": lambda i: "uv"[i % 2],
    "uneven classes": lambda i: int(i % 10 == 0),
    "several classes": lambda i: "uvw"[i % 3],
    "uneven several classes": lambda i: "uvwwww"[i % 6],
    "large numbers": lambda i: 250_000.5 + 1000 * (i * 7 % 13),
    "small numbers": lambda i: 1e-6 * (i * 7 % 13),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_trains(name: str, folder: Path) -> None:
    rows = "".join(f"{i * 7 % 13},{i % 5},{i % 2}\n" for i in range(ROWS))
    (folder / "table.csv").write_text("a,b,label\n" + rows)  # what own_data looks for
    init_config(name, output="config.yaml")
    assert train("config.yaml", smoke=True).status == "completed"


@pytest.mark.parametrize("kind", TARGETS)
def test_proposal_trains(kind: str, folder: Path) -> None:
    rows = "".join(f"{i * 7 % 13},{i * 5 % 11},{TARGETS[kind](i)}\n" for i in range(ROWS))
    (folder / "table.csv").write_text("a,b,y\n" + rows)
    init_config(csv="table.csv", target="y", output="config.yaml")
    run = train("config.yaml", overrides=["epochs=3"])
    evaluation = run.evaluation
    assert set(evaluation["trivial"]["metrics"]) == set(evaluation["metrics"])
    if evaluation["task"] == "regression":  # it begins where the guess is, whatever the unit
        assert run.history.columns["loss"][0] < 3 * evaluation["trivial"]["metrics"]["loss"]
