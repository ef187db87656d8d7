"""Everything that can be said of a config before it is trained, in half a second: neither TensorFlow nor NumPy starts.

It stands beside `api`, which loads both, and which asks it before every training.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dnnrun.config.load import Override, load_config
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS
from dnnrun.data.defaults import with_defaults
from dnnrun.data.facts import Facts
from dnnrun.data.facts.cheap import cheap_facts, faults_of_files
from dnnrun.errors import ConfigError, Problem, in_order
from dnnrun.rules.checking import check_meaning


def validate(config: str | Path, overrides: Iterable[str | Override] = ()) -> list[Problem]:
    """Return everything wrong with a config, in the order of the file; warnings too.

    Rules of meaning are applied to a config that is right in its names, arguments and values: to one that is not, they
    would say what follows from its other mistakes. Of data in small files it says what would be said on reading them.

    Args:
        config: the YAML file.
        overrides: ``KEY=VALUE`` strings, as for ``--set``.
    """
    try:
        experiment = load_config(config, overrides)
    except ConfigError as error:
        return list(error.problems)
    facts = cheap_facts(experiment)
    faults = [] if facts is not None else faults_of_files(experiment)
    return in_order([*problems_of(experiment, facts), *faults])


def problems_of(experiment: Experiment, facts: Facts | None) -> list[Problem]:
    """Return what can be said of a config that was read, given what is known of its data."""
    return in_order([*experiment.warnings, *check_meaning(experiment, facts)])


def resolve(config: str | Path, overrides: Iterable[str | Override] = ()) -> Experiment:
    """Return a config as a run would keep it: what it leaves to its data is filled in where that is known at once.

    Args:
        config: the YAML file.
        overrides: ``KEY=VALUE`` strings, as for ``--set``.

    Raises:
        ConfigError: with everything that is wrong, each at its line.
    """
    experiment = load_config(config, overrides)
    facts = cheap_facts(experiment)
    if facts is None:
        return experiment
    inputs = tuple(name or ROWS for name in facts.shapes)
    return with_defaults(experiment, inputs=inputs, images={ONLY} if facts.is_image else ())
