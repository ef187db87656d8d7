"""Which differences of config go with the difference of two runs' results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dnnrun.analysis.explanation.config_differences import differences_of
from dnnrun.analysis.explanation.contrast import Verdict, compare_rows
from dnnrun.analysis.explanation.evidence import Evidence, gather
from dnnrun.analysis.explanation.explaining import find
from dnnrun.analysis.explanation.finding import Difference, DifferenceExplanation, Edit, Finding, Remedy
from dnnrun.analysis.explanation.wording import figure
from dnnrun.analysis.number_text import config_text
from dnnrun.analysis.ranking import direction_of_figure, known_figures, main_figure, metric_of, value_of
from dnnrun.analysis.run_figures import read_figures
from dnnrun.config.differences import dotted
from dnnrun.config.resolved import to_yaml_line
from dnnrun.store import Run

MOST_TRIED = 5  # differences that are proposed to be tried alone
SAME_COURSE = 0.02  # of the loss: what is nearer is alike

# What a finding can come from: the keys of the config that bear on it, the likeliest first.
BEARS_ON: dict[str, tuple[str, ...]] = {
    "divergence": ("optimizer", "dataset.preprocess", "model", "precision", "loss"),
    "initial-loss": ("dataset.preprocess", "model"),
    "learning-rate-high": ("optimizer", "batch_size", "callbacks", "dataset.preprocess", "model"),
    "learning-rate-low": ("optimizer", "batch_size", "callbacks", "dataset.preprocess", "model"),
    "not-learning": ("optimizer", "model", "loss", "dataset"),
    "no-better-than-guess": ("model", "optimizer", "class_weight", "dataset", "epochs"),
    "overfitting": ("model", "callbacks", "epochs", "dataset", "optimizer", "batch_size"),
    "generalization-gap": ("model", "callbacks", "epochs", "dataset", "optimizer", "batch_size"),
    "underfitting": ("model", "epochs", "optimizer", "batch_size", "dataset"),
    "unsteady-validation": ("optimizer", "batch_size", "dataset", "model"),
    "still-improving": ("epochs", "optimizer", "callbacks", "batch_size", "model"),
    "plateau": ("epochs", "callbacks", "optimizer", "model"),
    "early-stopping": ("callbacks", "epochs", "optimizer"),
    "rows-seen": ("dataset",),
    "test-below-validation": ("dataset",),
    "unnamed-classes": ("class_weight", "model", "optimizer", "dataset"),
    "confused-classes": ("model", "class_weight", "optimizer", "dataset"),
    "validation-better": ("model", "epochs", "dataset"),
    "no-validation": ("dataset",),
}


def explain_difference(first: Run, second: Run) -> DifferenceExplanation:
    """Say how the results of two runs differ, whether by more than chance, and which differences of config go with it.

    From two runs alone it cannot be told which of several differences is the cause; the remedies try each alone.

    Raises:
        RunError: run.json of either is missing or damaged.
    """
    runs, evidences = (first, second), (gather(first), gather(second))
    differences = differences_of(first.config, second.config)
    verdict = compare_rows(runs, evidences)
    found = [
        *_data(evidences),
        *_configs(differences, verdict),
        *_course(evidences),
        *_of_one(evidences, differences),
    ]
    return DifferenceExplanation(
        runs=(first.name, second.name),
        summary=_summary(runs, verdict),
        differences=differences,
        findings=tuple(found),
        unread=tuple(f"{run.name}: {line}" for run, of in zip(runs, evidences, strict=True) for line in of.unread),
    )


def _summary(runs: tuple[Run, Run], verdict: Verdict) -> str:
    figures = [read_figures(run) for run in runs]
    losses_differ = runs[0].config.get("loss") != runs[1].config.get("loss")
    shared = [
        name for name in known_figures(figures) if all(value_of(figures_of, name) is not None for figures_of in figures)
    ]
    name = main_figure(shared, losses_differ=losses_differ)
    if name is None:
        return "The two have no figure in common."
    if metric_of(name) == "loss" and losses_differ:
        return "The two were trained on different losses, and have no other figure in common."
    a, b = (float(value_of(figures_of, name) or 0.0) for figures_of in figures)
    if a == b:
        return f"Both have {name} {figure(a)}."
    better = "A" if (a > b) == (direction_of_figure(name) == "max") else "B"
    text = f"A has {name} {figure(a)} and B {figure(b)}: {better} is better by {figure(abs(a - b))}. {verdict.words}"
    if verdict.is_more_than_chance is False:
        return f"{text} So they do not tell the two apart."
    return text


def _data(evidences: tuple[Evidence, Evidence]) -> Iterator[Finding]:
    prints = [evidence.mapping("dataset").get("fingerprint") for evidence in evidences]
    if None not in prints and prints[0] != prints[1]:
        text = "The two were not trained on the same data: what differs in their results may come from that alone."
        yield Finding("other-data", "problem", text)
    versions = [evidence.mapping("versions") for evidence in evidences]
    other = [
        f"{name} {versions[0].get(name)} and {versions[1].get(name)}"
        for name in ("tensorflow", "keras", "scikit-learn")
        if name in versions[0] and name in versions[1] and versions[0][name] != versions[1][name]
    ]
    if other:
        yield Finding("other-versions", "remark", f"They were trained with different versions: {', '.join(other)}.")


def _configs(differences: Sequence[Difference], verdict: Verdict) -> Iterator[Finding]:
    keys = {difference.path[0] for difference in differences}
    repeat = Remedy("repeat both with other seeds, and let 'dnnrun compare' tell the difference from noise")
    if not differences:
        text = "The configs say the same. What differs comes from the machine, the versions, or a seed that is not set."
        yield Finding("same-config", "remark", text)
    elif keys == {"seed"}:
        text = (
            "The configs differ in the seed alone, so that the difference is what chance makes of one config: the "
            "first weights and the order of the rows. A difference between two configs means little if it is not "
            "larger."
        )
        yield Finding("only-the-seed", "remark", text)
    elif len(differences) == 1:
        text = f"The configs differ in one place: {_said(differences[0])}."
        goes_with_it = " The difference of the results goes with it."
        text += " It has not made a difference that shows." if verdict.is_more_than_chance is False else goes_with_it
        yield Finding("one-difference", "remark", text, (repeat,))
    else:
        listed = "; ".join(map(_said, differences))
        text = (
            f"The configs differ in {len(differences)} places: {listed}. Two runs cannot tell which of them made the "
            "difference; changing one at a time can."
        )
        yield Finding("several-differences", "remark", text, (*_one_at_a_time(differences), repeat))


def _one_at_a_time(differences: Sequence[Difference]) -> Iterator[Remedy]:
    """Yield B with one value of A's, for each key that takes it alone."""
    alone = [difference for difference in differences if _stands_alone(difference, differences)]
    for difference in alone[:MOST_TRIED]:
        with_value, of, value = ("B", "A", difference.a) if difference.a is not None else ("A", "B", difference.b)
        yield Remedy(f"{with_value} with the {dotted(difference.path)} of {of}", (Edit(difference.path, value),))


def _course(evidences: tuple[Evidence, Evidence]) -> Iterator[Finding]:
    """Yield whether the better one fits its training rows better, or only what it was not trained on."""
    first, second = evidences
    if first.config.get("loss") != second.config.get("loss"):
        return
    curves = [[evidence.curve(name) for evidence in evidences] for name in ("loss", "val_loss")]
    epoch = min(first.epochs, second.epochs)
    values = [[curve.at(epoch) if curve else None for curve in pair] for pair in curves]
    (a, b), (val_a, val_b) = values
    if a is None or b is None or val_a is None or val_b is None or epoch < 1:
        return
    fits, holds = _lower(a, b), _lower(val_a, val_b)
    said = (
        f"In epoch {epoch}, the last that both have, the loss on the training rows is {figure(a)} in A and {figure(b)} "
        f"in B, and on the validation rows {figure(val_a)} and {figure(val_b)}"
    )
    if (a, val_a) == (b, val_b):
        meaning = "up to there they are the same training"
    elif fits == holds and fits:
        meaning = f"{fits} has come further on both: it learns faster, or can learn more"
    elif fits and holds:
        meaning = f"{fits} fits its training rows better, and {holds} does better on others: {holds} generalizes better"
    elif fits:
        meaning = f"{fits} fits its training rows better, and gains nothing by it on others"
    elif holds:
        meaning = f"both fit their training rows alike, and {holds} does better on others: it generalizes better"
    else:
        meaning = "both have come equally far"
    yield Finding("course", "remark", f"{said}: {meaning}.", epoch=epoch)


def _lower(a: float, b: float) -> str:
    """Return the name of the lower one, or nothing where they are alike."""
    if abs(a - b) <= SAME_COURSE * max(abs(a), abs(b)):
        return ""
    return "A" if a < b else "B"


def _of_one(evidences: tuple[Evidence, Evidence], differences: Sequence[Difference]) -> Iterator[Finding]:
    """Yield what the rules find in one of the runs alone, with the differences that bear on it."""
    found = [find(evidence) for evidence in evidences]
    rules = [{finding.rule for finding in findings} for findings in found]
    for name, findings, others, other in (("A", found[0], rules[1], "B"), ("B", found[1], rules[0], "A")):
        for finding in findings:
            if finding.rule in others:
                continue
            keys = BEARS_ON.get(finding.rule, ())
            bearing = [difference for key in keys for difference in differences if _is_under(difference, key)]
            text = f"{name} alone: {finding.text}"
            if bearing:
                named = ", ".join(dotted(difference.path) for difference in bearing)
                text += f" What differs from {other} and bears on it: {named}."
            yield Finding(finding.rule, finding.severity, text, (), finding.epoch)


def _stands_alone(difference: Difference, differences: Sequence[Difference]) -> bool:
    """Whether a value can be taken over alone: the labels' form goes with the loss, a split with its other keys."""
    if difference.path[0] == "dataset":
        return difference.path[1:2] in {("preprocess",), ("limit",)}
    labels_differ = any(other.path in {("dataset", "one_hot"), ("dataset",)} for other in differences)
    return not (labels_differ and difference.path[0] in {"loss", "model"})


def _is_under(difference: Difference, key: str) -> bool:
    where = f"{dotted(difference.path)}."
    return where.startswith(f"{key}.") or f"{key}.".startswith(where)


def _said(difference: Difference) -> str:
    a, b = (_value_words(value) for value in (difference.a, difference.b))
    where = dotted(difference.path)
    return f"{where} ({a} in A, {b} in B)" if a != b else where


def _value_words(value: Any) -> str:
    """Return a value as short as it can be told: a list by its length, a component by its name and arguments."""
    if value is None:
        return "not given"
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        names = (str(next(iter(item), "")) if isinstance(item, Mapping) else str(item) for item in value)
        return f"[{', '.join(names)}]"
    if isinstance(value, Mapping) and "source" in value:
        return to_yaml_line(value["source"])
    if isinstance(value, list | Mapping):
        return to_yaml_line(value) if value else "none"
    return config_text(value)
