"""Everything that can be said of a config before it is trained, in half a second: neither TensorFlow nor NumPy starts.

It stands beside `api`, which loads both, and which asks it before every training.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dnnrun.config.load import FaultyNames, Override, load_config
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.config.topology import ROWS
from dnnrun.data.defaults import with_defaults
from dnnrun.data.facts import Facts, Leaks
from dnnrun.data.facts.cheap import cheap_facts, faults_of_data
from dnnrun.data.table_columns import faults_of_names, kinds_by_input
from dnnrun.errors import ConfigError, Problem, in_order
from dnnrun.rules.checking import check_meaning


def validate(config: str | Path, overrides: Iterable[str | Override] = ()) -> list[Problem]:
    """Return everything wrong with a config, in the order of the file; warnings too.

    Where names, arguments or values are wrong, rules of meaning are applied to the other parts of the config alone: of
    those they would say what follows from the mistakes. Of data in small files it says what reading them would.

    Args:
        config: the YAML file.
        overrides: ``KEY=VALUE`` strings, as for ``--set``.
    """
    try:
        experiment = read(config, overrides)
    except ConfigError as error:
        return list(error.problems)
    facts = cheap_facts(experiment)
    said = problems_of(experiment, facts)
    return in_order([*said, *(problem for problem in faults_of_data(experiment, facts) if problem not in said)])


def read(config: str | Path, overrides: Iterable[str | Override] = ()) -> Experiment:
    """Return the experiment that a file describes, as `load_config` does.

    Raises:
        ConfigError: with everything that is wrong; also what rules say of the parts in which nothing else is.
    """
    try:
        return load_config(config, overrides)
    except FaultyNames as error:
        raise ConfigError(*in_order([*error.problems, *_said_of_the_rest(error)])) from None


def _said_of_the_rest(error: FaultyNames) -> list[Problem]:
    """Return what rules say of the parts of a config in which nothing else is wrong."""
    if error.sections is None:
        return []
    facts = None if "dataset" in error.sections else cheap_facts(error.experiment)
    return check_meaning(error.experiment, facts, error.sections)


def problems_of(experiment: Experiment, facts: Facts | None, leaks: Leaks | None = None) -> list[Problem]:
    """Return what can be said of a config that was read, given what is known of its data."""
    faults = faults_of_names(experiment, tuple(facts.columns)) if facts and facts.columns else ()
    return in_order([*experiment.warnings, *faults, *check_meaning(experiment, facts, leaks=leaks)])


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
    data = experiment.dataset
    if facts is None or (facts.columns is None and (not facts.shapes or isinstance(data.preprocess, dict))):
        return experiment
    names = tuple(facts.columns or ())
    if names and (faults := list(faults_of_names(experiment, names))):
        raise ConfigError(*faults)
    return with_defaults(
        experiment,
        inputs=tuple(data.inputs or (ROWS,)),
        images={ONLY} if facts.is_image else (),
        names=names,
        columns=kinds_by_input(data, facts.columns),
    )
