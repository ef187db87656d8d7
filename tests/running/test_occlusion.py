"""What predictions rest on, of functions of which that is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from dnnrun.running.occlusion import column_effects, patch_effects, permutation_importance
from dnnrun.running.predictions import Prediction

PLACES = {"a": ("", 0), "b": ("", 1), "c": ("", 2)}


def test_the_effect_of_a_column_is_the_change_from_its_mean_in_a_linear_function() -> None:
    weights = np.array([2.0, -1.0, 0.0])
    x, others = np.array([[1.0, 2.0, 3.0], [4.0, 0.0, -1.0]]), np.array([[0.0, 0.0, 0.0], [1.0, 3.0, 5.0]])
    effects = column_effects(lambda rows: {"": Prediction(rows @ weights[:, None])}, x, PLACES, others)  # type: ignore[operator]
    for number, column in enumerate(PLACES):
        expected = weights[number] * (x[:, number] - others[:, number].mean())
        np.testing.assert_allclose(effects[""][column], expected)


def test_columns_of_several_inputs_and_of_text() -> None:
    def tell(x: Any) -> Mapping[str, Prediction]:
        second = (x["city"][:, 0] == "Ulm").astype(float)
        numbers = np.stack([1 - second, second], axis=1)
        return {"": Prediction(numbers, np.argmax(numbers, axis=1), ("no", "yes"), are_probabilities=True)}

    def rows(*cities: str) -> Any:
        return {"city": np.array([[city] for city in cities], dtype=object), "age": np.ones((len(cities), 1))}

    effects = column_effects(tell, rows("Ulm", "Bonn"), {"city": ("city", 0), "age": ("age", 0)}, rows("Bonn", "Ulm"))
    assert effects[""]["city"].tolist() == [0.5, 0.5]  # half of the others would have changed what was said
    assert effects[""]["age"].tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(14, 21), (5, 3), (1, 1), (14, 14, 3)])
def test_only_the_part_that_counts_has_an_effect(shape: tuple[int, ...]) -> None:
    picture = np.zeros(shape, np.uint8)
    picture[0, 0] = 200

    def tell(pictures: Any) -> Mapping[str, Prediction]:
        return {"": Prediction(pictures.reshape(len(pictures), -1)[:, :1].astype(float))}

    effects = patch_effects(tell, picture)[""]
    assert effects.shape == shape[:2]
    assert np.unravel_index(effects.argmax(), effects.shape) == (0, 0)
    assert effects[-1, -1] == 0 or shape[:2] == (1, 1)


def test_importance_falls_on_the_column_that_tells_the_label() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(400, 3))
    label = x[:, 1] > 0
    falls = permutation_importance(
        lambda rows: float(np.mean((rows[:, 1] > 0) == label)),  # type: ignore[call-overload]
        x,
        PLACES,
        seed=3,
        repeats=5,
    )
    assert falls["a"].tolist() == falls["c"].tolist() == [0] * 5
    assert falls["b"].mean() == pytest.approx(0.5, abs=0.05)
