"""Writes a report to where its user wants it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dnnrun.analysis.report.gathering import MOST_WITH_DETAILS, gather_report
from dnnrun.errors import ConfigError
from dnnrun.store import Run
from dnnrun.store.atomic import write_text

_ENDINGS = {".html", ".htm"}


def write_report(
    runs: Sequence[Run],
    path: Path,
    *,
    sort: str | None = None,
    baseline: str | None = None,
    title: str | None = None,
    details: int = MOST_WITH_DETAILS,
) -> None:
    """Write a report of runs into one HTML file, whole or not at all.

    Args:
        runs: finished or not; a broken one gets a line.
        path: the file; what it held before is replaced.
        sort: the metric by which the best comes first, as for `compare_runs`.
        baseline: the run or group that groups of runs are tested against, as for `compare_runs`.
        title: of the page; by default what the runs are called.
        details: of how many runs, the best, plots and figures by class are told.

    Raises:
        ConfigError: no run has the metric to sort by, none is meant by the baseline, or the file cannot be meant.
        RunError: none of the runs can be read, or the file cannot be written.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise ConfigError(f"{path}: a report is an HTML file", hint=f"name it {path.with_suffix('.html')}")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {str(path.parent)!r}", hint="make it first")
    from dnnrun.analysis.report.page import page_of  # noqa: PLC0415 - jinja2, for a report only

    write_text(path, page_of(gather_report(runs, sort=sort, baseline=baseline, title=title, details=details)))
