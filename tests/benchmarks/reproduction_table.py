"""The document of what was published and what dnnrun gives: from measured figures to Markdown. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.published import EQUAL, Experiment, Figure, Measured


@dataclass(frozen=True)
class Result:
    """An experiment that was tried.

    Args:
        measured: what it gave; None where it failed or could not be run.
        seconds: of the command, from start to end, all resumes included.
        trouble: why there are no figures.
        commit: of dnnrun, by which it was run.
    """

    measured: Measured | None
    seconds: float = 0.0
    trouble: str = ""
    commit: str = ""


@dataclass(frozen=True)
class Line:
    """A figure beside what was published of it."""

    figure: Figure
    value: float | None

    @property
    def is_met(self) -> bool:
        """Whether it came near enough; what is not there did not."""
        return self.value is not None and self.figure.is_met(self.value)

    @property
    def difference(self) -> str:
        """How far it is from the published one, for the reader."""
        if self.figure.published is None or self.value is None:
            return ""
        difference = self.value - self.figure.published
        shown = f"{difference:+.0f}" if _is_count(self.figure) else f"{difference:+.4f}"
        return shown if self.is_met else f"**{shown}, missed**"


def lines_of(experiment: Experiment, result: Result, *, fast: bool) -> list[Line]:
    """Return a line for each figure that so much training has."""
    if result.measured is None:
        return [Line(figure, None) for figure in figures_of(experiment, fast=fast)]
    lines = []
    for figure in figures_of(experiment, fast=fast):
        try:
            lines.append(Line(figure, float(figure.read(result.measured))))
        except (LookupError, ValueError):
            lines.append(Line(figure, None))
    return lines


def figures_of(experiment: Experiment, *, fast: bool) -> list[Figure]:
    """Return the figures of an experiment; of the fast subset those that its first halt has."""
    if not (fast and experiment.epochs):
        return list(experiment.figures)
    return [figure for figure in experiment.figures if (figure.epochs or 0) <= experiment.epochs[0]]


def missed(experiments: Sequence[Experiment], results: Mapping[str, Result], *, fast: bool) -> list[str]:
    """Return a sentence for every published figure that was not met, and for experiments that ought to be equal."""
    found = []
    for experiment in experiments:
        result = results.get(experiment.title, Result(None, trouble="not run"))
        if result.measured is None:
            found.append(f"{experiment.title}: {result.trouble}")
            continue
        for line in lines_of(experiment, result, fast=fast):
            if line.value is None:
                found.append(f"{experiment.title}: {line.figure.name}: not there")
            elif not line.is_met:
                given = shown_of(line.figure, line.value)
                found.append(f"{experiment.title}: {line.figure.name}: {line.figure.published} published, {given} here")
    return found + [f"{one} and {other} differ" for one, other in unequal(results)]


def unequal(results: Mapping[str, Result]) -> list[tuple[str, str]]:
    """Return the pairs that ought to have the same history and do not."""
    found = []
    for one, other in EQUAL:
        left, right = (results.get(name, Result(None)).measured for name in (one, other))
        if left and right and (left.history != right.history or left.tests != right.tests):
            found.append((one, other))
    return found


def render(
    experiments: Sequence[Experiment], results: Mapping[str, Result], machine: Sequence[str], *, fast: bool
) -> str:
    """Return the document.

    Args:
        experiments: in the order of the table.
        results: by the experiments' titles; those that are not there were not run.
        machine: sentences on where and by what it was made.
        fast: whether only what the fast subset has is shown.
    """
    option = " FAST=1" if fast else ""
    tried = [results[each.title] for each in experiments if each.title in results]
    total = sum(result.seconds for result in tried)
    failures = missed(experiments, results, fast=fast)
    verdict = "Every published figure is met." if not failures else f"{len(failures)} not met:"
    head = [
        "# The experiments, as published and as dnnrun gives them",
        "",
        f"Made by `make reproduce{option}`, which runs the configs in [configs/](../configs) through the installed",
        "command. A figure is met when it is within 0.01 of the published one, or within what the remark says; where",
        "nothing was published, ours is recorded. Train figures are means over an epoch as Keras prints them, while",
        "the weights change and dropout is at work.",
        "",
        *machine,
        f"Seconds are those of the whole command, start and plots included; together {total:,.0f}.",
        "",
        verdict,
        *(f"- {failure}" for failure in failures),
        "",
        "| experiment | figure | published | here | difference | seconds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    rows = [row for each in experiments for row in _rows(each, results, fast=fast)]
    remarks = [f"- `{each.title}`: {each.remark}" for each in experiments if each.remark]
    equal = [
        f"- `{one}` and `{other}` have the same history and test figures, to the last bit."
        for one, other in EQUAL
        if {one, other} <= {title for title, result in results.items() if result.measured}
        and (one, other) not in unequal(results)
    ]
    return "\n".join([*head, *rows, "", "## Remarks", "", *remarks, *equal]) + "\n"


def _rows(experiment: Experiment, results: Mapping[str, Result], *, fast: bool) -> list[str]:
    link = f"[{experiment.name}](../configs/{experiment.name}.yaml)"
    link += f" {experiment.label}" if experiment.label else ""
    result = results.get(experiment.title, Result(None, trouble="not run"))
    if result.measured is None:
        return [f"| {link} | {result.trouble} | | | | |"]
    rows = []
    for number, line in enumerate(lines_of(experiment, result, fast=fast)):
        figure = line.figure
        published = "" if figure.published is None else shown_of(figure, figure.published)
        published = f"at least {published}" if figure.at_least else published
        here = "none" if line.value is None else shown_of(figure, line.value)
        first, seconds = (link, f"{result.seconds:.0f}") if number == 0 else ("", "")
        rows.append(f"| {first} | {figure.name} | {published} | {here} | {line.difference} | {seconds} |")
    return rows


def shown_of(figure: Figure, value: float) -> str:
    """Return a value with four digits behind the point, or as a count."""
    return f"{value:.0f}" if _is_count(figure) else f"{value:.4f}"


def _is_count(figure: Figure) -> bool:
    return figure.name.startswith("epoch")
