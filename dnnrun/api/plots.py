"""To draw the plots of a run, at any time, and activation functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dnnrun.errors import RunError
from dnnrun.store import Run


def plot(
    run: Run | str | Path,
    names: Sequence[str] | None = None,
    *,
    image_format: str | None = None,
    output: str | Path | None = None,
) -> list[Path]:
    """Draw plots of a run from its files; TensorFlow is not needed.

    Args:
        run: the run, or its directory; it may be running, or have ended in any way.
        names: which plots, as in ``docs/plots.md``; by default every one that the run has the numbers for.
        image_format: ``png``, ``svg`` or ``pdf``; by default that of the output's ending, else ``png``.
        output: a folder to put them into, or for one plot a file; by default they are kept in the run.

    Returns:
        The files.

    Raises:
        ConfigError: there is no plot of a name in ``names``, or the output does not suit.
        RunError: a plot failed, or was asked for by name and the run has no numbers for it. The others are drawn.
    """
    from dnnrun.analysis.plots.table import draw_plots  # noqa: PLC0415 - not needed to import this

    run = run if isinstance(run, Run) else Run(run)
    paths, problems = draw_plots(run, names, image_format=image_format, output=Path(output) if output else None)
    if problems:
        raise RunError(*problems)
    return paths


def plot_activations(
    names: Sequence[str] | None = None, *, image_format: str | None = None, output: str | Path = "."
) -> Path:
    """Draw activation functions with their derivatives into one picture; TensorFlow is not needed.

    Args:
        names: which, as Keras calls them; by default all that are functions of one number.
        image_format: ``png``, ``svg`` or ``pdf``; by default that of the output's ending, else ``png``.
        output: a file, or a folder to put ``activations.png`` into.

    Returns:
        The file.

    Raises:
        ConfigError: there is no such function, or the output does not suit.
        RunError: the file cannot be written.
    """
    from dnnrun.analysis.activations import find_activations  # noqa: PLC0415 - starts scipy
    from dnnrun.analysis.plots.activation_sheet import draw_activations  # noqa: PLC0415 - starts matplotlib
    from dnnrun.analysis.plots.placing import place_of  # noqa: PLC0415
    from dnnrun.analysis.plots.plot import render  # noqa: PLC0415 - starts matplotlib

    activations = find_activations(names)
    place = place_of(Path(output), image_format, count=1)
    return place.put("activations", render(lambda figure: draw_activations(figure, activations), place.image_format))
