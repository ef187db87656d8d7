"""Every change that is proposed is one that the run's own config takes, and one that does what it says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from dnnrun.analysis.explanation import Edit, Remedy, explain, explain_difference
from dnnrun.analysis.explanation.table import RULES
from dnnrun.api.validation import validate
from dnnrun.config.load import load_config
from dnnrun.config.resolved import to_plain
from dnnrun.store import Run
from tests.analysis.explanation.histories import (
    MakeRun,
    confusion,
    evaluation,
    falling,
    healthy,
    noisy,
    overfitted,
    regression,
    trained,
)

CONFIGS = Path(__file__).parents[3] / "configs"
SHOWN = [
    "fashion_early_stopping.yaml",
    "fashion_functional.yaml",
    "fashion_sgdclassifier.yaml",
    "iris_branches.yaml",
    "mnist_cnn.yaml",
    "mnist_dropout_adam.yaml",
    "mnist_initializers_zeros.yaml",
    "mnist_regularized_l1_l2.yaml",
    "boston_regression.yaml",
    "imdb_embedding.yaml",
]
NAMES_OF_IMAGES = {"fashion", "mnist"}
UNBALANCED = {"train": [7100, *[100] * 9]}


def unlucky_histories() -> dict[str, dict[str, Any]]:
    """Return histories and facts at which, together, every rule finds something."""
    confused = confusion(0.94)
    confused[6][0], confused[6][6] = 30, 66
    confused[7] = [0, 100, *[0] * 8]
    alone = {name: values for name, values in healthy().items() if not name.startswith("val_")}
    return {
        "diverged": {"history": {"loss": [2.0, float("nan")]}, "untrained": {"loss": 99.0}},
        "overfitted": {"history": overfitted(30, 6), "evaluation": evaluation(matrix=confused)},
        "gap": {"history": healthy() | {"accuracy": [1.0] * 30, "val_accuracy": [0.8] * 30}},
        "guess": {"history": healthy(), "evaluation": evaluation(0.1)},
        "numbers": {"history": {"loss": [1.0] * 9}, "evaluation": regression(0.0), "chance_loss": None},
        "flat": {"history": {"loss": [2.302] * 9, "accuracy": [0.1] * 9}, "untrained": {"loss": 2.3026}},
        "under": {"history": {"loss": [0.57] * 9, "accuracy": [0.9] * 9}},
        "fast": {"history": {"loss": noisy([0.9] * 30, 0.3, 1)}},
        "slow": {"history": {"loss": [2.35 - 0.01 * epoch for epoch in range(12)]}},
        "jumping": {"history": healthy(40) | {"val_loss": noisy([0.5] * 40, 0.3, 3)}},
        "early": {"history": {name: falling(10, end=0.2, pace=6) for name in ("loss", "val_loss")}},
        "late": {"history": {name: falling(100, end=0.3, pace=3) for name in ("loss", "val_loss")}},
        "no-rows": {"history": alone, "evaluation": evaluation(split="training")},
        "test": {"history": healthy() | {"val_accuracy": [0.96] * 30}, "evaluation": evaluation(0.8)},
        "dropout": {"history": {"loss": [0.5] * 9, "val_loss": [0.3] * 9}},
    }


def run_of(make_run: MakeRun, name: str, config: dict[str, Any], facts: dict[str, Any]) -> Run:
    data = {
        "dtype": "uint8" if NAMES_OF_IMAGES & {name.partition("_")[0]} else "float32",
        "input_shape": [28, 28] if NAMES_OF_IMAGES & {name.partition("_")[0]} else [13],
        "rows": {"train": 8000, "validation": 300 if "val_loss" in facts["history"] else 0, "test": 1000},
        "label_counts": {} if name.startswith("boston") else UNBALANCED,
    }
    return trained(make_run, config=config, **{"dataset": data, **facts})


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_proposed_can_be_trained(make_run: MakeRun, name: str) -> None:
    config, known = to_plain(load_config(CONFIGS / name)), {problem.what for problem in validate(CONFIGS / name)}
    seen = set()
    for history, facts in unlucky_histories().items():
        if history == "no-rows":  # these configs have test rows
            continue
        for finding in explain(run_of(make_run, name, config, facts)).findings:
            seen |= {tuple(edit.assignment for edit in remedy.edits) for remedy in finding.remedies if remedy.edits}
    assert len(seen) >= (2 if "sgdclassifier" in name else 8)
    for assignments in seen:
        new = [problem for problem in validate(CONFIGS / name, assignments) if problem.what not in known]
        assert [problem.what for problem in new if problem.severity == "error"] == [], assignments


def test_every_rule_finds_something_in_these(make_run: MakeRun) -> None:
    config = to_plain(load_config(CONFIGS / "mnist_dropout_adam.yaml"))
    stopping = to_plain(load_config(CONFIGS / "fashion_early_stopping.yaml"))
    runs = [run_of(make_run, "mnist", config, facts) for facts in unlucky_histories().values()]
    stopped = make_run(config=stopping, history=overfitted(12, 9), weights_from_epoch=9)
    assert {finding.rule for run in [*runs, stopped] for finding in explain(run).findings} == set(RULES)


def test_a_difference_is_undone_by_the_edit(make_run: MakeRun) -> None:
    changes = ["batch_size=64", "optimizer={SGD: {learning_rate: 0.1}}", "model.layers.1.Dense.units=32", "loss=mse"]
    path = CONFIGS / "mnist_relu.yaml"
    first, other = to_plain(load_config(CONFIGS / "mnist_batchnorm.yaml")), to_plain(load_config(path, changes))
    explanation = explain_difference(trained(make_run, healthy(), first), trained(make_run, healthy(), other))
    [finding] = [finding for finding in explanation.findings if finding.rule == "several-differences"]
    edits = [remedy.edits[0] for remedy in finding.remedies if remedy.edits and remedy.words.startswith("B with")]
    assert [edit.path for edit in edits] == [("model", "layers"), ("optimizer",), ("loss",), ("batch_size",)]
    for edit in edits:
        changed: Any = to_plain(load_config(path, [*changes, edit.assignment]))
        wanted: Any = first
        for key in edit.path:
            changed, wanted = changed[key], wanted[key]
        assert changed == wanted


def test_a_long_option_is_shown_as_lines_of_yaml() -> None:
    callbacks = [{"EarlyStopping": {"monitor": "val_loss", "patience": 3}}, {"CSVLogger": {"filename": "x" * 60}}]
    lines = Remedy("stop", (Edit(("callbacks",), callbacks), Edit(("model", "activation"), "relu"))).lines()
    assert yaml.safe_load("\n".join(lines)) == {"callbacks": callbacks, "model": {"activation": "relu"}}


def test_quotes_are_those_of_a_shell() -> None:
    remedy = Remedy("", (Edit(("class_weight",), {"it's": 2.0}),))
    assert remedy.options == "--set 'class_weight={it'\"'\"'s: 2.0}'"
    assert copy.deepcopy(remedy) == remedy
