"""Several runs side by side, as data: what differs in their configs, and how well each did.

It prints nothing and draws nothing: `comparison_formats` writes it as Markdown, CSV, LaTeX or JSON, and
`comparison_layout` chooses what fits on a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnnrun.analysis import ranking
from dnnrun.analysis.comparison_columns import (
    Cell,
    Column,
    Kind,
    config_columns,
    cost_columns,
    figure_columns,
    leading_figures,
    run_columns,
)
from dnnrun.analysis.grouping import Group, against, group_runs
from dnnrun.analysis.number_text import MISSING
from dnnrun.analysis.run_figures import RunFigures, one_line, read_figures
from dnnrun.components import ConfigPath
from dnnrun.config.differences import differing_paths
from dnnrun.config.directions import Direction
from dnnrun.errors import RunError
from dnnrun.store import Run

_SEED: ConfigPath = ("seed",)


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
        groups: the runs that differ in the seed only, together; a run of which there is one of is a group of its own.
        summarized: the figures that groups are summarized and tested by, the one they are sorted by first.
        baseline: the group that the others are held against, or None.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    broken: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    sorted_by: str | None
    direction: Direction | None
    groups: tuple[Group, ...] = ()
    summarized: tuple[str, ...] = ()
    baseline: Group | None = None

    @property
    def has_groups(self) -> bool:
        """Whether some runs differ in nothing but the seed."""
        return any(len(group.runs) > 1 for group in self.groups)

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


def compare_runs(
    runs: Sequence[Run],
    sort: str | None = None,
    *,
    metrics: Sequence[str] = (),
    top: int | None = None,
    everything: bool = False,
    baseline: str | None = None,
) -> Comparison:
    """Compare runs, finished or not.

    Args:
        runs: each is read once; a broken one gets a line in `Comparison.broken`.
        sort: a metric by any of its names (``accuracy``, ``val_loss``, ``test accuracy``, ``best val_loss``); by
            default the first of ``metrics``, else test accuracy, else validation accuracy, else the loss.
        metrics: the only ones to show, such as ``accuracy``, which is also ``val_accuracy``; all unless given.
        top: how many of the best runs to keep; groups are of these too.
        everything: also keys of the configs that are the same in all runs.
        baseline: the run or the group that the groups are held against; see `dnnrun.analysis.grouping.against`.

    Raises:
        ConfigError: no run has the metric to sort by or to show, or there is no such baseline. Where no run has any
            metric yet, there is nothing to sort.
    """
    readable, broken = _read_all(runs)
    known = _shown_figures(ranking.known_figures(readable), metrics)
    differing = differing_paths([figures.config for figures in readable if figures.config is not None])
    main = _main_figure(sort or next(iter(metrics), None), readable, known, differing)
    if main:
        readable.sort(key=lambda figures: ranking.is_better_first(main, ranking.value_of(figures, main)))
    readable = readable[:top]
    if top is not None:
        differing = differing_paths([figures.config for figures in readable if figures.config is not None])
    leading = [figure for figure in leading_figures(main, known) if figure in known]
    summarized = tuple(dict.fromkeys([*leading[:1], *(_main_figure(word, readable, known, ()) for word in metrics)]))
    groups = group_runs(readable, labels_of(differing, readable), [figure for figure in summarized if figure])
    if baseline is not None:
        groups = against(groups, baseline, [figure for figure in summarized if figure])
    filled = run_columns(readable)
    if any(len(group.runs) > 1 for group in groups):
        filled.insert(1, _group_column(groups, readable))
    paths = _all_paths(readable) if everything else differing
    filled.extend(config_columns(paths, readable))
    for figure in [*leading, *(figure for figure in known if figure not in leading)]:
        is_detail = figure.startswith(ranking.BEST) and figure not in leading and not (metrics or everything)
        filled.extend(figure_columns(figure, readable, is_main=figure == main, is_detail=is_detail))
    filled.extend(cost_columns(readable, everything=everything))

    rows = tuple(
        Row(figures, {column.name: cells[index] for column, cells in filled}) for index, figures in enumerate(readable)
    )
    return Comparison(
        columns=tuple(column for column, _ in filled),
        rows=rows,
        broken=broken,
        notes=tuple(Remark(figures.run.path, note) for figures in readable for note in figures.notes),
        sorted_by=main,
        direction=ranking.direction_of_figure(main) if main else None,
        groups=groups,
        summarized=tuple(figure for figure in summarized if figure),
        baseline=next((group for group in groups if group.is_baseline), None),
    )


def labels_of(differing: Sequence[ConfigPath], readable: Sequence[RunFigures], *, or_name: bool = True) -> list[str]:
    """Return what tells each run from others by its config, the seed aside: ``optimizer=Adam, units=64``.

    Args:
        differing: the keys that differ.
        readable: the runs.
        or_name: what a run is called that differs in nothing else: by its own name, or nothing.
    """
    columns = [
        (column, cells)
        for column, cells in config_columns([path for path in differing if path != _SEED], readable)
        if not column.is_detail
    ]
    labels = []
    for index, figures in enumerate(readable):
        parts = [f"{column.heading}={cells[index].text}" for column, cells in columns if cells[index].text != MISSING]
        name = str(figures.run.record.get("name") or figures.run.name) if or_name else ""
        labels.append(", ".join(parts) or name)
    return labels


def _all_paths(readable: Sequence[RunFigures]) -> list[ConfigPath]:
    return list(dict.fromkeys(path for figures in readable for path in figures.config or {}))


def _group_column(groups: Sequence[Group], readable: Sequence[RunFigures]) -> tuple[Column, list[Cell]]:
    number_of = {id(run): group.number for group in groups for run in group.runs}
    numbers = [number_of[id(figures)] for figures in readable]
    return Column("group", "group", "group", "right"), [Cell(number, str(number)) for number in numbers]


def _shown_figures(known: Sequence[str], metrics: Sequence[str]) -> list[str]:
    """Return the figures of the wanted metrics; of all where none is named."""
    if not metrics or not known:
        return list(known)
    wanted = {ranking.plain_metric(ranking.resolve_figure(word, known)) for word in metrics}
    return [figure for figure in known if ranking.plain_metric(figure) in wanted]


def _main_figure(
    word: str | None, readable: Sequence[RunFigures], known: Sequence[str], differing: Sequence[ConfigPath]
) -> str | None:
    if word is None or not known:
        return ranking.main_figure(known, losses_differ=any(path[0] == "loss" for path in differing))
    # A metric to sort by may be one that is not shown.
    return ranking.resolve_figure(word, ranking.known_figures(readable))


def _read_all(runs: Sequence[Run]) -> tuple[list[RunFigures], tuple[Remark, ...]]:
    readable, broken = [], []
    for run in runs:
        try:
            readable.append(read_figures(run))
        except RunError as error:
            broken.append(Remark(run.path, one_line(error, run)))
    return readable, tuple(broken)
