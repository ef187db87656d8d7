"""Pictures of data are drawn of every kind of it; what they show is looked at, not tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from dnnrun.analysis.plots import data_pictures
from dnnrun.analysis.plots.data_pictures import draw_heat_map, draw_histograms, draw_images
from dnnrun.analysis.plots.plot import render

NUMBERS = np.arange(40) / 7
PICTURES: dict[str, tuple[Callable[..., None], Any]] = {
    "grey": (draw_images, (np.zeros((7, 4, 5), np.uint8), ["a"] * 7)),
    "one colour image": (draw_images, (np.zeros((1, 4, 5, 3), np.uint8), ["a class of a very long name"])),
    "small numbers": (draw_heat_map, (np.eye(3),)),
    "one number": (draw_heat_map, (np.ones((1, 1)),)),
    "large": (draw_heat_map, (np.ones((60, 50)),)),
    "a table's row": (draw_heat_map, (np.arange(12.0)[None],)),
    "by class": (draw_histograms, ({"a": NUMBERS, "b": NUMBERS.astype(int)}, ["x", "y"] * 20)),
    "more classes than colours": (draw_histograms, ({"a": NUMBERS}, [str(number % 13) for number in range(40)])),
    "texts": (draw_histograms, ({"city": np.array(["Rome", "$x$"] * 20)}, None)),
    "gaps": (draw_histograms, ({"a": np.where(NUMBERS > 3, np.nan, NUMBERS), "b": NUMBERS * np.nan}, None)),
    "all the same": (draw_histograms, ({"a": NUMBERS * 0 + 0.5}, ["x"] * 40)),
}


@pytest.mark.parametrize(("draw", "given"), PICTURES.values(), ids=PICTURES)
def test_it_is_drawn(draw: Callable[..., None], given: Any) -> None:
    panels: list[int] = []

    def drawn(figure: Any) -> None:
        draw(figure, *given, "a title")
        panels.append(len(figure.axes))

    assert render(drawn).startswith(b"\x89PNG")
    assert panels[0]


def test_of_many_columns_the_first_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_pictures, "MOST_PANELS", 2)  # sixteen take seconds
    figure = Figure(layout="constrained")
    draw_histograms(figure, dict.fromkeys("abc", NUMBERS), None, "a title")
    assert [panel.get_title() for panel in figure.axes] == ["a", "b"]
