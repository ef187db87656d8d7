"""The plots there are, by name: adding one takes a file with a `Plot` in it and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dnnrun.analysis.plots.placing import known_format, place_of
from dnnrun.errors import ConfigError, DnnrunError, Problem, suggest
from dnnrun.store import Run

if TYPE_CHECKING:  # starts matplotlib, which a list of names does not need
    from dnnrun.analysis.plots.plot import Plot

PLOTS: dict[str, str] = {
    "loss": "dnnrun.analysis.plots.loss:PLOT",
    "metrics": "dnnrun.analysis.plots.metrics:PLOT",
    "learning_rate": "dnnrun.analysis.plots.learning_rate:PLOT",
    "confusion_matrix": "dnnrun.analysis.plots.confusion_matrix:PLOT",
    "confusion_rates": "dnnrun.analysis.plots.confusion_matrix:RATES",
    "per_class": "dnnrun.analysis.plots.per_class:PLOT",
    "roc": "dnnrun.analysis.plots.roc:PLOT",
    "precision_recall": "dnnrun.analysis.plots.precision_recall:PLOT",
    "calibration": "dnnrun.analysis.plots.calibration:PLOT",
    "samples": "dnnrun.analysis.plots.samples:PLOT",
    "best_and_worst": "dnnrun.analysis.plots.best_and_worst:PLOT",
    "predicted_vs_true": "dnnrun.analysis.plots.predicted_vs_true:PLOT",
    "residuals": "dnnrun.analysis.plots.residuals:PLOT",
    "network": "dnnrun.analysis.plots.network:PLOT",
    "weights": "dnnrun.analysis.plots.weights:PLOT",
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


def draw_plots(
    run: Run, names: Sequence[str] | None = None, *, image_format: str | None = None, output: Path | None = None
) -> tuple[list[Path], list[Problem]]:
    """Draw plots from a run's files, each of which is read once.

    Args:
        run: finished or not.
        names: which plots; by default every one that the run has the numbers for.
        image_format: ``png``, ``svg`` or ``pdf``; by default that of the output's ending, else ``png``.
        output: a folder to put them into, or for one plot a file; by default they are kept in the run.

    Returns:
        The files written, and a problem for each plot that failed, or that was asked for by name and for which the
        run has no numbers. A plot that fails does not stop the others; those that fail alike are one problem.

    Raises:
        ConfigError: there is no plot of a name in ``names``, or the output does not suit.
    """
    chosen = list(dict.fromkeys(PLOTS if names is None else names))
    plots = {name: load_plot(name) for name in chosen}
    place = place_of(output, image_format, count=None if names is None else len(chosen)) if output else None
    wanted = place.image_format if place else known_format(image_format)
    paths: list[Path] = []
    faults: dict[tuple[str, str], list[str]] = {}
    for name, plot in plots.items():
        try:
            image = plot.image(run, wanted)
            if image is not None:
                paths.append(place.put(name, image) if place else run.write_plot(name, image, wanted))
            elif names is not None:
                faults.setdefault((f"{run.path} has no numbers for it", f"it needs {plot.needs}"), []).append(name)
        except DnnrunError as error:
            faults.setdefault((error.problems[0].what, error.problems[0].hint), []).append(name)
        except Exception as error:  # whatever a plot stumbles over, the run it shows is sound and must be kept
            faults.setdefault((f"{type(error).__name__}: {error}", ""), []).append(name)
    return paths, [Problem(f"{_called(names)}: {what}", hint=hint) for (what, hint), names in faults.items()]


def _called(names: Sequence[str]) -> str:
    return f"plot{'s' if len(names) > 1 else ''} {', '.join(map(repr, names))}"
