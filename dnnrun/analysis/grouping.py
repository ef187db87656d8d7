"""Runs that differ in nothing but the seed: each such group with its figures, and groups held against a baseline.

A seed counts once: a run that was repeated with its own seed comes out the same, and says nothing of the spread.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dnnrun.analysis import ranking
from dnnrun.analysis.run_figures import RunFigures
from dnnrun.analysis.statistics import SIGNIFICANT, Effect, Summary, corrected_by_holm, effect_of, summarize
from dnnrun.errors import ConfigError, suggest

_SEED = ("seed",)


@dataclass(frozen=True, slots=True)
class Group:
    """Runs of one config on the same data, which differ in the seed only.

    Args:
        number: from 1, in the order of the table.
        label: what its config has that those of the other groups have not; the run's own name where there is nothing.
        runs: its members, the best first; of several with one seed the mean counts.
        summaries: of each figure over the members that have it.
        effects: of each figure against the baseline; empty for the baseline itself, and where there is none.
        is_baseline: whether the others are held against it.
    """

    number: int
    label: str
    runs: tuple[RunFigures, ...]
    summaries: Mapping[str, Summary]
    effects: Mapping[str, Effect]
    is_baseline: bool = False


def group_runs(runs: Sequence[RunFigures], labels: Sequence[str], figures: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups, in the order in which their first runs come.

    A run without a config is a group of its own, as nobody knows what it differs in.

    Args:
        runs: the best first.
        labels: what tells each run from those of other groups.
        figures: those to summarize.
    """
    members: dict[Any, list[int]] = {}
    for index, run in enumerate(runs):
        members.setdefault(_identity(run), []).append(index)
    for identity, indices in list(members.items()):
        if len({_seed_of(runs[index]) for index in indices}) == 1 < len(indices):
            del members[identity]
            members |= {(identity, index): [index] for index in indices}
    found = [
        Group(
            number,
            labels[indices[0]],
            tuple(runs[index] for index in indices),
            {
                figure: summarize(list(values.values()))
                for figure in figures
                if (values := _by_seed([runs[index] for index in indices], figure))
            },
            {},
        )
        for number, indices in enumerate(sorted(members.values()), start=1)
    ]
    return tuple(found)


def against(groups: Sequence[Group], wanted: str, figures: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups with their effects against one of them.

    Args:
        groups: all of them.
        wanted: a run, by its path, its name or a part of it; or a group, by its label, a part of it, or its number.
        figures: those to compare by. Each is corrected for as many tests as there are groups.

    Raises:
        ConfigError: no group is meant, or several are.
    """
    baseline = _resolve(groups, wanted)
    effects = {group.number: dict[str, Effect]() for group in groups}
    for figure in figures:
        tested = {
            group.number: effect_of(_by_seed(group.runs, figure), _by_seed(baseline.runs, figure))
            for group in groups
            if group is not baseline and figure in group.summaries and figure in baseline.summaries
        }
        probabilities = {number: effect.p for number, effect in tested.items() if effect.p is not None}
        corrected = dict(zip(probabilities, corrected_by_holm(list(probabilities.values())), strict=True))
        for number, effect in tested.items():
            effects[number][figure] = replace(effect, corrected=corrected.get(number))
    return tuple(replace(group, effects=effects[group.number], is_baseline=group is baseline) for group in groups)


def verdict_of(effect: Effect, figure: str) -> str:
    """Return in words what an effect says of a figure."""
    if effect.corrected is None:
        return effect.why_not
    if effect.corrected >= SIGNIFICANT:
        return "no difference shown"
    is_more = effect.difference > 0
    return "better" if is_more == (ranking.direction_of_figure(figure) == "max") else "worse"


def _identity(run: RunFigures) -> Any:
    if run.config is None:
        return run.run.path
    config = {path: value for path, value in run.config.items() if path != _SEED}
    return json.dumps(sorted((list(map(str, path)), value) for path, value in config.items()), default=str), run.data


def _seed_of(run: RunFigures) -> Any:
    return (run.config or {}).get(_SEED, run.run.path)


def _by_seed(runs: Sequence[RunFigures], figure: str) -> dict[Any, float]:
    """Return the finite values by the seed of their run."""
    found: dict[Any, list[float]] = {}
    for run in runs:
        value = ranking.value_of(run, figure)
        if value is not None and math.isfinite(value):
            found.setdefault(_seed_of(run), []).append(value)
    return {seed: statistics.fmean(values) for seed, values in found.items()}


def _resolve(groups: Sequence[Group], wanted: str) -> Group:
    newest = max((run.run.name for group in groups for run in group.runs), default="")
    wanted = newest if wanted == "latest" else wanted
    tried = (
        [group for group in groups if wanted in (group.label, str(group.number))],
        [
            group
            for group in groups
            if any(wanted.rstrip("/") in (run.run.name, str(run.run.path)) for run in group.runs)
        ],
        [group for group in groups if any(wanted in run.run.name for run in group.runs)],
        [group for group in groups if wanted in group.label],
    )
    meant = next((found for found in tried if found), [])
    if len(meant) == 1:
        return meant[0]
    labels = [f"{group.number}: {group.label}" for group in meant or groups]
    near = suggest(wanted, [group.label for group in groups])
    hint = "\n".join([*([near] if near else []), "the groups:", *labels])
    what = f"{len(meant)} groups are meant by {wanted!r}" if meant else f"no group or run is called {wanted!r}"
    raise ConfigError(f"baseline: {what}", hint=hint)
