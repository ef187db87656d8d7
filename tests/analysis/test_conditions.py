"""What conditions mean, and what is said of those that mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dnnrun.analysis.conditions import parse_condition
from dnnrun.errors import ConfigError

RUN: dict[str, Sequence[Any]] = {
    "val_accuracy": [0.93],
    "loss": [0.25, "mse"],
    "val_loss": [0.5],
    "optimizer": ["Adam"],
    "optimizer.Adam.learning_rate": [0.001],
    "layers.*.units": [32, 64],
    "epochs": [10],
    "status": ["completed"],
    "created": ["2026-11-23T14:15:30Z"],
    "tags": [["best", "2024", "two words"]],
    "callbacks": [[]],
    "one_hot": [True],
    "seed": [None],
    "diverged": [None],
    "source": ["my_pkg.data:make"],
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("val_accuracy>0.9", True),
        ("val_accuracy > .95", False),
        ("val_accuracy >= 0.93", True),
        ("val_accuracy < 9.3e-1", False),
        ("0.9 < val_accuracy < 0.95", True),
        ("0.9 < val_accuracy <= 0.92", False),
        ("epochs = 10", True),
        ("epochs == 10.0", True),
        ("epochs != 10", False),
        ("loss < val_loss", True),
        ("loss < 0.3 and loss = mse", True),
        ("loss = mae", False),
        ("loss != mse", False),
        ("optimizer = Adam", True),
        ("optimizer = 'Adam'", True),
        ("optimizer = adam", False),
        ("Adam = optimizer", False),
        ("optimizer.Adam.learning_rate <= 0.001", True),
        ("layers.*.units > 60", True),
        ("layers.*.units = 48", False),
        ("created > 2026-11-01 and created < 2026-12-01", True),
        ("created >= '2026-11-24'", False),
        ("tags = best", True),
        ("tags = 2024", True),
        ("tags = 'two words' and tags != worst", True),
        ("tags != best", False),
        ("callbacks = null", True),
        ("tags = null", False),
        ("one_hot = true", True),
        ("one_hot = 1", False),
        ("one_hot > 0", False),
        ("seed = null", True),
        ("seed != null", False),
        ("val_accuracy != null", True),
        ("diverged > 0 or diverged <= 0", False),
        ("missing > 1", False),
        ("missing != 1", True),
        ("missing = null", True),
        ("optimizer > 1", False),
        ("source = my_pkg.data:make", True),
        ("not val_accuracy > 0.9", False),
        ("not not val_accuracy > 0.9", True),
        ("status = failed or val_accuracy > 0.9 and epochs < 5", False),
        ("(status = completed or val_accuracy > 0.99) and epochs > 5", True),
        ("not (status = failed or status = diverged)", True),
        ("not status = failed and epochs = 10", True),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert parse_condition(text).holds(lambda name: RUN.get(name, ())) is holds


def test_names_with_their_places() -> None:
    condition = parse_condition("val_loss > loss and optimizer = loss and not val_loss < 0.5")
    assert [(name, place.column) for name, place in condition.names.items()] == [
        ("val_loss", 1),
        ("loss", 12),
        ("optimizer", 21),
    ]


@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("", "the condition ends too early", 1),
        ("   ", "the condition ends too early", 1),
        ("val_loss", "a comparison is missing", 9),
        ("val_loss >", "the condition ends too early", 11),
        ("val_loss > 1 and", "the condition ends too early", 17),
        ("val_loss > 1 && loss < 2", "unexpected '&&'", 14),
        ("val_loss > 1 loss < 2", "unexpected 'loss'", 14),
        ("val_loss ! 1", "unexpected '!'", 10),
        ("! val_loss", "unexpected '!'", 1),
        ("(val_loss > 1", "a bracket is not closed", 14),
        ("val_loss > 1)", "unexpected ')'", 13),
        ("= 1", "unexpected '='", 1),
        ("1 < 2", "this compares nothing that a run has", 5),
        ("name = 'open", 'unexpected "\'"', 8),
        ("dropout = True", "unexpected 'True'", 11),
        ("loss < and", "unexpected 'and'", 8),
        ("name = two words", "unexpected 'words'", 12),
        ("__import__('os')", "a comparison is missing", 11),
    ],
)
def test_what_cannot_be_read(text: str, what: str, column: int) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_condition(text)
    [problem] = caught.value.problems
    assert problem.what == what
    assert problem.where is not None
    assert (problem.where.file, problem.where.column) == ("--where", column)
    assert problem.hint


def test_brackets_without_end() -> None:
    with pytest.raises(ConfigError, match="too many brackets"):
        parse_condition("(" * 100_000)
