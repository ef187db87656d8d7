"""The rules about what a run's evaluation says, on made figures of which the truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from dnnrun.analysis.explanation import explain
from tests.analysis.explanation.histories import (
    MakeRun,
    confusion,
    evaluation,
    found,
    healthy,
    regression,
    trained,
    with_dataset,
)

NUMBERS = {**with_dataset(), "chance_loss": None, "untrained": {"loss": 90.0}}


def of_two(matrix: list[list[int]], guessed: float) -> dict[str, Any]:
    rows = sum(map(sum, matrix))
    return evaluation((matrix[0][0] + matrix[1][1]) / rows, guessed=guessed, rows=rows, matrix=matrix)


class TestNoBetterThanGuess:
    @pytest.mark.parametrize(
        ("accuracy", "rows", "is_found"),
        [(0.76, 123, True), (0.75, 123, True), (0.70, 123, True), (0.76, 12_000, False), (0.85, 123, False)],
    )
    def test_few_rows_cannot_tell(self, make_run: MakeRun, accuracy: float, rows: int, is_found: bool) -> None:
        """0.76 on 123 rows is no more than the 0.75 of a guess; on 12,000 rows it is."""
        figures = evaluation(accuracy, guessed=0.75, rows=rows, matrix=confusion(0.76, classes=2))
        finding = found(trained(make_run, healthy(), evaluation=figures), "no-better-than-guess")
        assert (finding is not None) == is_found
        if finding and accuracy == 0.76:
            assert (
                "on 123 test rows its accuracy is 0.7600, and saying 'class 0' of every row has 0.7500" in finding.text
            )
            assert "of all draws of so many rows" in finding.text

    @pytest.mark.parametrize(("r2", "rows", "is_found"), [(-0.3, 100, True), (0.02, 100, True), (0.02, 1000, False)])
    def test_numbers(self, make_run: MakeRun, r2: float, rows: int, is_found: bool) -> None:
        run = trained(make_run, {"loss": [10.0] * 5}, evaluation=regression(r2, rows), **NUMBERS)
        assert (found(run, "no-better-than-guess") is not None) == is_found

    def test_without_a_guess_there_is_nothing_to_say(self, make_run: MakeRun) -> None:
        figures = evaluation(0.1) | {"trivial": None}
        assert found(trained(make_run, healthy(), evaluation=figures), "no-better-than-guess") is None

    def test_balanced_classes_are_proposed_where_one_is_rare(self, make_run: MakeRun) -> None:
        data = with_dataset(label_counts={"train": [900, 100]})
        run = trained(make_run, healthy(), evaluation=of_two([[90, 0], [10, 0]], 0.9), **data)
        finding = found(run, "no-better-than-guess")
        assert finding is not None
        assert finding.remedies[0].options == "--set class_weight=balanced"


class TestClasses:
    def test_the_pairs_confused_most(self, make_run: MakeRun) -> None:
        matrix = confusion(0.94)
        matrix[6][0], matrix[6][6] = 30, 66
        finding = found(trained(make_run, healthy(), evaluation=evaluation(matrix=matrix)), "confused-classes")
        assert finding is not None
        assert "30 of 101 'class 6' for 'class 0' (30 %)" in finding.text
        assert "class 5" not in finding.text
        assert "Conv2D" in finding.remedies[0].options

    def test_of_an_estimator_another_is_proposed(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        matrix = confusion(0.94)
        matrix[6][0], matrix[6][6] = 30, 66
        config |= {"model": {"sklearn": "SGDClassifier"}, "optimizer": None, "loss": None}
        run = trained(make_run, {"loss": [0.3], "accuracy": [0.91]}, config, evaluation=evaluation(0.91, matrix=matrix))
        finding = found(run, "confused-classes")
        assert finding is not None
        assert finding.remedies[0].options == "--set model.sklearn=RandomForestClassifier"

    def test_mistakes_that_are_spread_are_none(self, make_run: MakeRun) -> None:
        run = trained(make_run, healthy(), evaluation=evaluation(0.6, matrix=confusion(0.6)))
        assert found(run, "confused-classes") is None

    def test_two_classes_equally_hard_are_none(self, make_run: MakeRun) -> None:
        run = trained(make_run, healthy(), evaluation=of_two([[80, 20], [20, 80]], 0.5))
        assert found(run, "confused-classes") is None

    def test_of_two_classes_the_one_that_is_missed(self, make_run: MakeRun) -> None:
        finding = found(trained(make_run, healthy(), evaluation=of_two([[95, 5], [25, 29]], 0.65)), "confused-classes")
        assert finding is not None
        assert "25 of 54 'class 1' for 'class 0' (46 %)" in finding.text
        assert "all its mistakes" not in finding.text

    def test_a_class_that_is_never_named(self, make_run: MakeRun) -> None:
        data = with_dataset(label_counts={"train": [900, 100]})
        run = trained(make_run, healthy(), evaluation=of_two([[880, 20], [95, 5]], 0.5), **data)
        finding = found(run, "unnamed-classes")
        assert finding is not None
        assert "'class 1' in 5 of 100 rows" in finding.text
        assert "A high accuracy hides that" in finding.text
        assert finding.remedies[0].options == "--set class_weight=balanced"

    def test_several_outputs_are_named(self, make_run: MakeRun) -> None:
        matrix = confusion(0.94)
        matrix[6][0], matrix[6][6] = 30, 66
        figures = evaluation(matrix=matrix)
        figures["outputs"] = {"kind": {"classification": figures.pop("classification")}, "price": {}}
        finding = found(trained(make_run, healthy(), evaluation=figures), "confused-classes")
        assert finding is not None
        assert "confused most of output 'kind'" in finding.text


class TestGap:
    def test_training_rows_known_better(self, make_run: MakeRun) -> None:
        history = healthy() | {"accuracy": [0.99] * 30, "val_accuracy": [0.9] * 30}
        finding = found(trained(make_run, history), "generalization-gap")
        assert finding is not None
        assert "accuracy is 0.9900 on the training rows and 0.9000 on 2,000 validation rows, 9.0 points" in finding.text
        assert any("L2" in remedy.options for remedy in finding.remedies)

    def test_few_rows_cannot_tell(self, make_run: MakeRun) -> None:
        data = with_dataset(rows={"train": 80, "validation": 20}, label_counts={})
        history = healthy() | {"accuracy": [0.96] * 30, "val_accuracy": [0.9] * 30}
        assert found(trained(make_run, history, **data), "generalization-gap") is None

    def test_of_an_estimator_its_own_arguments_are_changed(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        forest = {"RandomForestClassifier": {"n_estimators": 10, "random_state": 1}}
        config |= {"model": {"sklearn": forest}, "optimizer": None, "loss": None}
        run = trained(make_run, {"loss": [0.1], "accuracy": [1.0]}, config, evaluation=evaluation(0.8))
        finding = found(run, "generalization-gap")
        assert finding is not None
        assert "0.8000 on 1,000 test rows" in finding.text
        assert finding.remedies[0].options == "--set model.sklearn.RandomForestClassifier.max_depth=5"

    def test_errors_of_numbers(self, make_run: MakeRun) -> None:
        history = {"loss": [5.0] * 9, "mae": [1.0] * 9, "val_loss": [9.0] * 9, "val_mae": [2.1] * 9}
        run = trained(make_run, history, evaluation=regression(0.8), **NUMBERS)
        finding = found(run, "generalization-gap")
        assert finding is not None
        assert (
            "mae is 1.0000 on the training rows and 2.1000 on 2,000 validation rows, 2.1 times as much" in finding.text
        )


class TestRowsThatJudge:
    def test_training_rows(self, make_run: MakeRun) -> None:
        finding = found(trained(make_run, healthy(), evaluation=evaluation(split="training")), "rows-seen")
        assert finding is not None
        assert finding.remedies[0].options == "--set dataset.test_split=0.2"

    def test_rows_in_both(self, make_run: MakeRun) -> None:
        data = with_dataset(rows_among_training={"test": {"rows": 300}})
        finding = found(trained(make_run, healthy(), **data), "rows-seen")
        assert finding is not None
        assert "300 of 1,000 test rows (30 %) are training rows too" in finding.text

    def test_a_few_are_no_matter(self, make_run: MakeRun) -> None:
        data = with_dataset(rows_among_training={"test": {"rows": 3}})
        assert found(trained(make_run, healthy(), **data), "rows-seen") is None

    def test_no_validation_rows(self, make_run: MakeRun) -> None:
        history = {name: values for name, values in healthy().items() if not name.startswith("val_")}
        finding = found(trained(make_run, history, **with_dataset(rows={"train": 800})), "no-validation")
        assert finding is not None
        assert finding.remedies[0].options == "--set dataset.validation_split=0.2"

    @pytest.mark.parametrize(("test", "rows", "is_found"), [(0.8, 1000, True), (0.9, 1000, False), (0.8, 20, False)])
    def test_harder_test_rows(self, make_run: MakeRun, test: float, rows: int, is_found: bool) -> None:
        history = healthy() | {"val_accuracy": [0.91] * 30}
        run = trained(make_run, history, evaluation=evaluation(test, rows=rows))
        assert (found(run, "test-below-validation") is not None) == is_found


@pytest.mark.parametrize(
    "broken",
    [
        {"metrics": 3},
        {"trivial": {"metrics": {"accuracy": "x"}}},
        {"classification": {"classes": ["a"], "confusion_matrix": [[1, 2]]}},
        {"classification": {"classes": ["a"]}},
        {"outputs": {"a": 3}},
        {"rows": "many"},
        {"regression": {"rmse": None}},
    ],
)
def test_a_damaged_evaluation_is_a_line(make_run: MakeRun, broken: dict[str, Any]) -> None:

    explanation = explain(trained(make_run, healthy(), evaluation=evaluation() | broken))
    assert explanation.unread == ("evaluation.json: holds figures that cannot be read",)
