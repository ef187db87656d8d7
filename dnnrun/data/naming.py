"""The names of inputs and outputs put onto the data: a table's columns as inputs, labels as those of outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Arrays, SourceData, columns_of
from dnnrun.data.table_columns import faults_of_inputs
from dnnrun.errors import ConfigError, Problem, suggest

_PATH = ("dataset", "inputs")


def input_columns(experiment: Experiment, source: SourceData) -> dict[str, list[int]] | None:
    """Return the columns of the features that each input is made of, or None where the config names no inputs.

    Raises:
        ConfigError: the data is no table, a column is not there, or one is in no input.
    """
    inputs, names = experiment.dataset.inputs, source.feature_names
    if inputs is None:
        return None
    if names is None:
        what = f"{experiment.dataset.source.name} has no columns with names that could be divided into inputs"
        hint = "take inputs out: a layer takes the whole row as rows"
        if isinstance(source.x, dict):
            hint = f"take inputs out: the data has named inputs already: {', '.join(source.x)}"
        raise ConfigError(Problem(what, experiment.place(_PATH, of_key=True), hint))
    problems = faults_of_inputs(experiment, names)
    if problems:
        raise ConfigError(*problems)
    return {name: [names.index(column) for column in columns] for name, columns in inputs.items()}


def divided(x: Arrays, positions: dict[str, list[int]] | None, columns: Sequence[str] | None) -> Arrays:
    """Return the features of a table as those of its inputs.

    Args:
        x: the features.
        positions: of the columns of each input, or None where the config names no inputs.
        columns: the names of all of them, where each is prepared for itself, or None.
    """
    if isinstance(x, dict):
        return x
    if columns is not None:
        return columns_of(x, columns)
    return x if positions is None else {name: x[:, at] for name, at in positions.items()}


def labels_by_output(experiment: Experiment, source: SourceData) -> SourceData:
    """Return the data with labels for each output that has a name; a single array of labels is that of every output.

    Raises:
        ConfigError: an output has no labels, or labels have no output.
    """
    if isinstance(experiment.loss, dict):
        if isinstance(source.y, dict):
            _refuse_class_names(experiment, source)
            _check_names(experiment, source.y)
        names = tuple(experiment.loss)
        y_test = None if source.y_test is None else _for_each(source.y_test, names)
        return replace(source, y=_for_each(source.y, names), y_test=y_test)
    if isinstance(source.y, dict):
        what = f"the labels have names, {', '.join(source.y)}, so each of these needs a loss"
        example = ", ".join(f"{name}: mse" for name in source.y)
        raise ConfigError(Problem(what, experiment.place(("loss",)), f"such as loss: {{{example}}}"))
    return source


def _refuse_class_names(experiment: Experiment, source: SourceData) -> None:
    if source.class_names is not None:
        name = experiment.dataset.source.name
        what = "class_names are those of one output, and the labels are those of several"
        where = experiment.place(("dataset", "source", name, "class_names"), of_key=True)
        raise ConfigError(Problem(what, where, "take them out: give the labels as texts, which name their classes"))


def _for_each(y: Arrays, names: tuple[str, ...]) -> Arrays:
    return y if isinstance(y, dict) else dict.fromkeys(names, y)


def _check_names(experiment: Experiment, y: Mapping[str, object]) -> None:
    problems = [
        Problem(
            f"the data has no labels named {output.name!r}",
            experiment.place(output.loss_path, of_key=True),
            f"{suggest(output.name, y)}\nlabels: {', '.join(y)}".strip(),
        )
        for output in experiment.outputs
        if output.name not in y
    ]
    idle = [name for name in y if name not in {output.name for output in experiment.outputs}]
    if idle and not problems:
        what = f"no output takes the labels {', '.join(map(repr, idle))}"
        hint = "give the layer of this name a loss, or leave these labels out of the data"
        problems.append(Problem(what, experiment.place(("loss",), of_key=True), hint))
    if problems:
        raise ConfigError(*problems)
