"""A grid of images with what the model took them for, the wrong ones marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.class_predictions import gather_class_predictions
from dnnrun.analysis.plots.plot import GREY, VERMILION, Plot, set_title
from dnnrun.errors import RunError
from dnnrun.store import Run

_MOST = 36
CELL = (1.45, 1.8)  # inches, for an image with what is written above and below it
HEAD = 0.6  # for the title
_IMAGE, _BELOW = 1.3, 0.22
_LONGEST_NAME = 17  # above an image
_NEEDED = ("sample_inputs", "sample_rows")


@dataclass(frozen=True)
class Sample:
    """One image and what was said of it.

    Args:
        image: shape (h, w) or (h, w, 3), float32 in [0, 1].
        true: the name of its class.
        predicted: the name of the class it was taken for.
        probability: what the model gave that class, or None where its output is no distribution over classes.
    """

    image: np.ndarray[Any, np.dtype[np.float32]]
    true: str
    predicted: str
    probability: float | None

    @property
    def is_right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.true == self.predicted


@dataclass(frozen=True)
class Samples:
    """The samples of one run, at most 36."""

    run: str
    split: str
    samples: Sequence[Sample]


def gather_samples(run: Run) -> Samples | None:
    """Return the sample images of a run; None where its inputs are no images, or nothing was predicted.

    Raises:
        RunError: the arrays do not fit together.
    """
    arrays = run.predictions
    if any(name not in arrays for name in _NEEDED) or arrays["sample_inputs"].ndim not in {3, 4}:
        return None
    found = gather_class_predictions(run)
    if found is None:
        return None
    inputs, rows = arrays["sample_inputs"][:_MOST], arrays["sample_rows"][:_MOST]
    if len(inputs) != len(rows) or np.any(rows >= len(found.true)):
        raise RunError("the sample images and the predictions are not of the same rows")
    if not len(inputs):
        return None
    samples = [
        Sample(
            image,
            found.name_of(int(found.true[row])),
            found.name_of(int(found.said[row])),
            None if found.probabilities is None else float(found.probabilities[row, int(found.said[row])]),
        )
        for image, row in zip(as_pictures(inputs), rows, strict=True)
    ]
    return Samples(run.name, found.split, samples)


def as_pictures(inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return images as grey or RGB in [0, 1].

    Args:
        inputs: shape (m, h, w), (m, h, w, 1), (m, h, w, 3); of any other number of channels the first three, or the
            first of two, are shown. Values in [0, 1] or [0, 255] are taken as they are, others stretched from the least
            to the greatest over all images, so that these stay comparable.
    """
    pictures = np.nan_to_num(inputs.astype(np.float32))
    if pictures.ndim == 4:
        pictures = pictures[..., 0] if pictures.shape[-1] < 3 else pictures[..., :3]
    low, high = float(pictures.min()), float(pictures.max())
    if inputs.dtype == np.uint8 or (low >= 0 and 1 < high <= 255):
        low, high = 0.0, 255.0
    elif low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    scaled: np.ndarray[Any, np.dtype[np.float32]] = (pictures - low) / max(high - low, 1e-12)
    return scaled


def draw_samples(figure: Figure, samples: Samples) -> None:
    """Draw the images in a grid that is about square; wrong ones get a thick frame, a cross and their true class."""
    count = len(samples.samples)
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    figure.set_layout_engine("none")  # which would measure every image several times
    figure.set_size_inches(max(5.0, CELL[0] * columns), CELL[1] * rows + HEAD)
    wrong = sum(not sample.is_right for sample in samples.samples)
    title = f"{samples.split.capitalize()} samples of {samples.run}"
    set_title(figure, title, f"{count - wrong} of these {count} right")
    draw_grid(figure, samples.samples, columns, CELL[1] * rows)


def draw_grid(figure: Figure, samples: Sequence[Sample], columns: int, top: float) -> None:
    """Draw images side by side in lines, from a height in inches downwards, in the middle of the figure."""
    width, height = figure.get_size_inches()
    left = (width - CELL[0] * columns) / 2
    for place, sample in enumerate(samples):
        down, across = divmod(place, columns)
        x, y = left + CELL[0] * across + (CELL[0] - _IMAGE) / 2, top - CELL[1] * (down + 1) + _BELOW
        draw_sample(figure.add_axes((x / width, y / height, _IMAGE / width, _IMAGE / height)), sample)


def draw_sample(axes: Axes, sample: Sample) -> None:
    """Draw an image under what it was taken for; a wrong one gets a thick frame, a cross and its true class."""
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.imshow(sample.image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    percent = "" if sample.probability is None else f" {sample.probability:.0%}"
    said = f"{shortened(sample.predicted, _LONGEST_NAME - len(percent))}{percent}"
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
    if sample.is_right:
        axes.set_title(said, fontsize=8)
    else:
        axes.spines[:].set(color=VERMILION, linewidth=3)
        axes.set_title(f"✗ {said}", fontsize=8, fontweight="bold", color="#A04000")
        axes.set_xlabel(f"is {shortened(sample.true, _LONGEST_NAME)}", fontsize=8)


PLOT = Plot(gather_samples, draw_samples, needs="predicted classes of images")
