"""The columns of a comparison: what each is called, how it is aligned, and a cell of it for every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dnnrun.analysis import ranking
from dnnrun.analysis.number_text import MISSING, config_text, metric_text, metric_texts
from dnnrun.analysis.run_figures import RunFigures, spread_text
from dnnrun.components import ConfigPath
from dnnrun.config.differences import differing_values, dotted, shared_arguments, short_names

Kind = Literal[
    "run", "group", "status", "epochs", "config", "argument", "test", "folds", "best", "best_epoch", "final", "cost"
]
"""What a column holds. ``config`` is one key. ``argument`` puts together what different components call the same, as
``optimizer.*.learning_rate`` of Adam and SGD, and stands in tables for people in place of these. ``test``, ``best``
and ``final`` hold figures of a metric, in which one row can be best; ``folds`` the mean over folds, its deviation in
the text; ``cost`` seconds an epoch and parameters; ``group`` the number of the runs that differ in the seed only.
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


Filled = tuple[Column, list[Cell]]
"""A column with a cell for each run, in their order."""


def run_columns(readable: Sequence[RunFigures]) -> list[Filled]:
    """Return the columns that every comparison begins with: name, status, epochs finished."""
    names = run_names(readable)
    return [
        (Column("run", "run", "run"), [Cell(name, name) for name in names]),
        (Column("status", "status", "status"), [Cell(figures.status, figures.status) for figures in readable]),
        (Column("epochs finished", "epochs finished", "epochs", "right"), [_epochs_cell(each) for each in readable]),
    ]


def run_names(readable: Sequence[RunFigures]) -> list[str]:
    """Return the runs' names; their paths where two runs in different places have one name."""
    count = Counter(figures.run.name for figures in readable)
    return [each.run.name if count[each.run.name] == 1 else str(each.run.path) for each in readable]


def cost_columns(readable: Sequence[RunFigures], *, everything: bool) -> list[Filled]:
    """Return the parameters, where the runs differ in them, and the seconds an epoch."""
    parameters = [figures.parameters for figures in readable]
    seconds = [figures.seconds_an_epoch for figures in readable]
    columns: list[Filled] = []
    if any(parameters) and (everything or len(set(parameters)) > 1):
        texts = [MISSING if count is None else f"{count:,}" for count in parameters]
        cells = [Cell(count, text) for count, text in zip(parameters, texts, strict=True)]
        columns.append((Column("parameters", "parameters", "cost", "right"), cells))
    if any(value is not None for value in seconds):
        cells = [Cell(value, MISSING if value is None else f"{value:.3g}") for value in seconds]
        columns.append((Column("seconds an epoch", "seconds an epoch", "cost", "right"), cells))
    return columns


def _epochs_cell(figures: RunFigures) -> Cell:
    return Cell(figures.epochs, f"{figures.epochs}/{figures.planned}" if figures.planned else str(figures.epochs))


def config_columns(paths: Sequence[ConfigPath], readable: Sequence[RunFigures]) -> list[Filled]:
    """Return a column for every key, and one for every argument that different components share."""
    values = {path: [figures.config.get(path) if figures.config else None for figures in readable] for path in paths}
    shared = shared_arguments(paths)
    placed: list[tuple[ConfigPath, Kind]] = []
    for path in paths:
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


def leading_figures(main: str | None, known: Sequence[str]) -> list[str]:
    """Return the figures that come first: the main one, then its metric at its best and at the end.

    Where the main figure is on the test set, these two are on validation rows if there are any.
    """
    if main is None:
        return []
    metric = ranking.metric_of(main)
    if main.startswith(ranking.TEST) and f"{ranking.FINAL}val_{metric}" in known:
        metric = f"val_{metric}"
    return list(dict.fromkeys([main, f"{ranking.BEST}{metric}", f"{ranking.FINAL}{metric}"]))


def figure_columns(figure: str, readable: Sequence[RunFigures], *, is_main: bool, is_detail: bool) -> list[Filled]:
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
