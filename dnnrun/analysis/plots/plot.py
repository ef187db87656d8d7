"""What a plot is, and how any of them becomes an image: with one look, without pyplot, whatever the user's settings."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.store import Run

_TITLE, _SMALLEST_TITLE = 11.0, 7.0  # points
_TITLE_SHARE = 0.94  # of the figure's width

Numbers = TypeVar("Numbers")
ImageFormat = Literal["png", "svg", "pdf"]

# The palette of Okabe and Ito (2008), which the colour-blind can tell apart; its yellow is too pale for lines.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, BLACK = "#56B4E9", "#E69F00", "#000000"
GREY = "#6E6E6E"

TIMES = "\N{MULTIPLICATION SIGN}"

_LOOK = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.xmargin": 0.03,
    "figure.dpi": 150,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is on every machine
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "legend.columnspacing": 1.6,
    "lines.linewidth": 1.6,
    "lines.markeredgecolor": "white",
    "lines.markeredgewidth": 0.5,
    "lines.markersize": 6,
    "savefig.dpi": 150,
    "svg.fonttype": "none",  # text stays text, which can be selected and searched
    "svg.hashsalt": "dnnrun",  # the same figure gives the same file
    "text.parse_math": False,  # names of runs and classes may hold a dollar sign
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}
_METADATA: dict[ImageFormat, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


@dataclass(frozen=True)
class Plot(Generic[Numbers]):
    """One plot of a run.

    Args:
        gather: returns the numbers from a run's files, or None where the run has not got what the plot shows. Draws
            nothing. Raises RunError for damaged files.
        draw: draws the numbers on an empty figure, and sets its size.
        needs: what a run must have for it, in words, to be said of one that has not.
    """

    gather: Callable[[Run], Numbers | None]
    draw: Callable[[Figure, Numbers], None]
    needs: str

    def image(self, run: Run, image_format: ImageFormat = "png") -> bytes | None:
        """Return the plot of a run as an image file, or None where the run has nothing to show in it.

        Raises:
            RunError: a file of the run is damaged.
        """
        numbers = self.gather(run)
        return None if numbers is None else render(lambda figure: self.draw(figure, numbers), image_format)


def render(draw: Callable[[Figure], None], image_format: ImageFormat = "png") -> bytes:
    """Return what ``draw`` puts on an empty figure as an image file, at 150 dots an inch."""
    buffer = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # a class name in a script that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)
        figure = Figure(layout="constrained")
        draw(figure)
        figure.savefig(buffer, format=image_format, metadata=_METADATA[image_format])
    return buffer.getvalue()


def set_title(figure: Figure, title: str, subtitle: str = "") -> None:
    """Put a title on a figure whose size is set, in smaller letters where it is too long, and then shortened."""
    lines = [line for line in (title, subtitle) if line]
    text = figure.suptitle("\n".join(lines), fontsize=_TITLE)
    fits = _TITLE_SHARE * figure.bbox.width / text.get_window_extent().width
    if fits < 1:
        text.set_fontsize(max(_SMALLEST_TITLE, fits * _TITLE))
    if fits * _TITLE < _SMALLEST_TITLE:
        letters = int(max(map(len, lines)) * fits * _TITLE / _SMALLEST_TITLE)
        text.set_text("\n".join(shortened(line, letters) for line in lines))


def grid_shape(count: int) -> tuple[int, int]:
    """Return rows and columns for so many panels, at most three in a row."""
    columns = 2 if count == 4 else min(count, 3)
    return math.ceil(count / columns), columns
