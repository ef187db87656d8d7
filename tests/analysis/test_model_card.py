"""The model card of several kinds of runs, against files, and the limits that it tells of.

``DNNRUN_WRITE_CASES=1`` writes the files anew, for a person to read through.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.analysis.explanation import Explanation, Finding
from dnnrun.analysis.explanation.table import RULES
from dnnrun.analysis.model_card import text
from dnnrun.analysis.model_card.limits import limits_of, wilson_interval
from dnnrun.analysis.model_card.text import model_card
from dnnrun.analysis.model_card.writing import write_card
from dnnrun.store import Run

MakeRun = Callable[..., Run]
CARDS = Path(__file__).parent / "model_cards"
FACTS: dict[str, Any] = {
    "seed": 42,
    "versions": {"python": "3.11.7", "dnnrun": "0.1.0", "tensorflow": "2.21.0", "keras": "3.15.1"},
    "devices": ["CPU"],
    "git": {"commit": "4aa4c7470f0a", "dirty": True},
    "parameters": 101_770,
}
DATASET: dict[str, Any] = {
    "source": "iris",
    "task": "classification",
    "fingerprint": "09d1766be79e",
    "input_shape": [4],
    "dtype": "float32",
    "rows": {"train": 96, "validation": 24, "test": 30},
    "classes": ["setosa", "versicolor", "virginica"],
    "features": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    "rows_among_training": {"validation": {"rows": 1, "same_label": 1}, "test": {"rows": 0, "same_label": 0}},
    "features_equal_to_target": [],
}
HISTORY = {"loss": [0.9, 0.5], "accuracy": [0.6, 0.8], "val_loss": [0.8, 0.6], "val_accuracy": [0.7, 0.75]}


def evaluation_of(
    matrix: Any, classes: list[str], metrics: Mapping[str, Any], guess: Mapping[str, Any], **changed: Any
) -> dict[str, Any]:
    """Return an evaluation as the engine writes it, with the figures that follow from a confusion matrix."""
    matrix = np.asarray(matrix)
    right, rows, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    precision, recall = right / np.maximum(predicted, 1), right / np.maximum(rows, 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return {
        "split": "test",
        "rows": int(matrix.sum()),
        "task": "classification",
        "metrics": dict(metrics),
        "trivial": {"guess": f"always {classes[0]!r}", "metrics": dict(guess)},
        "classification": {
            "classes": classes,
            "precision": precision.tolist(),
            "recall": recall.tolist(),
            "f1": f1.tolist(),
            "support": rows.tolist(),
            "confusion_matrix": matrix.tolist(),
        },
        **changed,
    }


def iris(**changed: Any) -> dict[str, Any]:
    return evaluation_of(
        [[10, 0, 0], [0, 9, 1], [0, 2, 8]],
        ["setosa", "versicolor", "virginica"],
        {"loss": 0.25, "accuracy": 0.9},
        {"loss": 1.0986, "accuracy": 1 / 3},
        **changed,
    )


def regression(predicted: Any, true: Any, guess: float) -> dict[str, Any]:
    error = float(np.abs(predicted - true).mean())
    return {
        "split": "test",
        "rows": len(true),
        "task": "regression",
        "metrics": {"loss": error**2, "mae": error},
        "trivial": {"guess": "always the mean of the training rows", "metrics": {"loss": guess**2, "mae": guess}},
        "regression": {"mae": error, "rmse": error, "r2": None},
    }


def classes_run(make_run: MakeRun) -> Run:
    return make_run(
        "iris",
        history=HISTORY,
        evaluation=iris(),
        predictions={"predicted": np.zeros((30, 3)), "true": np.zeros(30)},
        **FACTS,
        dataset=DATASET,
        description="Three species told apart by four lengths",
        weights_from_epoch=1,
    )


def saved(run: Run, *names: str) -> Run:
    """Return the run with files that a card tells of."""
    for name in names:
        (run.path / name).write_text("not really\n")
    return run


def many_classes(make_run: MakeRun) -> Run:
    names = [str(number) for number in range(30)]
    matrix = np.diag(np.arange(30))
    matrix[7, 8] = 20
    matrix[12] = 0
    matrix[12, 0] = 9
    figures = evaluation_of(matrix, names, {"accuracy": 0.93}, {"accuracy": 0.07})
    dataset = {**DATASET, "source": "images", "input_shape": [28, 28], "classes": names, "features": None}
    predictions = {"predicted": np.zeros((5, 30)), "true": np.zeros(5)}
    return make_run("many", history=HISTORY, evaluation=figures, predictions=predictions, **FACTS, dataset=dataset)


def houses(make_run: MakeRun) -> Run:
    true = np.linspace(1, 40, 12).reshape(-1, 1)
    predicted = true * 0 + 90
    dataset = {**DATASET, "source": "csv", "task": "regression", "classes": None}
    return make_run(
        "houses",
        history={"loss": [700.0], "mae": [20.0]},
        evaluation=regression(predicted, true, 9.0),
        predictions={"predicted": predicted, "true": true},
        **FACTS,
        dataset={**dataset, "rows": {"train": 40, "test": 12}, "features_equal_to_target": ["price_again"]},
    )


def estimator(make_run: MakeRun) -> Run:
    config = {"model": {"sklearn": {"DecisionTreeClassifier": {"max_depth": 5}}}, "epochs": 1}
    figures = iris(cross_validation={"folds": 5, "metrics": {"accuracy": {"mean": 0.95, "deviation": 0.02}}})
    predictions = {"predicted": np.zeros((30, 3)), "true": np.zeros(30)}
    facts = {**FACTS, "parameters": None, "dataset": DATASET}
    run = make_run("tree", config=config, history={"loss": [0.1]}, evaluation=figures, predictions=predictions, **facts)
    return saved(run, "estimator.joblib", "resolved.yaml")


def several_outputs(make_run: MakeRun) -> Run:
    true = np.linspace(1, 40, 12)
    kind = evaluation_of([[6, 0], [3, 3]], ["flat", "house"], {}, {})["classification"]
    evaluation = {
        "split": "test",
        "rows": 12,
        "task": {"price": "regression", "kind": "classification"},
        "metrics": {"loss": 3.5, "price_mae": 2.0, "kind_accuracy": 0.75},
        "trivial": None,
        "outputs": {"price": {"regression": {"mae": 2.0, "rmse": 2.5, "r2": 0.9}}, "kind": {"classification": kind}},
    }
    dataset = {
        "source": "npz",
        "task": {"price": "regression", "kind": "classification"},
        "fingerprint": "ff00",
        "input_shape": {"photo": [8, 8], "facts": [3]},
        "dtype": {"photo": "uint8", "facts": "float32"},
        "rows": {"train": 40, "test": 12},
        "classes": {"price": None, "kind": ["flat", "house"]},
        "features": None,
        "features_equal_to_target": {"price": [], "kind": []},
    }
    predictions = {"price/predicted": true + np.tile([1.0, 3.0], 6), "price/true": true}
    run = make_run(
        "outputs", history={"loss": [4.0]}, evaluation=evaluation, predictions=predictions, **FACTS, dataset=dataset
    )
    return saved(run, "model.keras", "weights.weights.h5")


def interrupted(make_run: MakeRun) -> Run:
    return make_run("interrupted", history=HISTORY, status="interrupted", **FACTS, dataset=DATASET, failure="Ctrl-C")


def diverged(make_run: MakeRun) -> Run:
    figures = iris(split="validation") | {"metrics": {"loss": None, "accuracy": 0.3}}
    history = {"loss": [float("nan")]}
    failure = "the loss is nan\nsince step 3"
    return make_run(
        "diverged", status="diverged", history=history, evaluation=figures, **FACTS, dataset=DATASET, failure=failure
    )


def only_training_rows(make_run: MakeRun) -> Run:
    dataset = {**DATASET, "rows": {"train": 150}, "rows_among_training": {}}
    return make_run("training", history=HISTORY, evaluation=iris(split="training"), **FACTS, dataset=dataset)


def hostile(make_run: MakeRun) -> Run:
    names = ["a|b", "<script>alert(1)</script>\n# no heading", "`x`*y*[z](w)"]
    dataset = {**DATASET, "source": "`|x", "classes": names, "features": ["- a", "1. b", "\\"]}
    figures = evaluation_of([[2, 1, 0], [0, 9, 1], [0, 2, 8]], names, {"a|b": 0.25}, {"a|b": 1.0})
    return make_run("hostile", history=HISTORY, evaluation=figures, **FACTS, dataset=dataset, description="# *not* one")


def empty(make_run: MakeRun) -> Run:
    return make_run("empty", config=None, status="failed")


def damaged(make_run: MakeRun) -> Run:
    run = classes_run(make_run)
    (run.path / "evaluation.json").write_text('{"split": ')
    return Run(run.path)


CASES = [
    classes_run, many_classes, houses, estimator, several_outputs, interrupted, diverged, only_training_rows, hostile,
    empty, damaged,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_cards(case: Any, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("overfitting", "problem", "It overfits since epoch 7.")  # what rules say, their own tests show
    found = [finding, replace(finding, rule="rows-seen"), replace(finding, severity="remark")]
    monkeypatch.setattr(text, "explain", lambda run: Explanation(run.name, run.status, "", tuple(found)))
    run = case(make_run)
    card = re.sub(r"\d{8}-\d{6}-", "TIME-", model_card(run)).replace(run.record["created"][:10], "DATE")
    path = CARDS / f"{case.__name__}.md"
    if os.environ.get("DNNRUN_WRITE_CASES"):
        path.write_text(card, encoding="utf-8")
    assert card == path.read_text(encoding="utf-8")


def test_what_is_not_told_twice_is_told_by_a_rule() -> None:
    assert set(RULES) >= text.SAID_BY_THE_LIMITS


def test_a_card_is_kept_in_the_run(make_run: MakeRun) -> None:
    run = saved(classes_run(make_run), "model.keras")
    assert write_card(run) == []
    assert run.files["card"].read_text(encoding="utf-8") == model_card(run)


def test_a_card_that_cannot_be_written_is_a_problem_and_no_error(make_run: MakeRun, tmp_path: Path) -> None:
    run = classes_run(make_run)
    (run.path / "README.md").mkdir()
    (problem,) = write_card(run)
    assert problem.what.startswith("model card: cannot write")
    (problem,) = write_card(Run(tmp_path))
    assert problem.what.startswith("model card: ")


@pytest.mark.parametrize("content", ["{}", '{"versions": 4, "dataset": 5, "config": {"model": 7}, "git": "x"}'])
def test_a_record_of_another_shape_is_no_error(content: str, make_run: MakeRun) -> None:
    run = classes_run(make_run)
    (run.path / "run.json").write_text(f'{{"status": "completed", {content[1:]}'.replace(", }", "}"))
    card = model_card(Run(run.path))
    assert card.startswith(f"# {run.name}")
    assert ("Not known: the files of the run hold something other than dnnrun writes" in card) == (content != "{}")


def test_a_sound_run_has_no_limits(make_run: MakeRun) -> None:
    figures = evaluation_of(np.diag([5000, 5000]), ["a", "b"], {"accuracy": 1.0}, {"accuracy": 0.5})
    dataset = {"rows": {"train": 20_000, "test": 10_000}, "rows_among_training": {"test": {"rows": 0}}}
    assert limits_of(make_run(history=HISTORY, evaluation=figures, dataset=dataset)) == []


@pytest.mark.parametrize(("rows", "is_few"), [(2000, True), (3000, False)])
def test_rows_are_few_where_the_accuracy_is_uncertain_by_a_hundredth(
    rows: int, *, is_few: bool, make_run: MakeRun
) -> None:
    half = rows // 2
    figures = evaluation_of([[half, 0], [half, 0]], ["a", "b"], {}, {})
    assert any("rows only" in limit for limit in limits_of(make_run(history=HISTORY, evaluation=figures))) is is_few


def test_the_error_of_a_mean_error_is_that_of_its_rows(make_run: MakeRun) -> None:
    true, off = np.zeros((4, 1)), np.array([[1.0], [2.0], [3.0], [6.0]])
    run = make_run(evaluation=regression(off, true, 100.0), predictions={"predicted": off, "true": true})
    # The deviation of 1, 2, 3, 6 is the root of 14 / 3, and its half the standard error of their mean.
    assert any("error of 3.0000 has a standard error of 1.0801." in limit for limit in limits_of(run))


def test_wilsons_interval_of_a_worked_example() -> None:
    # Of 28 right of 30: by hand from (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    z, n, p = 1.959963984540054, 30, 28 / 30
    centre, half = p + z**2 / (2 * n), z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    expected = [(centre + side * half) / (1 + z**2 / n) for side in (-1, 1)]
    assert wilson_interval(28, 30) == pytest.approx(expected)
