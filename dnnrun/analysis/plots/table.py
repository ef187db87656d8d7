"""The plots there are, by name: adding one takes a file with a `Plot` in it and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dnnrun.errors import ConfigError, DnnrunError, Problem, suggest
from dnnrun.store import Run

if TYPE_CHECKING:  # starts matplotlib, which a list of names does not need
    from dnnrun.analysis.plots.plot import Plot

PLOTS: dict[str, str] = {
    "loss": "dnnrun.analysis.plots.loss:PLOT",
    "metrics": "dnnrun.analysis.plots.metrics:PLOT",
    "confusion_matrix": "dnnrun.analysis.plots.confusion_matrix:PLOT",
    "samples": "dnnrun.analysis.plots.samples:PLOT",
    "predicted_vs_true": "dnnrun.analysis.plots.predicted_vs_true:PLOT",
}


def load_plot(name: str) -> Plot[Any]:
    """Return the plot of this name.

    Raises:
        ConfigError: there is none.
    """
    if name not in PLOTS:
        near = suggest(name, PLOTS)
        known = f"the plots are: {', '.join(PLOTS)}"
        raise ConfigError(f"no plot is called {name!r}", hint=f"{near}\n{known}" if near else known)
    module, _, attribute = PLOTS[name].partition(":")
    return cast("Plot[Any]", getattr(importlib.import_module(module), attribute))


def draw_plots(run: Run, names: Sequence[str] | None = None) -> tuple[list[Path], list[Problem]]:
    """Draw plots from a run's files and keep them in the run.

    Args:
        run: finished or not.
        names: which plots; by default every one that the run has the numbers for.

    Returns:
        The files written, and a problem for each plot that failed, or that was asked for by name and for which the
        run has no numbers. A plot that fails does not stop the others.

    Raises:
        ConfigError: there is no plot of a name in ``names``.
    """
    plots = {name: load_plot(name) for name in (PLOTS if names is None else names)}
    paths: list[Path] = []
    problems: list[Problem] = []
    for name, plot in plots.items():
        try:
            image = plot.png(run)
            if image is not None:
                paths.append(run.write_plot(name, image))
            elif names is not None:
                problems.append(Problem(f"plot {name!r}: {run.path} has no numbers for it"))
        except DnnrunError as error:
            problems.append(Problem(f"plot {name!r}: {error.problems[0].what}", hint=error.problems[0].hint))
        except Exception as error:  # whatever a plot stumbles over, the run it shows is sound and must be kept
            problems.append(Problem(f"plot {name!r} failed: {type(error).__name__}: {error}"))
    return paths, problems
