"""The rules applied to one config."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.config.schema import Experiment
from dnnrun.data.facts import Facts
from dnnrun.errors import Problem, in_order, suggest
from dnnrun.rules.rule import Finding, Rule
from dnnrun.rules.subject import Subject
from dnnrun.rules.table import RULES


def check_meaning(experiment: Experiment, facts: Facts | None) -> list[Problem]:
    """Return what in a config runs but learns nothing, or will not do what it says, in the order of the file.

    Args:
        experiment: a valid one; the warnings that its `ignore` names are left out.
        facts: what is known of its data, or None: rules that need them are then silent.
    """
    subject = Subject(experiment, facts)
    problems = [*_faults_of_ignore(experiment)]
    for identifier, rule in RULES.items():
        if rule.severity == "error" or identifier not in experiment.ignore:
            problems += [_problem(identifier, rule, finding, experiment) for finding in rule.check(subject)]
    return in_order(problems)


def _problem(identifier: str, rule: Rule, finding: Finding, experiment: Experiment) -> Problem:
    where = experiment.place(finding.path, of_key=finding.of_key)
    return Problem(finding.what, where, f"{rule.why}\n{finding.edit}", rule.severity, identifier)


def _faults_of_ignore(experiment: Experiment) -> Iterator[Problem]:
    for index, identifier in enumerate(experiment.ignore):
        where = experiment.place(("ignore", index))
        rule = RULES.get(identifier)
        if rule is None:
            yield Problem(f"there is no rule {identifier!r}", where, suggest(identifier, RULES))
        elif rule.severity == "error":
            yield Problem(f"the rule {identifier!r} is an error, which cannot be ignored", where, rule.why)
