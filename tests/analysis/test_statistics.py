"""Means, intervals and tests, against scipy, published examples and arithmetic by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dnnrun.analysis.statistics import corrected_by_holm, effect_of, summarize

# Student's sleep data (1908), in which the same ten patients took two drugs: extra hours of sleep.
FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def by_seed(values, start=0):
    return dict(enumerate(values, start))


def test_a_summary_of_a_known_sample():
    found = summarize(SECOND)
    assert (found.n, found.mean) == (10, pytest.approx(2.33))
    assert found.deviation == pytest.approx(2.002249)
    assert (found.low, found.high) == (pytest.approx(0.8976775), pytest.approx(3.7623225))
    interval = stats.ttest_1samp(SECOND, 0).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_one_value_has_a_mean_and_nothing_else():
    found = summarize([0.5])
    assert (found.n, found.mean) == (1, 0.5)
    assert all(map(math.isnan, (found.deviation, found.low, found.high)))


def test_equal_seeds_are_compared_in_pairs():
    found = effect_of(by_seed(SECOND), dict(reversed(by_seed(FIRST).items())))
    assert (found.method, found.n) == ("paired t-test", 10)
    assert found.difference == pytest.approx(1.58)
    assert found.p == pytest.approx(0.00283289)  # as published for these data
    assert (found.low, found.high) == (pytest.approx(0.7001142), pytest.approx(2.4598858))


def test_other_seeds_are_compared_by_welch():
    found = effect_of(by_seed(SECOND), by_seed(FIRST, 100))
    assert found.method == "Welch's t-test"
    assert found.p == pytest.approx(0.07939414)
    assert (found.low, found.high) == (pytest.approx(-0.2054832), pytest.approx(3.3654832))


def test_random_samples_of_any_sizes_agree_with_scipy():
    random = np.random.default_rng(3)
    for _ in range(50):
        mine, others = random.normal(size=random.integers(2, 9)), random.normal(1, 2, size=random.integers(2, 9))
        found = effect_of(by_seed(mine.tolist()), by_seed(others.tolist(), 100))
        assert found.p == pytest.approx(stats.ttest_ind(mine, others, equal_var=False).pvalue)


@pytest.mark.parametrize(
    ("mine", "others", "why"),
    [
        ([0.5], [0.4, 0.6], "not enough runs to tell"),
        ([0.5, 0.6], [0.4], "not enough runs to tell"),
        ([0.5, 0.5], [0.4, 0.4], "no spread to judge by"),
        ([0.5, 0.7], [0.4, 0.6], "no spread to judge by"),  # each pair by as much
        ([0.5, 0.7], [0.5, 0.7], "no difference at all"),
    ],
)
def test_what_cannot_be_told(mine, others, why):
    found = effect_of(by_seed(mine), by_seed(others))
    assert (found.p, found.why_not) == (None, why)
    assert found.difference == pytest.approx(sum(mine) / len(mine) - sum(others) / len(others))


def test_holm_by_hand():
    assert corrected_by_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected_by_holm([0.5, 0.9]) == [1.0, 1.0]
    assert corrected_by_holm([0.02]) == [0.02]
    assert corrected_by_holm([]) == []


def test_holm_rejects_what_its_definition_rejects():
    random = np.random.default_rng(7)
    for _ in range(200):
        probabilities = random.beta(0.4, 2, size=random.integers(1, 8))
        ordered = np.sort(probabilities)
        limits = 0.05 / np.arange(len(ordered), 0, -1)
        failed = np.flatnonzero(ordered > limits)
        rejected = set(ordered[: failed[0]] if len(failed) else ordered)
        corrected = corrected_by_holm(probabilities.tolist())
        assert {p for p, q in zip(probabilities, corrected, strict=True) if q <= 0.05} == rejected
