"""Whether the rows may not be divided as a config asks: then it is worth reading them while it is checked.

`dnnrun.data.division` refuses what cannot be, in its own words; here is only guessed when to ask it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.config.tasks import Task
from dnnrun.data.facts import SourceFacts


def may_be_refused(
    experiment: Experiment, task: Task, source: SourceFacts, others: Mapping[str, SourceFacts | None]
) -> bool:
    """Return whether what divides the rows might refuse to.

    Args:
        experiment: says how they are divided.
        task: what the labels ask for.
        source: what is known of the rows to learn from.
        others: what is known of those of splits with a source of their own, None where nothing is.
    """
    config = experiment.dataset
    if any(other is None or not _is_alike(source, other) for other in others.values()):
        return True
    names_test_rows = source.test_rows is not None or "test" in config.source.arguments
    has_test_rows = bool(names_test_rows or config.test_split or experiment.cross_validation or "test" in others)
    if (config.watches_test and not has_test_rows) or (names_test_rows and (config.test_split or "test" in others)):
        return True
    if config.in_memory is False and not _may_stay_on_disk(config.source):
        return True
    return _may_not_draw(experiment) or any(
        not 0 < kept < rows or (config.stratify and _cannot_stratify(task, source, min(kept, rows - kept), parts))
        for rows, kept, parts in _drawn(experiment, source)
    )


def _may_stay_on_disk(source: Component) -> bool:
    """Whether a source streams, and asks for no filling of gaps that takes all rows."""
    entry = SOURCES.get(source.name)
    return entry is not None and entry.stream is not None and source.arguments.get("impute") in (None, "constant")


def _is_alike(source: SourceFacts, other: SourceFacts) -> bool:
    """Whether another source has the columns of the training rows, or rows of their shape where these have none."""
    if source.columns is None or other.columns is None:
        return source.shape is not None and source.shape == other.shape
    given = other.columns
    return all(name in given and (kind == "text") == (given[name] == "text") for name, kind in source.columns.items())


def _drawn(experiment: Experiment, source: SourceFacts) -> Iterator[tuple[int, int, int]]:
    """Yield, for each time that rows are held out of others, how many there are, how many are kept, of how many parts.

    A fraction makes two parts, a cross-validation as many as it has folds.
    """
    config, folds, rows = experiment.dataset, experiment.cross_validation, source.rows
    for fraction, parts in ((config.test_split, 2), (1 / folds if folds else 0.0, folds), (config.validation_split, 2)):
        if fraction and parts:
            kept = math.floor(rows * (1.0 - fraction)) if parts == 2 else rows - rows // parts
            yield rows, kept, parts
            rows = kept


def _cannot_stratify(task: Task, source: SourceFacts, smaller_part: int, parts: int) -> bool:
    counts = (source.label_counts or {}).values()
    return task != "classification" or not counts or min(counts) < parts or smaller_part < len(counts)


def _may_not_draw(experiment: Experiment) -> bool:
    """Whether the rows have groups or times, and the config asks for what does not go with them."""
    config = experiment.dataset
    has_groups, has_times = (config.source.arguments.get(argument) is not None for argument in ("group", "time"))
    written = experiment.document.keys if experiment.document is not None else ()
    orders = [getattr(config, key) for key in ("shuffle", "validation_shuffle") if ("dataset", key) in written]
    return (has_groups and (has_times or config.stratify or False in orders)) or (has_times and True in orders)
