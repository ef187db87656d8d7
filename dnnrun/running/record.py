"""What run.json holds as a run begins, whatever is trained; `RunWriter` adds times, process and status."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import Experiment
from dnnrun.running import facts
from dnnrun.running.folds import fold_facts


def first_record(
    experiment: Experiment, data: Mapping[str, Any], class_weight: Mapping[int, float] | None, **known: Any
) -> dict[str, Any]:
    """Return the first record of a run.

    Args:
        experiment: the config, resolved.
        data: the facts of its data.
        class_weight: what each class weighs, by its number, also where the config leaves that to the data.
        known: what is to stand in place of what holds for a model that one process fits on the CPU.
    """
    names = data.get("classes") or ()
    record: dict[str, Any] = {
        "name": experiment.run_name,
        "description": experiment.description,
        "tags": list(experiment.tags),
        "command": sys.argv,
        "seed": experiment.seed,
        "versions": facts.versions(),
        "machine": facts.machine(),
        "devices": ["CPU"],
        "workers": 1,
        "threads": facts.cores(),
        "git": facts.git_state(),
        "dataset": data,
        "fold": fold_facts(experiment, data["fingerprint"]),
        "class_weight": class_weight and {names[number]: weight for number, weight in class_weight.items()},
        "parameters": None,
        "untrained": None,
        "chance_loss": None,
        "epochs_finished": 0,
        "best": None,
        "weights_from_epoch": 0,
        "final": None,
        "failure": None,
        "config": to_plain(experiment),
    }
    assert not known.keys() - record.keys()
    return record | known
