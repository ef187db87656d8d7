"""Which metric runs are compared by, and which of them is better: the naming of figures, the order, the best.

A figure is a metric together with what it was measured on: ``test accuracy`` from the evaluation, ``cv accuracy`` the
mean over the folds of a cross-validation, ``final val_accuracy`` from the last epoch, ``best val_accuracy`` from the
epoch that had the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from dnnrun.analysis.run_figures import RunFigures
from dnnrun.config.directions import Direction, direction_of
from dnnrun.errors import ConfigError, suggest

TEST, FOLDS, FINAL, BEST = "test ", "cv ", "final ", "best "
_VALIDATION = "val_"

# What a user may write before a metric, and the prefix that stands for it.
_BEGINNINGS = (
    ("test_", TEST),
    ("cv_", FOLDS),
    ("final_", FINAL),
    ("best_", BEST),
    *((begin, FINAL) for begin in ("training ", "training_", "train ", "train_")),
)


def metric_of(figure: str) -> str:
    """Return the metric that a figure is of, as the history or the evaluation names it."""
    for prefix in (TEST, FOLDS, FINAL, BEST):
        if figure.startswith(prefix):
            return figure.removeprefix(prefix)
    return figure


def plain_metric(figure: str) -> str:
    """Return the metric that a figure is of, whatever rows it was measured on: without ``val_``."""
    return metric_of(figure).removeprefix(_VALIDATION)


def direction_of_figure(figure: str) -> Direction:
    """Return ``max`` where more of the figure is better, else ``min``."""
    return direction_of(metric_of(figure))


def value_of(figures: RunFigures, figure: str) -> float | None:
    """Return one figure of a run, or None where the run has not got it."""
    metric = metric_of(figure)
    if figure.startswith(TEST):
        return figures.test.get(metric)
    if figure.startswith(FOLDS):
        spread = figures.folds.get(metric)
        return spread[0] if spread else None
    if figure.startswith(BEST):
        best = figures.best.get(metric)
        return best.value if best else None
    return figures.final.get(metric)


def known_figures(runs: Sequence[RunFigures]) -> list[str]:
    """Return every figure that at least one run has: test, folds, final, then best; validation before training."""
    test = dict.fromkeys(f"{TEST}{metric}" for run in runs for metric in run.test)
    folds = dict.fromkeys(f"{FOLDS}{metric}" for run in runs for metric in run.folds)
    history = dict.fromkeys(metric for run in runs for metric in run.final)
    ordered = sorted(history, key=lambda metric: not metric.startswith(_VALIDATION))
    return [*test, *folds, *(f"{FINAL}{metric}" for metric in ordered), *(f"{BEST}{metric}" for metric in ordered)]


def resolve_figure(word: str, known: Sequence[str]) -> str:
    """Return the figure that a user means by ``word``.

    A bare metric, such as ``accuracy``, means the figure that says most of how well the model does on rows it was
    not trained on: test, else validation, else training. ``training accuracy`` asks for that one. A prefix may be
    joined by an underscore, so that a shell needs no quotes.

    Raises:
        ConfigError: no run has such a figure; the message lists what there is.
    """
    for name in _spellings(word):
        for candidate in (name, f"{TEST}{name}", f"{FINAL}{_VALIDATION}{name}", f"{FINAL}{name}"):
            if candidate in known:
                return candidate
    metrics = list(dict.fromkeys(metric_of(figure) for figure in known))
    tests = [figure for figure in known if figure.startswith(TEST)]
    near = suggest(word, [*metrics, *tests])
    hint = f"the runs have: {', '.join([*tests, *metrics])}"
    raise ConfigError(f"no run has a metric {word!r}", hint=f"{near}\n{hint}" if near else hint)


def _spellings(word: str) -> list[str]:
    """Return the word, and what it stands for if it names by its beginning what the metric was measured on."""
    return [word, *(figure + word.removeprefix(begin) for begin, figure in _BEGINNINGS if word.startswith(begin))]


def main_figure(known: Sequence[str], *, losses_differ: bool) -> str | None:
    """Return the figure to sort by where the user named none, or None where no run has any.

    Accuracy comes before loss and held-out rows before training rows. Runs trained on different losses are not
    compared by them where anything else was measured.
    """
    held_out = [f for f in known if f.startswith((TEST, f"{FINAL}{_VALIDATION}"))]
    accuracy = [f for f in held_out if _is_accuracy(metric_of(f))]
    loss = [f for f in held_out if _is_loss(metric_of(f))] + [f for f in known if _is_loss(metric_of(f))]
    other = [f for f in [*held_out, *known] if not _is_loss(metric_of(f))]
    order = [*accuracy, *other, *loss] if losses_differ else [*accuracy, *loss, *other]
    return order[0] if order else None


def is_better_first(figure: str, value: float | None) -> tuple[bool, float]:
    """Return a sort key that puts better values first and what is missing or not finite last."""
    if value is None or not math.isfinite(value):
        return True, 0.0
    return False, -value if direction_of_figure(figure) == "max" else value


def best_rows(figure: str, values: Sequence[float | None]) -> frozenset[int]:
    """Return the positions of the best value; none where fewer than two values can be compared."""
    finite = {index: value for index, value in enumerate(values) if value is not None and math.isfinite(value)}
    if len(finite) < 2:
        return frozenset()
    best = max(finite.values()) if direction_of_figure(figure) == "max" else min(finite.values())
    return frozenset(index for index, value in finite.items() if value == best)


def _is_accuracy(metric: str) -> bool:
    name = metric.removeprefix(_VALIDATION)
    return name in {"accuracy", "acc"} or name.endswith("_accuracy")


def _is_loss(metric: str) -> bool:
    return metric.removeprefix(_VALIDATION) == "loss"
