"""Rules about what the training rows give away; they speak once the data has been read."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.components import ConfigPath
from dnnrun.config.outputs import ONLY
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import Subject

_LEAST_SHARE, _LEAST_ROWS = 0.01, 3  # of a split: below, rows are alike by chance, and judge nothing
_TABLES = {"csv", "parquet"}
_LEAST_TO_TELL = 20  # training rows: in fewer, a column and the classes may agree by chance


def rows_in_two_splits(subject: Subject) -> Iterator[Finding]:
    """Rows to judge by that were trained on."""
    if subject.leaks is None:
        return
    dataset = subject.experiment.dataset
    for split, found in subject.leaks.repeated.items():
        if found.rows < max(_LEAST_ROWS, _LEAST_SHARE * found.of) or (split == "validation" and dataset.watches_test):
            continue
        labels = "all with" if found.same_label == found.rows else f"{found.same_label:,} of them with"
        what = (
            f"{found.rows:,} of the {found.of:,} {split} rows have the features of a training row, {labels} its label"
        )
        edit = "leave out the rows that stand twice, or give rows that belong together a group and divide by it"
        yield Finding(what, _path_of(split, subject), edit, of_key=True)


def feature_is_target(subject: Subject) -> Iterator[Finding]:
    """A column that is what is to be predicted."""
    if subject.leaks is None or subject.leaks.training_rows < _LEAST_TO_TELL:
        return
    source = subject.experiment.dataset.source
    for output, features in subject.leaks.telling.items():
        for feature in features:
            target = "the target" if output == ONLY else f"the target of {output!r}"
            what = f"the feature {feature!r} is {target}, in other words or the same"
            edit = f"leave it out: drop: [{feature}]" if source.name in _TABLES else "leave it out of the features"
            yield Finding(what, ("dataset", "source", source.name), edit, of_key=True)


def _path_of(split: str, subject: Subject) -> ConfigPath:
    """Return the key by which a split has its rows."""
    experiment = subject.experiment
    if split == "test" and experiment.fold is not None:
        return ("cross_validation",)
    if split in experiment.dataset.own_sources:
        return ("dataset", split)
    is_drawn = experiment.dataset.test_split if split == "test" else experiment.dataset.validation_split
    return ("dataset", f"{split}_split") if is_drawn else ("dataset", "source")
