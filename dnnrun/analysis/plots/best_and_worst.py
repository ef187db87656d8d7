"""The rows that a model told best and worst: as images, or as rows of the table they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text, shortened
from dnnrun.analysis.plots.class_predictions import gather_class_predictions
from dnnrun.analysis.plots.plot import GREY, Plot, set_title
from dnnrun.analysis.plots.samples import CELL, HEAD, Sample, as_pictures, draw_grid
from dnnrun.errors import RunError
from dnnrun.store import Run

Array = np.ndarray[Any, Any]
_ACROSS = 6
_HEADING = 0.35  # inches
_LONGEST_CELL, _LONGEST_TEXT = 18, 110
_LETTER, _GAP, _LINE = 0.068, 0.18, 0.24  # inches
_WIDEST = 14.0


@dataclass(frozen=True)
class Example:
    """One row and what was said of it.

    Args:
        row: its number among the evaluated ones, from 0.
        true: its class, or its value.
        predicted: likewise.
        measure: how good that is: the probability of the right class, or the error; empty where there is none.
        sample: the image with its classes, or None.
        values: the cells of the table; empty where there is none.
    """

    row: int
    true: str
    predicted: str
    measure: str
    sample: Sample | None
    values: Sequence[str]


@dataclass(frozen=True)
class BestAndWorst:
    """The rows of one run.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        measure: what the examples' measure is called.
        columns: of the table; empty where there is none.
        best: the best first.
        worst: the worst first.
    """

    run: str
    split: str
    measure: str
    columns: Sequence[str]
    best: Sequence[Example]
    worst: Sequence[Example]


def gather_best_and_worst(run: Run) -> BestAndWorst | None:
    """Return the rows that were kept as best and worst told; None where none were.

    Raises:
        RunError: the arrays do not fit together.
    """
    arrays = run.predictions
    if any(name not in arrays for name in ("best_rows", "worst_rows", "true", "predicted")):
        return None
    rows = np.concatenate([arrays["best_rows"], arrays["worst_rows"]])
    inputs = next((arrays[name] for name in ("example_inputs", "example_values") if name in arrays), rows)
    if len(inputs) != len(rows) or np.any(rows >= len(arrays["true"])):
        raise RunError("the best and worst rows and the predictions are not of the same rows")
    if not len(rows):
        return None
    measure, examples = _of_classes(run, rows) or _of_numbers(run, rows)
    columns = [str(name) for name in arrays.get("example_columns", ())]
    best = len(arrays["best_rows"])
    split = str((run.evaluation or {}).get("split", "test"))
    return BestAndWorst(run.name, split, measure, columns, examples[:best], examples[best:])


def _of_classes(run: Run, rows: Array) -> tuple[str, list[Example]] | None:
    found = gather_class_predictions(run)
    if found is None:
        return None
    images, cells, sure = _images(run), _cells(run, len(rows)), found.probabilities
    examples = []
    for place, row in enumerate(map(int, rows)):
        true, said = int(found.true[row]), int(found.said[row])
        names = found.name_of(true), found.name_of(said)
        sample = None
        if images is not None:
            sample = Sample(images[place], *names, None if sure is None else float(sure[row, said]))
        measure = "" if sure is None else f"{sure[row, true]:.1%}"
        examples.append(Example(row, *names, measure, sample, cells[place]))
    return "probability of the true class" if sure is not None else "", examples


def _of_numbers(run: Run, rows: Array) -> tuple[str, list[Example]]:
    arrays = run.predictions
    true, predicted = (
        arrays[name].reshape(len(arrays["true"]), -1).astype(np.float64) for name in ("true", "predicted")
    )
    images, cells = _images(run), _cells(run, len(rows))
    examples = []
    for place, row in enumerate(map(int, rows)):
        texts = _numbers(true[row]), _numbers(predicted[row])
        error = metric_text(float(np.mean(np.abs(predicted[row] - true[row]))))
        sample = None if images is None else Sample(images[place], *texts, None)
        examples.append(Example(row, *texts, error, sample, cells[place]))
    return "error", examples


def _numbers(values: Array) -> str:
    return ", ".join(map(metric_text, values.tolist()))


def _images(run: Run) -> Array | None:
    inputs = run.predictions.get("example_inputs")
    return None if inputs is None or inputs.ndim not in {3, 4} else as_pictures(inputs)


def _cells(run: Run, count: int) -> list[list[str]]:
    values = run.predictions.get("example_values")
    return [[]] * count if values is None else [[str(value) for value in row] for row in values]


def draw_best_and_worst(figure: Figure, found: BestAndWorst) -> None:
    """Draw the worst above the best: images in a grid, or lines of a table."""
    if found.worst[0].sample is not None:
        _draw_images(figure, found)
    else:
        _draw_lines(figure, found)


def _draw_images(figure: Figure, found: BestAndWorst) -> None:
    across = min(_ACROSS, max(len(found.worst), len(found.best)))
    blocks = [(heading, examples) for heading, examples in (("worst", found.worst), ("best", found.best)) if examples]
    lines = [-(-len(examples) // across) for _, examples in blocks]
    figure.set_layout_engine("none")  # which would measure every image several times
    width, height = max(5.0, CELL[0] * across), CELL[1] * sum(lines) + _HEADING * len(blocks) + HEAD
    figure.set_size_inches(width, height)
    set_title(figure, f"Best and worst predictions of {found.run}", f"of the {found.split} rows")
    top = height - HEAD
    for (heading, examples), count in zip(blocks, lines, strict=True):
        figure.text(0.5, (top - 0.1) / height, heading, ha="center", va="top", fontsize=10, fontweight="bold")
        top -= _HEADING
        draw_grid(figure, [example.sample for example in examples if example.sample], across, top)
        top -= CELL[1] * count


@dataclass(frozen=True)
class _Column:
    """A column on paper: its heading and cells, and where its left edge is, in inches."""

    heading: str
    cells: Sequence[str]
    left: float

    @property
    def right(self) -> float:
        return self.left + _LETTER * max(map(len, (self.heading, *self.cells))) + _GAP


def _draw_lines(figure: Figure, found: BestAndWorst) -> None:
    columns, left_out = _laid_out(found)
    width = max(6.0, columns[-1].right + 0.3)
    height = _LINE * (len(found.worst) + len(found.best) + 6)
    figure.set_size_inches(width, height + 0.7)
    rest = f"; {left_out} more columns are left out" if left_out else ""
    subtitle = f"of the {found.split} rows{f', by {found.measure}' if found.measure else ''}{rest}"
    set_title(figure, f"Best and worst predictions of {found.run}", subtitle)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(0, width - 0.2), ylim=(height, 0))
    worst = len(found.worst)
    _write_block(axes, "worst", columns, slice(None, worst), _LINE)
    _write_block(axes, "best", columns, slice(worst, None), _LINE * (worst + 4))


def _laid_out(found: BestAndWorst) -> tuple[list[_Column], int]:
    """Return the columns, the worst rows first, and how many there is no room for."""
    examples = [*found.worst, *found.best]
    longest = _LONGEST_TEXT if len(found.columns) == 1 else _LONGEST_CELL
    own: list[tuple[str, list[str]]] = [
        ("row", [f"{each.row:,}" for each in examples]),
        ("true", [each.true for each in examples]),
        ("predicted", [each.predicted for each in examples]),
    ]
    if found.measure:
        own.append(("p(true)" if found.measure != "error" else "error", [each.measure for each in examples]))
    of_table = [(name, [each.values[place] for each in examples]) for place, name in enumerate(found.columns)]
    columns: list[_Column] = []
    for heading, cells in [*own, *of_table]:
        limit = longest if len(columns) >= len(own) else _LONGEST_CELL
        left = columns[-1].right if columns else 0.1
        column = _Column(shortened(heading, limit), [shortened(cell, limit) for cell in cells], left)
        if column.right > _WIDEST and len(columns) >= len(own):
            break
        columns.append(column)
    return columns, len(own) + len(of_table) - len(columns)


def _write_block(axes: Axes, title: str, columns: Sequence[_Column], rows: slice, top: float) -> None:
    axes.text(0.1, top, title, fontsize=10, fontweight="bold", va="center")
    axes.plot([0.1, columns[-1].right], [top + 1.5 * _LINE] * 2, color=GREY, linewidth=0.8)
    for column in columns:
        axes.text(column.left, top + _LINE, column.heading, fontsize=8, color=GREY, va="center")
        for line, cell in enumerate(column.cells[rows]):
            axes.text(column.left, top + (line + 2) * _LINE, cell, fontsize=8, va="center", in_layout=False)


PLOT = Plot(
    gather_best_and_worst,
    draw_best_and_worst,
    needs="the best and worst rows, which newer trainings of a single output keep",
)
