"""From a config file to a validated `Experiment`: the one road that every command takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dnnrun.config.check import check_components
from dnnrun.config.graph import check_graph
from dnnrun.config.layering import read_layers
from dnnrun.config.messages import problems_of
from dnnrun.config.overrides import apply_override
from dnnrun.config.paths import with_absolute_paths
from dnnrun.config.positions import section_at
from dnnrun.config.reader import Document
from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import LONGEST_NAME, Experiment
from dnnrun.errors import ConfigError, Problem, in_order

Override = tuple[str, str]
"""An option as the user typed it, and the ``KEY=VALUE`` it stands for."""


class FaultyNames(ConfigError):  # noqa: N818 - a config error, told apart for what can still be said of the rest
    """Names or values are wrong in a config that is otherwise in the language.

    Args:
        experiment: what it says all the same.
        problems: everything found so far.
    """

    def __init__(self, experiment: Experiment, problems: Iterable[Problem]) -> None:
        super().__init__(*problems)
        self.experiment = experiment

    @property
    def sections(self) -> frozenset[str] | None:
        """The top-level keys under which something is wrong; None where that is not known of all."""
        document = self.experiment.document
        found = {section_at(problem.where, document.keys) if document else None for problem in self.problems}
        return None if None in found else frozenset(section for section in found if section)


def load_config(path: str | Path, overrides: Iterable[str | Override] = ()) -> Experiment:
    """Read, merge and check one config.

    Args:
        path: the YAML file.
        overrides: ``KEY=VALUE`` strings as for ``--set``, or pairs of the option to name in messages and such a string.

    Raises:
        ConfigError: with everything that is wrong, each at its line.
    """
    file = Path(path)
    document = read_layers(file, str(path))
    for override in overrides:
        option, assignment = (f"--set {override}", override) if isinstance(override, str) else override
        document = apply_override(document, option, assignment)
    # Paths in the files are absolute by now; one from the command line begins in the current directory.
    document = replace(document, value=with_absolute_paths(document.value, Path.cwd()))
    experiment = parse_experiment(document)
    if experiment.name is None:
        experiment = experiment.changed(name=run_name_from(file))
    return experiment


def parse_experiment(document: Document) -> Experiment:
    """Return the experiment that a document describes; raises ConfigError with every problem in it."""
    problems = check_components(document) + check_graph(document)
    try:
        experiment = Experiment.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(*in_order(problems_of(error, document) + problems)) from None
    problems = in_order(problems)
    experiment._document, experiment._warnings = document, tuple(problems)
    if any(problem.severity == "error" for problem in problems):
        raise FaultyNames(experiment, problems)
    return experiment


def complete(experiment: Experiment | Mapping[str, Any]) -> Experiment:
    """Return an experiment, or a mapping of a config's keys, as it would be had it been read from a file.

    Its names are checked against the catalogue, and its paths begin in the current directory.

    Raises:
        ConfigError: with everything that is wrong.
    """
    if isinstance(experiment, Experiment):
        if experiment.document is not None:
            return experiment
        experiment = to_plain(experiment)
    return parse_experiment(Document(with_absolute_paths(dict(experiment), Path.cwd())))


def run_name_from(file: Path) -> str:
    """Return a run name from a file name; the file `resolved.yaml` always carries a name of its own."""
    cleaned = "".join(c if c.isalnum() or c in "-_. " else "_" for c in file.stem).lstrip(".")
    short = cleaned.strip().encode()[:LONGEST_NAME].decode(errors="ignore")
    return short or "experiment"
