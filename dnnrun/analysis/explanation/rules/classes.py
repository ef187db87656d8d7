"""Classes that the model mixes up, or never names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dnnrun.analysis.explanation.edits import balance_classes, remedies
from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.judgement import ClassFigures
from dnnrun.analysis.explanation.model_edits import convolve, enlarge, other_classifier
from dnnrun.analysis.explanation.wording import count, of_output, percent

FEWEST_CONFUSED = 5
CONFUSED_SHARE = 0.1
"""The share of a class's rows that has to be taken for one other class."""
MOST_NAMED = 3
ONE_SIDED = 2.0  # of two classes, how many times as often one has to be missed as the other
RARELY_NAMED = 0.1
"""Recall below this, of a class with at least so many rows, is as good as never."""
FEWEST_ROWS = 5


def unnamed_classes(evidence: Evidence) -> Iterator[Finding]:
    """Yield the classes that the model never names, or hardly ever when it should."""
    for figures in _of_each_output(evidence):
        support, found = figures.matrix.sum(axis=1), np.diag(figures.matrix)
        missed = [
            index
            for index in range(len(figures.classes))
            if support[index] >= FEWEST_ROWS and found[index] < RARELY_NAMED * support[index]
        ]
        if missed:
            named = [
                f"{figures.classes[index]!r} in {found[index]} of {count(int(support[index]), 'row')}"
                for index in missed[:MOST_NAMED]
            ]
            more = f" and {len(missed) - MOST_NAMED} more" if len(missed) > MOST_NAMED else ""
            text = (
                f"The model hardly ever recognizes some classes{of_output(figures.output)}: {', '.join(named)}{more}."
            )
            if found.sum() > support.sum() / 2:
                text += " A high accuracy hides that where they are rare."
            edits = remedies(balance_classes(evidence.config, evidence.record), enlarge(evidence.config))
            yield Finding("unnamed-classes", "problem", text, edits)


def confused_classes(evidence: Evidence) -> Iterator[Finding]:
    """Yield the pairs of classes of which one is most often taken for the other."""
    for figures in _of_each_output(evidence):
        support = figures.matrix.sum(axis=1)
        wrong = figures.matrix - np.diag(np.diag(figures.matrix))
        if not _is_told_apart(figures):
            continue
        order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_NAMED]
        pairs = [(int(cell) // len(figures.classes), int(cell) % len(figures.classes)) for cell in order]
        worth = [
            (true, taken)
            for true, taken in pairs
            if wrong[true, taken] >= FEWEST_CONFUSED and wrong[true, taken] > CONFUSED_SHARE * support[true]
        ]
        if worth and wrong.sum():
            named = [
                f"{wrong[true, taken]:,} of {support[true]:,} {figures.classes[true]!r} for {figures.classes[taken]!r} "
                f"({percent(wrong[true, taken] / support[true])})"
                for true, taken in worth
            ]
            share = sum(int(wrong[pair]) for pair in worth) / int(wrong.sum())
            text = f"The classes confused most{of_output(figures.output)}: it takes {'; '.join(named)}."
            if len(figures.classes) > 2:
                text += f" That is {percent(share)} of all its mistakes."
            edits = remedies(
                balance_classes(evidence.config, evidence.record),
                convolve(evidence.config, evidence.record),
                other_classifier(evidence.config),
            )
            yield Finding("confused-classes", "remark", text, edits or remedies(enlarge(evidence.config)))


def _is_told_apart(figures: ClassFigures) -> bool:
    """Whether there is something to say of pairs: not where one class is named for all, or two are equally hard."""
    if np.count_nonzero(figures.matrix.sum(axis=0)) < 2:
        return False
    if len(figures.classes) > 2:
        return True
    missed = 1 - np.diag(figures.matrix) / np.maximum(1, figures.matrix.sum(axis=1))
    return bool(missed.max() >= ONE_SIDED * missed.min())


def _of_each_output(evidence: Evidence) -> Iterator[ClassFigures]:
    for figures in evidence.judgement.classes if evidence.judgement else ():
        if len(figures.classes) > 1 and figures.matrix.sum():
            yield figures
