"""An experiment cut down to see whether it runs at all, for CI."""

from __future__ import annotations

from dnnrun.config.schema import Experiment


def smoke_test_of(experiment: Experiment, rows: int) -> Experiment:
    """Return the experiment cut down to one epoch on at most ``rows`` rows of each split."""
    dataset = experiment.dataset
    limit = rows if dataset.limit is None else min(rows, dataset.limit)
    return experiment.changed(epochs=1, steps_per_epoch=None, dataset=dataset.model_copy(update={"limit": limit}))
