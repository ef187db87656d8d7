"""Several runs side by side, as data: what differs in their configs, and how well each did.

It prints nothing and draws nothing: `comparison_formats` writes it as Markdown, CSV or JSON, and `comparison_layout`
chooses what fits on a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dnnrun.analysis import ranking
from dnnrun.analysis.number_text import MISSING, config_text, metric_text, metric_texts
from dnnrun.analysis.run_figures import RunFigures, one_line, read_figures, spread_text
from dnnrun.components import ConfigPath
from dnnrun.config.differences import differing_paths, differing_values, dotted, shared_arguments, short_names
from dnnrun.config.directions import Direction
from dnnrun.errors import RunError
from dnnrun.store import Run

Kind = Literal["run", "status", "epochs", "config", "argument", "test", "folds", "best", "best_epoch", "final"]
"""What a column holds. ``config`` is one key. ``argument`` puts together what different components call the same, as
``optimizer.*.learning_rate`` of Adam and SGD, and stands in tables for people in place of these. ``test``, ``best``
and ``final`` hold figures of a metric, in which one row can be best; ``folds`` the mean over folds, its deviation in
the text.
"""

METRIC_KINDS: frozenset[Kind] = frozenset({"test", "folds", "best", "final"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a comparison.

    Args:
        name: unlike every other column's; a config key as the config spells it, or a figure such as
            ``test accuracy``, ``final val_loss``, ``best val_loss``.
        heading: what stands above it in a narrow table: a config key cut down to the part that tells it from the
            others. May be broken at its spaces.
        kind: what it holds.
        align: numbers stand on the right.
        is_main: whether the rows are sorted by it.
        is_detail: whether it is left out of tables for people, as the best value of every lesser metric is.
    """

    name: str
    heading: str
    kind: Kind
    align: Literal["left", "right"] = "left"
    is_main: bool = False
    is_detail: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as it is, None where the run has not got it; as text for a table; whether it is its column's best."""

    value: Any
    text: str
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One run: its figures in full, and a cell for every column, by the column's name."""

    figures: RunFigures
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Remark:
    """One line about one run: why it has no row, or what is wrong with it although it has one."""

    run: Path
    text: str

    def __str__(self) -> str:
        return f"{self.run}: {self.text}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several runs side by side.

    Args:
        columns: in the order of a table.
        rows: the runs that could be read, the best first.
        broken: the runs that could not, and so have no row.
        notes: what could not be read of runs that have a row.
        sorted_by: the name of the column the rows are sorted by, or None where no run has any metric.
        direction: ``max`` where more of that is better, else ``min``.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    broken: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    sorted_by: str | None
    direction: Direction | None

    @property
    def table_columns(self) -> list[Column]:
        """The columns of a table for people, without the details."""
        return [column for column in self.columns if not column.is_detail]

    @property
    def data_columns(self) -> list[Column]:
        """The columns for a program: all but those that only put others together."""
        return [column for column in self.columns if column.kind != "argument"]

    def columns_of(self, kind: Kind) -> list[Column]:
        """Return the columns of one kind."""
        return [column for column in self.columns if column.kind == kind]


def compare_runs(runs: Sequence[Run], sort: str | None = None) -> Comparison:
    """Compare runs, finished or not.

    Args:
        runs: each is read once; a broken one gets a line in `Comparison.broken`.
        sort: a metric by any of its names (``accuracy``, ``val_loss``, ``test accuracy``, ``best val_loss``); by
            default test accuracy, else validation accuracy, else the loss.

    Raises:
        ConfigError: no run has the metric to sort by. Where no run has any metric yet, there is nothing to sort.
    """
    readable, broken = _read_all(runs)
    known = ranking.known_figures(readable)
    differing = differing_paths([figures.config for figures in readable if figures.config is not None])
    if sort is None or not known:
        main = ranking.main_figure(known, losses_differ=any(path[0] == "loss" for path in differing))
    else:
        main = ranking.resolve_figure(sort, known)
    if main:
        readable.sort(key=lambda figures: ranking.is_better_first(main, ranking.value_of(figures, main)))

    names = _run_names(readable)
    filled = [
        (Column("run", "run", "run"), [Cell(name, name) for name in names]),
        (Column("status", "status", "status"), [Cell(figures.status, figures.status) for figures in readable]),
        (Column("epochs finished", "epochs finished", "epochs", "right"), [_epochs_cell(each) for each in readable]),
    ]
    filled.extend(_config_columns(differing, readable))
    leading = [figure for figure in _leading_figures(main, known) if figure in known]
    for figure in [*leading, *(figure for figure in known if figure not in leading)]:
        is_detail = figure.startswith(ranking.BEST) and figure not in leading
        filled.extend(_figure_columns(figure, readable, is_main=figure == main, is_detail=is_detail))

    columns = tuple(column for column, _ in filled)
    rows = tuple(
        Row(figures, {column.name: cells[index] for column, cells in filled}) for index, figures in enumerate(readable)
    )
    notes = tuple(Remark(figures.run.path, note) for figures in readable for note in figures.notes)
    return Comparison(columns, rows, broken, notes, main, ranking.direction_of_figure(main) if main else None)


def _read_all(runs: Sequence[Run]) -> tuple[list[RunFigures], tuple[Remark, ...]]:
    readable, broken = [], []
    for run in runs:
        try:
            readable.append(read_figures(run))
        except RunError as error:
            broken.append(Remark(run.path, one_line(error, run)))
    return readable, tuple(broken)


def _run_names(readable: Sequence[RunFigures]) -> list[str]:
    """Return the runs' names; their paths where two runs in different places have one name."""
    count = Counter(figures.run.name for figures in readable)
    return [each.run.name if count[each.run.name] == 1 else str(each.run.path) for each in readable]


def _epochs_cell(figures: RunFigures) -> Cell:
    return Cell(figures.epochs, f"{figures.epochs}/{figures.planned}" if figures.planned else str(figures.epochs))


def _config_columns(differing: Sequence[ConfigPath], readable: Sequence[RunFigures]) -> list[tuple[Column, list[Cell]]]:
    """Return a column for every key that differs, and one for every argument that different components share."""
    values = {
        path: [figures.config.get(path) if figures.config else None for figures in readable] for path in differing
    }
    shared = shared_arguments(differing)
    placed: list[tuple[ConfigPath, Kind]] = []
    for path in differing:
        placed.extend((group, "argument") for group, members in shared.items() if members[0] == path)
        placed.append((path, "config"))
    for group, members in shared.items():
        values[group] = [_first_given(cells) for cells in zip(*(values[path] for path in members), strict=True)]

    replaced = {path for members in shared.values() for path in members}
    # Where Adam and SGD were given the same learning rate, the table need not say so.
    details = replaced | {group for group in shared if len(differing_values(values[group])) == 1}
    in_table = [path for path, _ in placed if path not in details]
    headings = dict(zip(in_table, short_names(in_table), strict=True))
    return [
        (
            Column(
                name=dotted(path),
                heading=headings.get(path, dotted(path)),
                kind=kind,
                align="right" if all(map(_is_number_or_missing, values[path])) else "left",
                is_detail=path in details,
            ),
            [Cell(value, config_text(value)) for value in values[path]],
        )
        for path, kind in placed
    ]


def _first_given(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _is_number_or_missing(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _leading_figures(main: str | None, known: Sequence[str]) -> list[str]:
    """Return the figures that come first: the main one, then its metric at its best and at the end.

    Where the main figure is on the test set, these two are on validation rows if there are any.
    """
    if main is None:
        return []
    metric = ranking.metric_of(main)
    if main.startswith(ranking.TEST) and f"{ranking.FINAL}val_{metric}" in known:
        metric = f"val_{metric}"
    return list(dict.fromkeys([main, f"{ranking.BEST}{metric}", f"{ranking.FINAL}{metric}"]))


def _figure_columns(
    figure: str, readable: Sequence[RunFigures], *, is_main: bool, is_detail: bool
) -> list[tuple[Column, list[Cell]]]:
    """Return the column of a figure; for a best value also the column of its epoch."""
    values = [ranking.value_of(figures, figure) for figures in readable]
    winners = ranking.best_rows(figure, values)
    texts = metric_texts(values)
    if figure.startswith(ranking.FOLDS):
        spreads = [figures.folds.get(ranking.metric_of(figure)) for figures in readable]
        texts = [spread_text(*spread) if spread else MISSING for spread in spreads]
        deviations = [Cell(spread[1], metric_text(spread[1])) if spread else Cell(None, MISSING) for spread in spreads]
        cells = [Cell(value, texts[index], index in winners) for index, value in enumerate(values)]
        return [
            (Column(figure, figure, "folds", "right", is_main), cells),
            (Column(f"deviation of {figure}", "deviation", "folds", "right", is_detail=True), deviations),
        ]
    cells = [Cell(value, texts[index], index in winners) for index, value in enumerate(values)]
    if not figure.startswith(ranking.BEST):
        kind: Kind = "test" if figure.startswith(ranking.TEST) else "final"
        return [(Column(figure, figure, kind, "right", is_main), cells)]
    bests = [figures.best.get(ranking.metric_of(figure)) for figures in readable]
    return [
        (Column(figure, figure, "best", "right", is_main, is_detail), cells),
        (
            Column(f"epoch of {figure}", "at epoch", "best_epoch", "right", is_detail=is_detail),
            [Cell(best.epoch, str(best.epoch)) if best else Cell(None, MISSING) for best in bests],
        ),
    ]
