"""What is known of data without reading all of it: for the rules that look at a config before anything is trained.

`SourceFacts` says what lies in a source, `Facts` what a run would train on. Nothing here starts NumPy or pandas, so
that a config is checked in the time in which these would load; `of_arrays`, which does, is imported where needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dnnrun.config.tasks import Task
from dnnrun.data.table_columns import Kind


@dataclass(frozen=True)
class SourceFacts:
    """What a source holds.

    Args:
        rows: those to learn from, before any split.
        test_rows: those of a test set of the source's own, or None.
        shape: of one row; None where there are texts, alone or in columns, as preparation decides how wide they get.
        is_whole: whether the features are whole numbers.
        is_image: whether the rows are pictures.
        input_range: the least and the greatest number among the features.
        label_columns: 1, or how many columns the labels have.
        has_numbers: whether the labels are numbers.
        has_fractions: whether some of these are no whole numbers.
        are_one_hot: whether labels of several columns have one 1 in every row.
        label_counts: how many rows have each label, by the label as text, in the order of their class numbers; None
            where there are so many different ones that they cannot be classes.
        label_range: the least and the greatest label, for numbers.
        class_names: what the source calls its classes, or None.
        columns: the kind of each column of features, in order; None for what has no columns with names.
    """

    rows: int
    test_rows: int | None
    shape: tuple[int, ...] | None
    is_whole: bool
    is_image: bool
    input_range: tuple[float, float]
    label_columns: int
    has_numbers: bool
    has_fractions: bool
    are_one_hot: bool
    label_counts: Mapping[str, int] | None
    label_range: tuple[float, float] | None
    class_names: tuple[str, ...] | None = None
    columns: Mapping[str, Kind] | None = None


@dataclass(frozen=True)
class Facts:
    """What a run of one output would train on.

    Args:
        task: what the labels ask for.
        rows: of each split that there is, by its name.
        shapes: of one row of each input; of one without a name under `ONLY`. Empty where there are texts.
        is_whole: whether the features are whole numbers.
        is_image: whether the rows are pictures.
        input_range: the least and the greatest number among the features.
        are_vectors: whether the source's labels have several columns: one-hot vectors, or several targets.
        label_columns: how many columns they have.
        classes: the names of the classes, for classification.
        label_counts: how many rows have each class.
        label_range: the least and the greatest target, for regression.
        has_fractions: whether the labels are numbers of which some are not whole.
        columns: the kind of each column of a table, in order; None for what has no columns with names.
        is_doubtful: whether the rows have not been read, and may not be divided as the config asks.
    """

    task: Task
    rows: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]
    is_whole: bool
    is_image: bool
    input_range: tuple[float, float]
    are_vectors: bool
    label_columns: int
    classes: tuple[str, ...]
    label_counts: tuple[int, ...]
    label_range: tuple[float, float] | None
    has_fractions: bool = False
    columns: Mapping[str, Kind] | None = None
    is_doubtful: bool = False


@dataclass(frozen=True)
class Repeated:
    """The rows of a split that stand among the training rows too.

    Args:
        rows: how many have the features of a training row.
        same_label: how many have the features and the labels of one.
        of: how many rows the split has.
    """

    rows: int
    same_label: int
    of: int


@dataclass(frozen=True)
class Leaks:
    """What training rows give away, once they have been read.

    Args:
        repeated: rows that are also training rows, by split.
        telling: the features that are the target, by output; of one without a name under `ONLY`.
        training_rows: how many there are.
    """

    repeated: Mapping[str, Repeated]
    telling: Mapping[str, tuple[str, ...]]
    training_rows: int
