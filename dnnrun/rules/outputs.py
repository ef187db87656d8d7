"""Rules about the last layer: its units and its activation, against the classes and the targets."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.components import Component, ConfigPath
from dnnrun.config.tasks import takes_class_numbers
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import Output, Subject

# What an output can be at the least and at the most.
_REACH = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "relu": (0.0, float("inf")),
    "softplus": (0.0, float("inf")),
    "exponential": (0.0, float("inf")),
    "relu6": (0.0, 6.0),
}


def softmax_on_one_unit(subject: Subject) -> Iterator[Finding]:
    """Softmax over a single number."""
    output = subject.output
    if output and output.units == 1 and output.activation == "softmax":
        edit = "use activation: sigmoid with loss: binary_crossentropy, or one unit a class"
        yield Finding("softmax over one unit gives 1 for every row", output.activation_path, edit)


def sigmoid_for_exclusive_classes(subject: Subject) -> Iterator[Finding]:
    """Sigmoid over several units of which one is right."""
    output, loss = subject.output, subject.loss
    if (
        output is None
        or loss is None
        or output.activation != "sigmoid"
        or (output.units or 0) < 2
        or subject.from_logits
    ):
        return
    if "categoricalcrossentropy" in loss.name.lower().replace("_", ""):
        what = f"sigmoid over {output.units} units of which one is right: they do not add up to 1"
        yield Finding(what, output.activation_path, "use activation: softmax")


def unreachable_targets(subject: Subject) -> Iterator[Finding]:
    """An activation that cannot give the targets."""
    output, facts = subject.output, subject.facts
    if output is None or facts is None or facts.task != "regression" or facts.label_range is None:
        return
    reach = _REACH.get(output.activation or "")
    least, most = facts.label_range
    if reach and (least < reach[0] or most > reach[1]):
        what = f"{output.activation} gives {_interval(*reach)}, and the targets go from {least:g} to {most:g}"
        yield Finding(what, output.activation_path, "take the activation of the last layer out")


def spare_units(subject: Subject) -> Iterator[Finding]:
    """More units than there are classes."""
    output, facts, loss = subject.output, subject.facts, subject.loss
    if output is None or output.units is None or facts is None or loss is None or not takes_class_numbers(loss.name):
        return
    needed = _units_needed(subject, loss)
    if needed is not None and output.units > needed:
        what = f"the last layer has {_units(output)}, and there are {needed} classes"
        yield Finding(what, _path_of_units(output), f"write units: {needed}")


def units_against_classes(subject: Subject) -> Iterator[Finding]:
    """Another number of units than the labels need, where none may be spare."""
    output, facts = subject.output, subject.facts
    loss = subject.loss
    if output is None or output.units is None or facts is None or loss is None or loss.is_import_path:
        return
    needed = _units_needed(subject, loss)
    if needed is None or output.units == needed or (takes_class_numbers(loss.name) and output.units > needed):
        return
    classes = len(facts.classes)
    if takes_class_numbers(loss.name):
        what = f"the last layer has {_units(output)}, and there are {classes} classes"
    elif facts.task == "classification" and needed == 1:
        what = f"the last layer has {_units(output)}, and the labels are one number: 0 or 1"
    else:
        what = f"the last layer has {_units(output)}, and the labels have {needed} column{'s' if needed > 1 else ''}"
    edit = f"write units: {needed}"
    if needed == 1 and output.units == 2 and classes == 2:
        edit += " with activation: sigmoid, or keep the units with loss: sparse_categorical_crossentropy"
    yield Finding(what, _path_of_units(output), edit)


def _units_needed(subject: Subject, loss: Component) -> int | None:
    """Return how many units fit the labels; None where any number may."""
    facts, experiment = subject.facts, subject.experiment
    if facts is None:
        return None
    if facts.task == "regression":
        return facts.label_columns
    if not facts.classes:
        return None  # so many different labels that they were not counted
    if takes_class_numbers(loss.name):
        return len(facts.classes) if not facts.are_vectors and not experiment.dataset.one_hot else None
    if experiment.dataset.one_hot or facts.are_vectors:
        return len(facts.classes)
    return 1 if len(facts.classes) == 2 else None


def _path_of_units(output: Output) -> ConfigPath:
    return (*output.node.path, output.node.component.name, "units")


def _units(output: Output) -> str:
    return f"{output.units} unit{'' if output.units == 1 else 's'}"


def _interval(least: float, most: float) -> str:
    return f"no less than {least:g}" if most == float("inf") else f"{least:g} to {most:g}"
