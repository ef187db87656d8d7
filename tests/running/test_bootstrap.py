"""Intervals by the bootstrap: those of scipy on a known sample, the same draws for all figures, and none for NaN."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from dnnrun.running.bootstrap import Resampling, intervals_of

SAMPLE = np.random.default_rng(7).exponential(size=400)


def test_a_mean_has_the_interval_of_scipy() -> None:
    expected = scipy.stats.bootstrap(
        (SAMPLE,), np.mean, n_resamples=9999, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    found = intervals_of(Resampling({"loss": SAMPLE}, {}), 400, resamples=9999, seed=3)["loss"]
    assert found == pytest.approx((expected.low, expected.high), abs=0.005)


def test_other_figures_are_computed_of_the_same_draws_and_what_is_added_is_added() -> None:
    resampling = Resampling(
        {"loss": SAMPLE}, {"loss": 2.0}, lambda chosen: {"mean": float(SAMPLE[chosen].mean()), "rows": len(chosen)}
    )
    found = intervals_of(resampling, 400, resamples=300, seed=3)
    assert found["loss"] == pytest.approx([bound + 2 for bound in found["mean"]])
    assert found["rows"] == (400, 400)


def test_the_seed_decides_and_a_figure_that_is_no_number_has_no_interval() -> None:
    def once(seed: int) -> dict[str, tuple[float, float]]:
        of_some = lambda chosen: {"auc": float("nan") if 0 in chosen else 1.0}  # noqa: E731
        return intervals_of(Resampling({"accuracy": SAMPLE > 1}, {}, of_some), 400, resamples=200, seed=seed)

    assert once(1) == once(1)
    assert once(1) != once(2)
    assert set(once(1)) == {"accuracy"}
