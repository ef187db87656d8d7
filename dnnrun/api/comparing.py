"""Runs side by side as a table of pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dnnrun.analysis.comparison import compare_runs
from dnnrun.errors import RunError
from dnnrun.store import Run, find_runs

if TYPE_CHECKING:
    import pandas as pd


def compare(
    runs: Iterable[Run | str | Path] | Run | str | Path,
    *,
    sort: str | None = None,
    metrics: Sequence[str] = (),
    everything: bool = False,
    runs_dir: str | Path = "runs",
) -> pd.DataFrame:
    """Return what ``dnnrun compare`` prints, one row a run, the best first.

    Args:
        runs: runs, or whatever the command takes for them: paths, globs, folders of runs, parts of names, ``latest``.
        sort: the metric to sort by, as for `compare_runs`.
        metrics: the only ones to show; all unless given.
        everything: also keys of the configs that are the same in all runs.
        runs_dir: where to look for runs that are named without their path.

    Returns:
        A frame whose index is the name of the run. Its columns are ``status``, ``epochs finished``, the differing keys
        of the configs (``optimizer.Adam.learning_rate``), and the figures (``test accuracy``, ``best val_loss``,
        ``epoch of best val_loss``, ``seconds an epoch``), as numbers. Where runs differ in the seed only, ``group``
        says which; `compare_runs` has the statistics of groups. Runs that cannot be read are in
        ``frame.attrs["broken"]``, a line each.

    Raises:
        RunError: one of the runs is not there.
        ConfigError: no run has the metric to sort by or to show.
    """
    import pandas as pd  # noqa: PLC0415 - takes half a second to start

    given = [runs] if isinstance(runs, Run | str | Path) else list(runs)
    found, problems = find_runs([each.path if isinstance(each, Run) else each for each in given], runs_dir)
    if problems or not found:
        raise RunError(*problems) if problems else RunError("there are no runs to compare")
    comparison = compare_runs(found, sort, metrics=metrics, everything=everything)
    columns = {
        column.name: [row.cells[column.name].value for row in comparison.rows] for column in comparison.data_columns
    }
    frame = pd.DataFrame(columns).set_index("run")
    frame.attrs["broken"] = [str(remark) for remark in comparison.broken]
    return frame
