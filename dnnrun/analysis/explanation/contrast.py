"""Whether two runs differ in their results by more than chance, as far as single trainings can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.significance import UNLIKELY, differ
from dnnrun.analysis.explanation.wording import count, percent
from dnnrun.errors import RunError
from dnnrun.store import Run

Predictions = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Verdict:
    """What a test says of the rows that judged two models.

    Args:
        is_more_than_chance: None where no test can be made.
        words: what was tested, and how it came out.
    """

    is_more_than_chance: bool | None
    words: str


def compare_rows(runs: tuple[Run, Run], evidences: tuple[Evidence, Evidence]) -> Verdict:
    """Compare two models row by row where both were judged by the same rows, else by their accuracies.

    Classes are compared by McNemar's exact test, numbers by Wilcoxon's signed-rank test of the absolute errors.
    """
    sources = [evidence.config.get("dataset", "source") for evidence in evidences]
    if sources[0] != sources[1]:
        return Verdict(None, "But these are figures of different data, which do not compare.")
    first, second = (_predictions(run) for run in runs)
    if _same_rows(evidences, first, second):
        if "predicted_class" in first and "predicted_class" in second:
            return _mcnemar(first, second)
        if _are_numbers(first) and _are_numbers(second):
            return _wilcoxon(first, second)
    return _by_accuracy(evidences)


def _mcnemar(first: Predictions, second: Predictions) -> Verdict:
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    right = [np.asarray(found["predicted_class"]) == np.asarray(found["true"]) for found in (first, second)]
    only_a, only_b = int(np.sum(right[0] & ~right[1])), int(np.sum(right[1] & ~right[0]))
    if not only_a + only_b:
        return Verdict(False, "Both are right about the same rows.")
    chance = float(binomtest(only_a, only_a + only_b).pvalue)
    words = (
        f"Of {count(len(right[0]), 'row')} that judged both, {only_a:,} are right in A alone and {only_b:,} in B "
        f"alone; {_chance_words(chance)} (McNemar's exact test)."
    )
    return Verdict(chance < UNLIKELY, words)


def _wilcoxon(first: Predictions, second: Predictions) -> Verdict:
    from scipy.stats import wilcoxon  # noqa: PLC0415 - slow to import

    errors = [np.abs(np.asarray(found["predicted"]) - np.asarray(found["true"])).ravel() for found in (first, second)]
    difference = errors[0] - errors[1]
    if not np.any(difference):
        return Verdict(False, "Both are off by the same in every row.")
    chance = float(wilcoxon(difference).pvalue)
    smaller = int(np.sum(difference < 0))
    words = (
        f"Of {count(len(difference), 'value')} that judged both, A is nearer to the truth in {smaller:,}; "
        f"{_chance_words(chance)} (Wilcoxon's signed-rank test of the absolute errors)."
    )
    return Verdict(chance < UNLIKELY, words)


def _by_accuracy(evidences: tuple[Evidence, Evidence]) -> Verdict:
    first, second = (evidence.judgement for evidence in evidences)
    name = evidences[0].accuracy
    if first is None or second is None or name is None or name not in first.metrics or name not in second.metrics:
        return Verdict(None, "Whether that is more than chance cannot be told from what the runs have kept.")
    is_more = differ(first.metrics[name], first.rows, second.metrics[name], second.rows)
    words = "more than the draw of the rows explains" if is_more else "no more than the draw of the rows explains"
    rows = " and ".join(f"{judgement.rows:,}" for judgement in (first, second))
    return Verdict(is_more, f"The difference of accuracy is {words}: {rows} rows judged them.")


def _chance_words(chance: float) -> str:
    often = "in less than one of 1,000 cases" if chance < 0.001 else f"in {percent(chance)} of all cases"
    return f"chance alone makes as much of a difference {often}"


def _same_rows(evidences: tuple[Evidence, Evidence], first: Predictions, second: Predictions) -> bool:
    prints = [evidence.mapping("dataset").get("fingerprint") for evidence in evidences]
    splits = [evidence.judgement.split if evidence.judgement else None for evidence in evidences]
    same_facts = prints[0] == prints[1] and splits[0] == splits[1] is not None
    return same_facts and "true" in first and "true" in second and np.array_equal(first["true"], second["true"])


def _are_numbers(found: Predictions) -> bool:
    return "predicted" in found and found["predicted"].shape == found["true"].shape


def _predictions(run: Run) -> Predictions:
    try:
        return run.predictions
    except RunError:
        return {}
