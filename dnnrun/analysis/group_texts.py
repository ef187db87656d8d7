"""Groups of runs as text: the table of their figures, and in sentences how they differ from the baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dnnrun.analysis.comparison import Comparison
from dnnrun.analysis.grouping import Group, verdict_of
from dnnrun.analysis.number_text import MISSING, metric_texts
from dnnrun.analysis.statistics import Effect, Summary

HEADINGS = ("group", "runs", "n", "mean", "deviation", "95 % interval")
ON_THE_RIGHT = frozenset({"group", "n", "mean", "deviation", "95 % interval"})


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The groups by one figure.

    Args:
        figure: it.
        rows: a text for each of `HEADINGS`, a group a row.
        effects: against the baseline, a sentence each.
    """

    figure: str
    rows: Sequence[tuple[str, ...]]
    effects: Sequence[str]


def group_tables(comparison: Comparison) -> list[GroupTable]:
    """Return a table for each figure that groups are summarized by."""
    return [
        GroupTable(figure, _rows(comparison.groups, figure), list(_effects(comparison, figure)))
        for figure in comparison.summarized
        if any(figure in group.summaries for group in comparison.groups)
    ]


def method_of(comparison: Comparison) -> str:
    """Return how the figures of groups were computed, in a sentence or two."""
    intervals = "Runs that differ only in the seed are one group; 95 % intervals of the mean are Student's t."
    if comparison.baseline is None:
        return intervals
    effects = [effect for group in comparison.groups for effect in group.effects.values()]
    methods = {effect.method for effect in effects if effect.p is not None}
    tests = {
        "paired t-test": "groups with the same seeds are compared by a paired t-test",
        "Welch's t-test": "groups with different seeds by Welch's t-test",
    }
    named = " and ".join(text for method, text in tests.items() if method in methods)
    if not named:
        return intervals
    tests_of_groups = f"{named[0].upper()}{named[1:]}, two-sided, p with Holm's correction"
    return f"{intervals} {tests_of_groups}; the intervals of differences are not corrected."


def _rows(groups: Sequence[Group], figure: str) -> list[tuple[str, ...]]:
    summaries = [group.summaries.get(figure) for group in groups]
    means = metric_texts([summary.mean if summary else None for summary in summaries])
    return [
        (
            str(group.number),
            f"{group.label} (baseline)" if group.is_baseline else group.label,
            str(summary.n if summary else 0),
            mean,
            _number(summary.deviation) if summary and summary.n > 1 else MISSING,
            _interval(summary) if summary and summary.n > 1 else MISSING,
        )
        for group, summary, mean in zip(groups, summaries, means, strict=True)
    ]


def _effects(comparison: Comparison, figure: str) -> list[str]:
    baseline = comparison.baseline
    if baseline is None:
        return []
    return [_sentence(group, group.effects[figure], figure) for group in comparison.groups if figure in group.effects]


def _sentence(group: Group, effect: Effect, figure: str) -> str:
    verdict = verdict_of(effect, figure)
    begin = f"group {group.number}, {group.label}: {effect.difference:+.4g}"
    if effect.corrected is None:
        return f"{begin}; {verdict}"
    interval = f"95 % interval {effect.low:+.4g} to {effect.high:+.4g}"
    return f"{begin} ({interval}), p = {_probability(effect.corrected)} corrected: {verdict}"


def _interval(summary: Summary) -> str:
    low, high = metric_texts([summary.low, summary.high])
    return f"{low} to {high}"


def _number(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.2g}"


def _probability(p: float) -> str:
    return "less than 0.0001" if p < 0.0001 else f"{p:.2g}"
