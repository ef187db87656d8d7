"""Which fold of which cross-validation a run is, as run.json tells it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import Experiment

_OF_ONE_FOLD = {"name", "description", "tags", "ignore", "fold"}
_OF_DATA = {"source", "test", "validation"}  # which lie elsewhere on another machine; the fingerprint tells them


def fold_facts(experiment: Experiment, fingerprint: str) -> dict[str, Any] | None:
    """Return the number of a run's fold, of how many it is one, and what all folds of one cross-validation share.

    The group is a digest of config and data, so that folds that are trained on different machines belong together too.

    Args:
        experiment: the config, resolved.
        fingerprint: of its data.

    Returns:
        ``number`` from 1, ``of`` and ``group``; None for a run that is no fold.
    """
    if experiment.fold is None:
        return None
    config = {key: value for key, value in to_plain(experiment).items() if key not in _OF_ONE_FOLD}
    config["dataset"] = {key: value for key, value in config["dataset"].items() if key not in _OF_DATA}
    text = json.dumps([config, fingerprint], sort_keys=True, default=str)
    group = hashlib.sha256(text.encode()).hexdigest()[:12]
    return {"number": experiment.fold, "of": experiment.cross_validation, "group": group}
