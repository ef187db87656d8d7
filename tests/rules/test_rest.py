"""Where something else is wrong, the rules speak of the other parts of the config, and not of what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun.api.validation import validate
from dnnrun.rules import checking
from dnnrun.rules.table import RULES

CONFIG = """\
dataset: mnist
model:
  layers:
    - Flatten
    - {Dense: {units: 10, activation: softmax}}
optimizer: Adam
loss: sparse_categorical_crossentropy
metrics: [accuracy]
callbacks: [{EarlyStopping: {monitor: val_accuracy}}]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "rules"),
    [
        ("optimizer: Adam", "optimizer: {Adam: {lr: 0.1}}", ["", "monitor-missing"]),
        ("metrics: [accuracy]", "metrics: [acuracy]", [""]),  # the monitor may be right
        ("- Flatten", "- Flaten", ["", "monitor-missing"]),
        ("callbacks: [", "callbacks: [EarlyStoping, ", [""]),
        ("dataset: mnist", "dataset: mnst", [""]),
        ("metrics:", "metric:", [""]),  # it is no config at all
    ],
)
def test_what_is_said(right: str, wrong: str, rules: list[str], tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    assert [problem.rule for problem in validate(config)] == ["monitor-missing"]
    config.write_text(CONFIG.replace(right, wrong))
    assert sorted({problem.rule for problem in validate(config)}) == rules


def test_a_fault_on_the_command_line_belongs_to_its_key(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    assert [p.rule for p in validate(config, ["optimizer.Adam.lr=0.1"])] == ["monitor-missing", ""]
    assert [p.rule for p in validate(config, ["metrics=[acuracy]"])] == [""]


def test_of_every_rule_it_is_known_what_it_looks_at() -> None:
    assert all(checking._looks_at(rule.check) for rule in RULES.values())
