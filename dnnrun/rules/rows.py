"""Rules about the rows: their scale, their classes, and which of them judge the result."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.config.tasks import is_for_classes
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import WEIGHED, Subject

_LARGEST_INPUT = 20.0
_SCALING = {"Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "UnitNormalization"}
_LOOKING_UP = {"Embedding", "CategoryEncoding", "IntegerLookup", "Hashing", "Discretization", "TextVectorization"}
_MOST_OUT_OF_BALANCE = 5
_ACCURACIES = {"accuracy", "acc", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy",
               "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}  # fmt: skip


def inputs_not_scaled(subject: Subject) -> Iterator[Finding]:
    """Large numbers that go into the first layer as they are."""
    facts, dataset = subject.facts, subject.experiment.dataset
    if facts is None or not subject.nodes or ((facts.is_image or not facts.shapes) and dataset.preprocess is None):
        return  # dnnrun rescales images by itself, and normalizes the numbers of a table with text
    least, most = facts.input_range
    if max(-least, most) <= _LARGEST_INPUT or dataset.preprocess:
        return
    for node in subject.nodes:
        if node.component.name in _SCALING | _LOOKING_UP or node.component.is_import_path:
            return
        if node.component.name in WEIGHED:
            edit = "Rescaling: 0.00392156862745098" if facts.is_image else "Normalization"
            item = f"{{{edit}}}" if ":" in edit else edit
            what = f"the inputs go from {least:g} to {most:g}, and nothing brings them near 1"
            yield Finding(what, node.path, f"set dataset.preprocess: [{item}]")
            return


def accuracy_of_unbalanced_classes(subject: Subject) -> Iterator[Finding]:
    """Accuracy alone where one class is far more frequent than another."""
    facts, metrics, loss = subject.facts, subject.metrics, subject.loss
    if facts is None or facts.task != "classification" or len(facts.label_counts) < 2 or not metrics:
        return
    if loss is None or not is_for_classes(loss.name):
        return
    most, least = max(facts.label_counts), min(facts.label_counts)
    if most <= _MOST_OUT_OF_BALANCE * least or not all(metric.name in _ACCURACIES for metric in metrics):
        return
    share = most / sum(facts.label_counts)
    what = f"one class has {most:,} rows and another {least:,}: to always say the first is right for {share:.0%}"
    other = "AUC" if len(facts.label_counts) == 2 else "SparseTopKCategoricalAccuracy"
    edit = f"add a metric that sees both: metrics: [accuracy, {other}]"
    yield Finding(what, ("metrics",), edit, of_key=True)


def weight_of_no_class(subject: Subject) -> Iterator[Finding]:
    """A weight for a class that the data does not have."""
    facts, weights = subject.facts, subject.experiment.class_weight
    if facts is None or weights is None:
        return
    if isinstance(weights, str):
        if not facts.classes:
            what = "class_weight balances classes, and there are none"
            yield Finding(what, ("class_weight",), "take it out: the labels are numbers to predict")
        return
    has_numbers = any(name.lstrip("-").isdecimal() for name in facts.classes)
    for key in weights:
        by_number = isinstance(key, int) and 0 <= key < len(facts.classes) and not has_numbers
        if str(key) in facts.classes or by_number:
            continue
        what = f"class_weight names {key!r}, which is not a class"
        classes = ", ".join(facts.classes[:12])
        edit = f"classes: {classes}" if classes else "take it out: the labels are numbers to predict"
        yield Finding(what, ("class_weight", key), edit, of_key=True)


def judged_by_what_it_knows(subject: Subject) -> Iterator[Finding]:
    """Validation rows that are also test rows or training rows."""
    dataset = subject.experiment.dataset
    source, test, other = dataset.source, dataset.own_sources.get("test"), dataset.own_sources.get("validation")
    if test == source:
        yield Finding(
            "the test rows are the training rows", ("dataset", "test"), "set test_split: 0.2 in place of test"
        )
    if other is None:
        return
    path, edit = ("dataset", "validation"), "set validation_split: 0.2 in place of validation"
    if source == other and not dataset.test_split:
        yield Finding("the validation rows are the training rows", path, edit)
    tested, validating = source.arguments.get("test"), other.arguments.get("path")
    if other == test or (tested is not None and tested == validating and source.name == other.name):
        what = "the validation rows are the test rows: what is chosen by them, they cannot judge"
        yield Finding(what, path, f"{edit}, or validation: test if nothing is chosen by them")
