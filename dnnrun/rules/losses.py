"""Rules about the loss: does it fit the labels, and the numbers that the model gives it."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.config.tasks import is_for_classes, is_metric_for_classes, takes_class_numbers
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import LINEAR, Subject

_AT: tuple[str, ...] = ("loss",)
_MOST_NUMBERED_CLASSES = 20  # whole numbers of more different values are taken for a quantity
# Losses that take probabilities, or logits when told so.
_OF_PROBABILITIES = ("crossentropy",)


def sparse_loss_with_vectors(subject: Subject) -> Iterator[Finding]:
    """A sparse loss, which takes class numbers, with one-hot labels."""
    loss, facts = subject.loss, subject.facts
    if loss is None or loss.is_import_path or not takes_class_numbers(loss.name):
        return
    if subject.experiment.dataset.one_hot:
        edit = "take dataset.one_hot out, or use loss: categorical_crossentropy"
        yield Finding(f"{loss.name} takes class numbers, and one_hot: true makes vectors of them", _AT, edit)
    elif facts and facts.are_vectors:
        what = f"{loss.name} takes class numbers, and the labels have {facts.label_columns} columns"
        yield Finding(what, _AT, "use loss: categorical_crossentropy")


def categorical_loss_with_class_numbers(subject: Subject) -> Iterator[Finding]:
    """A loss that compares number by number, as that of one-hot labels does, with class numbers."""
    loss, facts = subject.loss, subject.facts
    if loss is None or loss.is_import_path or takes_class_numbers(loss.name) or _is_binary(loss.name):
        return
    if facts is None or _has_vectors(subject) or _may_be_a_quantity(subject):
        return
    is_categorical = "categorical" in loss.name.lower()
    if len(facts.classes) > 2 or (is_categorical and facts.classes):
        what = f"{loss.name} takes a number for each class, and the labels are class numbers or names"
        yield Finding(what, _AT, "use loss: sparse_categorical_crossentropy, or set dataset.one_hot: true")


def binary_loss_with_several_classes(subject: Subject) -> Iterator[Finding]:
    """Binary crossentropy over the numbers of several classes."""
    loss, classes = subject.loss, _classes_for_binary_loss(subject)
    if loss and classes > 2 and not _has_vectors(subject):
        what = f"{loss.name} is for two classes, and there are {classes}"
        yield Finding(what, _AT, "use loss: sparse_categorical_crossentropy and activation: softmax")


def binary_loss_with_vectors(subject: Subject) -> Iterator[Finding]:
    """Binary crossentropy over one-hot labels."""
    loss, classes = subject.loss, _classes_for_binary_loss(subject)
    if loss and classes > 2 and _has_vectors(subject):
        what = f"{loss.name} asks of each of {classes} classes for itself, and one is right"
        yield Finding(what, _AT, "use loss: categorical_crossentropy and activation: softmax")


def _classes_for_binary_loss(subject: Subject) -> int:
    """Return how many classes a binary loss of Keras meets; 0 for another loss, or where that is not known."""
    loss, facts = subject.loss, subject.facts
    is_binary = loss is not None and not loss.is_import_path and _is_binary(loss.name)
    return len(facts.classes) if is_binary and facts is not None else 0


def fractions_for_classes(subject: Subject) -> Iterator[Finding]:
    """A loss for classes, and labels that are no classes."""
    loss, facts = subject.loss, subject.facts
    if loss is None or loss.is_import_path or facts is None or not facts.has_fractions or facts.label_range is None:
        return
    if is_for_classes(loss.name):
        least, most = facts.label_range
        what = f"{loss.name} is for classes, and the labels are numbers with fractions, from {least:g} to {most:g}"
        yield Finding(what, _AT, "use loss: mse and metrics: [mae]; the last layer needs no activation")


def logits_with_activation(subject: Subject) -> Iterator[Finding]:
    """from_logits where the model has gone over the logits itself."""
    output, loss = subject.output, subject.loss
    if loss and subject.from_logits and output and output.activation in {"softmax", "sigmoid"}:
        what = f"from_logits says that no function has gone over the output, and the last layer has {output.activation}"
        edit = f"take from_logits out, or take activation: {output.activation} out of the last layer"
        yield Finding(what, ("loss", loss.name, "from_logits"), edit, of_key=True)


def probabilities_from_linear_output(subject: Subject) -> Iterator[Finding]:
    """A crossentropy of probabilities over an output that gives none."""
    loss, output = subject.loss, subject.output
    if loss is None:
        return
    is_over_probabilities = any(part in loss.name.lower().replace("_", "") for part in _OF_PROBABILITIES)
    if loss.is_import_path or subject.from_logits or not is_over_probabilities:
        return
    if output is None or output.activation is None or output.activation in {"softmax", "sigmoid", "hard_sigmoid"}:
        return
    function = "sigmoid" if "binary" in loss.name.lower() else "softmax"
    gives = "no activation" if output.activation == LINEAR else f"activation: {output.activation}"
    what = f"{loss.name} takes probabilities, and the last layer has {gives}"
    edit = f"give the last layer activation: {function}, or the loss from_logits: true"
    yield Finding(what, output.activation_path, edit)


def accuracy_for_regression(subject: Subject) -> Iterator[Finding]:
    """A metric for classes with a loss for numbers."""
    loss, facts = subject.loss, subject.facts
    if loss is None or loss.is_import_path or is_for_classes(loss.name) or subject.experiment.dataset.one_hot:
        return
    if facts is not None and not _may_be_a_quantity(subject):
        return
    for index, metric in enumerate(subject.metrics):
        if is_metric_for_classes(metric.name) and not metric.is_import_path:
            what = f"{metric.name} is for classes, and {loss.name} is for numbers"
            yield Finding(what, ("metrics", index), "use metrics: [mae], or a loss for classes")


def _may_be_a_quantity(subject: Subject) -> bool:
    """Whether the labels look like a quantity rather than like classes."""
    facts = subject.facts
    if facts is None or facts.label_range is None:
        return False
    return len(facts.classes) > _MOST_NUMBERED_CLASSES or not facts.classes or facts.has_fractions


def _has_vectors(subject: Subject) -> bool:
    return subject.experiment.dataset.one_hot or (subject.facts is not None and subject.facts.are_vectors)


def _is_binary(loss: str) -> bool:
    return "binary" in loss.lower() or loss.lower() == "bce"
