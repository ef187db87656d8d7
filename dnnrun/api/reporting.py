"""To write a report of runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dnnrun.analysis.report.gathering import MOST_WITH_DETAILS
from dnnrun.analysis.report.writing import write_report
from dnnrun.store import Run


def report(
    runs: Run | str | Path | Iterable[Run | str | Path],
    path: str | Path,
    *,
    sort: str | None = None,
    baseline: str | None = None,
    title: str | None = None,
    details: int = MOST_WITH_DETAILS,
) -> Path:
    """Write a report of one or more runs into a self-contained HTML file, and return its path.

    Args:
        runs: a run or its directory, or several of these.
        path: the file, of ending ``.html``; what it held before is replaced.
        sort: the metric by which the best comes first: ``val_loss``, ``test accuracy``.
        baseline: the run that groups of runs that differ in the seed only are tested against: a part of its name.
        title: of the page; by default the run's name, or how many there are.
        details: of how many runs, the best, the page holds plots and figures by class.

    Raises:
        ConfigError: no run has the metric to sort by, none is meant by the baseline, or the file cannot be meant.
        RunError: none of the runs can be read, or the file cannot be written.
    """
    several = [runs] if isinstance(runs, Run | str | Path) else list(runs)
    found = [run if isinstance(run, Run) else Run(run) for run in several]
    path = Path(path)
    write_report(found, path, sort=sort, baseline=baseline, title=title, details=details)
    return path
