"""What ``dnnrun evaluate`` prints, of figures that are made up: no TensorFlow."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from dnnrun.cli.evaluate import print_evaluation
from tests.cli.golden import assert_shown

MADE = {"method": "percentile bootstrap over the rows", "level": 0.95, "resamples": 1000, "seed": 0}
CLASSES: dict[str, Any] = {
    "split": "test",
    "rows": 1540,
    "data": "patients.csv",
    "metrics": {"loss": 0.50071, "AUC": None, "accuracy": 0.74675},
    "intervals": {"loss": [0.4053, 0.6014], "accuracy": [0.6784, 0.8117]},
    "trivial": {
        "guess": "always 'well', each class as probable as it is frequent among the training rows",
        "metrics": {"loss": 0.6479, "AUC": 0.5, "accuracy": 0.6494},
    },
    "classification": {
        "classes": ["well", "a sickness with a long name"],
        "precision": [0.7748, 0.6744],
        "recall": [0.86, 0.537],
        "f1": [0.8152, 0.5979],
        "support": [1000, 540],
    },
    "bootstrap": MADE,
}
OUTPUTS: dict[str, Any] = {
    "split": "training",
    "rows": 40,
    "data": "houses.csv",
    "metrics": {"loss": 1.9, "price_loss": 1.5, "kind_loss": 0.4},
    "intervals": {"loss": [1.5, 2.2], "price_loss": [1.1, 1.9], "kind_loss": [0.3, 0.5]},
    "trivial": None,
    "outputs": {
        "price": {"regression": {"mae": 1.1, "rmse": 1.2247, "r2": 0.91}},
        "kind": {
            "classification": {
                "classes": [f"kind {number}" for number in range(40)],
                **dict.fromkeys(("precision", "recall", "f1"), [0.5] * 40),
                "support": [1] * 40,
            }
        },
    },
    "bootstrap": MADE,
}


@pytest.mark.parametrize(("name", "figures"), [("classes", CLASSES), ("outputs", OUTPUTS)])
def test_figures_are_printed(name: str, figures: dict[str, Any]) -> None:
    written = io.StringIO()
    print_evaluation("20261123-141530-made", figures, Console(file=written, highlight=False, soft_wrap=True))
    assert_shown(f"evaluate_{name}", written.getvalue())


def test_a_terminal_of_sixty_columns_has_the_figures_of_the_model() -> None:
    written = io.StringIO()
    console = Console(file=written, highlight=False, soft_wrap=True, width=60, force_terminal=True, color_system=None)
    print_evaluation("20261123-141530-made", CLASSES, console)
    lines = written.getvalue().splitlines()
    table = lines[3 : lines.index("", 8)]
    assert max(map(len, table)) <= 60
    assert "0.6784 to 0.8117" in written.getvalue()
