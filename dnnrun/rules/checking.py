"""The rules applied to one config."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dnnrun.config.schema import Experiment
from dnnrun.data.facts import Facts, Leaks
from dnnrun.errors import Problem, in_order, suggest
from dnnrun.rules import callbacks, estimators, layers, losses, outputs, rows, training
from dnnrun.rules import leaks as leaking
from dnnrun.rules.rule import Check, Finding, Rule
from dnnrun.rules.subject import Subject
from dnnrun.rules.table import RULES

# The parts of a config that the rules of a module look at, or one of them where it looks at others than the rest.
_OF_MODULE: dict[str, frozenset[str]] = {
    losses.__name__: frozenset({"loss", "model", "dataset", "metrics"}),
    outputs.__name__: frozenset({"loss", "model", "dataset"}),
    callbacks.__name__: frozenset({"callbacks", "metrics", "dataset", "loss", "model"}),
    layers.__name__: frozenset({"model", "dataset"}),
    training.__name__: frozenset({"optimizer", "dataset", "model", "callbacks"}),
    estimators.__name__: frozenset({"model"}),
    leaking.__name__: frozenset({"dataset"}),
    rows.__name__: frozenset({"dataset", "model", "loss", "metrics"}),
}
_OF_CHECK: dict[Check, frozenset[str]] = {
    callbacks.missing_monitor: frozenset({"callbacks", "metrics", "dataset"}),
    callbacks.unknown_name_in_pattern: frozenset({"callbacks", "metrics", "dataset"}),
    callbacks.contradicting_mode: frozenset({"callbacks", "metrics"}),
    callbacks.patience_beyond_epochs: frozenset({"callbacks"}),
    callbacks.plateau_after_stopping: frozenset({"callbacks"}),
    callbacks.target_outside_run: frozenset({"callbacks"}),
    callbacks.schedule_with_plateau: frozenset({"callbacks", "optimizer"}),
    training.high_learning_rate: frozenset({"optimizer"}),
    estimators.estimator_of_another_task: frozenset({"model", "dataset", "metrics"}),
}


def check_meaning(
    experiment: Experiment, facts: Facts | None, faulty: Collection[str] = (), leaks: Leaks | None = None
) -> list[Problem]:
    """Return what in a config runs but learns nothing, or will not do what it says, in the order of the file.

    Args:
        experiment: a valid one; the warnings that its `ignore` names are left out.
        facts: what is known of its data, or None: rules that need them are then silent.
        faulty: top-level keys under which something else is wrong; of what rules say of these, the cause may be that.
        leaks: what its training rows give away, or None where they have not been read.
    """
    subject = Subject(experiment, facts, leaks)
    problems = [*_faults_of_ignore(experiment)]
    for identifier, rule in RULES.items():
        is_wanted = rule.severity == "error" or identifier not in experiment.ignore
        if is_wanted and not _looks_at(rule.check) & set(faulty):
            problems += [_problem(identifier, rule, finding, experiment) for finding in rule.check(subject)]
    return in_order(problems)


def _looks_at(check: Check) -> frozenset[str]:
    return _OF_CHECK.get(check) or _OF_MODULE[check.__module__]


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
