from __future__ import annotations

import math

import pytest

from dnnrun.analysis.ranking import best_rows, is_better_first, main_figure, resolve_figure
from dnnrun.errors import ConfigError

KNOWN = [
    "test loss",
    "test accuracy",
    "final val_loss",
    "final val_accuracy",
    "final loss",
    "final accuracy",
    "final lr_factor",
    "best val_loss",
    "best val_accuracy",
    "best loss",
    "best accuracy",
    "best lr_factor",
]


@pytest.mark.parametrize(
    ("word", "figure"),
    [
        ("accuracy", "test accuracy"),
        ("test accuracy", "test accuracy"),
        ("test_accuracy", "test accuracy"),
        ("val_accuracy", "final val_accuracy"),
        ("final val_loss", "final val_loss"),
        ("best_val_loss", "best val_loss"),
        ("training accuracy", "final accuracy"),
        ("train_loss", "final loss"),
        ("lr_factor", "final lr_factor"),
    ],
)
def test_a_metric_is_understood_by_any_of_its_names(word, figure):
    assert resolve_figure(word, KNOWN) == figure


def test_a_bare_metric_means_held_out_rows_while_there_are_any():
    assert resolve_figure("accuracy", KNOWN[2:]) == "final val_accuracy"
    assert resolve_figure("accuracy", ["final accuracy", "best accuracy"]) == "final accuracy"


def test_an_unknown_metric_is_refused_with_what_there_is():
    with pytest.raises(ConfigError) as caught:
        resolve_figure("val_acuracy", KNOWN)
    [problem] = caught.value.problems
    assert problem.what == "no run has a metric 'val_acuracy'"
    assert problem.hint.splitlines() == [
        "did you mean 'val_accuracy'?",
        "the runs have: test loss, test accuracy, loss, accuracy, val_loss, val_accuracy, lr_factor",
    ]


@pytest.mark.parametrize(
    ("known", "losses_differ", "figure"),
    [
        (KNOWN, False, "test accuracy"),
        (KNOWN[2:], False, "final val_accuracy"),
        (["test loss", "test mae", "final val_loss", "final loss"], False, "test loss"),
        (["test loss", "test mae", "final val_loss", "final loss"], True, "test mae"),
        (["final val_loss", "final loss", "final accuracy"], False, "final val_loss"),
        (["final loss", "final accuracy"], False, "final loss"),
        (["final mae"], False, "final mae"),
        ([], False, None),
    ],
)
def test_runs_are_sorted_by_accuracy_before_loss_and_held_out_rows_before_training(known, losses_differ, figure):
    assert main_figure(known, losses_differ=losses_differ) == figure


@pytest.mark.parametrize(("figure", "first"), [("final val_accuracy", 0.9), ("test loss", 0.1)])
def test_better_comes_first_and_what_is_no_number_last(figure, first):
    values = [None, 0.5, math.nan, 0.1, math.inf, 0.9]
    ranked = sorted(values, key=lambda value: is_better_first(figure, value))
    assert ranked[0] == first
    assert ranked[1] == 0.5
    assert [value for value in ranked[3:] if value is not None and math.isfinite(value)] == []


def test_every_row_that_ties_for_the_best_is_best():
    assert best_rows("final loss", [0.2, 0.1, None, 0.1, math.nan]) == {1, 3}
    assert best_rows("test accuracy", [0.2, 0.1]) == {0}


def test_one_value_alone_is_not_called_the_best():
    assert best_rows("final loss", [0.2, None, math.nan]) == frozenset()
