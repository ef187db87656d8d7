"""What rows a model takes, by what its run has recorded; the data that it was trained on is not needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Arrays
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.tally import Kind
from dnnrun.errors import RunError


@dataclass(frozen=True)
class InputForm:
    """One input of a saved model.

    Args:
        shape: of a row.
        dtype: of the training rows, such as float32; ``text`` for texts.
        columns: of a table, those that it is made of, in order.
    """

    shape: tuple[int, ...]
    dtype: str
    columns: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it takes texts."""
        return self.dtype == "text"

    @property
    def is_picture(self) -> bool:
        """Whether it takes the bytes of pictures."""
        return self.dtype == "uint8" and len(self.shape) in (2, 3)


@dataclass(frozen=True)
class RowForm:
    """What rows a model takes.

    Args:
        inputs: those of the saved model, by name; a single one is called `ONLY`.
        source: the name of the source in the config.
        arguments: of the source.
        filled: what gaps of a column are filled with.
    """

    inputs: Mapping[str, InputForm]
    source: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, float | str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table that are features; none for what is no table."""
        return tuple(column for form in self.inputs.values() for column in form.columns)

    @property
    def kinds(self) -> dict[str, Kind]:
        """What each column holds."""
        return {
            column: "text" if form.is_text else "numbers" for form in self.inputs.values() for column in form.columns
        }

    @property
    def is_picture(self) -> bool:
        """Whether a row is one picture."""
        return ONLY in self.inputs and self.inputs[ONLY].is_picture

    @property
    def is_text(self) -> bool:
        """Whether a row is one text."""
        return ONLY in self.inputs and self.inputs[ONLY].is_text

    @property
    def places(self) -> dict[str, tuple[str, int]]:
        """In which input each column of a table is, and which column of that it is."""
        return {
            column: (name, position)
            for name, form in self.inputs.items()
            for position, column in enumerate(form.columns)
        }

    def in_words(self) -> str:
        """Return what a row is, for messages."""
        if self.is_picture:
            shape = self.inputs[ONLY].shape
            return f"a picture of {shape[0]} x {shape[1]} pixels"
        if self.columns:
            return f"a row of a table with {len(self.columns)} columns"
        if self.is_text:
            return "a text"
        shapes = {name: f"{form.shape} of {form.dtype}" for name, form in self.inputs.items()}
        return "an array of shape " + " and ".join(
            shape if name == ONLY else f"{name!r} {shape}" for name, shape in shapes.items()
        )


def form_of_rows(record: Mapping[str, Any]) -> RowForm:
    """Return what rows a run's model takes.

    Args:
        record: what run.json holds.

    Raises:
        RunError: it says nothing of the data.
    """
    facts, config = record.get("dataset"), record.get("config")
    if not isinstance(facts, Mapping) or not {"dtype", "input_shape"} <= set(facts):
        raise RunError("the run does not say what rows its model takes", hint="it ended before its data was read")
    settings = config.get("dataset", {}) if isinstance(config, Mapping) else {}
    source, arguments = _source_of(settings.get("source") if isinstance(settings, Mapping) else settings)
    filled = {column: value for column, (value, _) in (facts.get("filled") or {}).items()}
    form = RowForm(_inputs_of(facts, _text_column(source, arguments)), source, arguments)
    return replace(form, filled={**_constants(form), **filled})


def _inputs_of(facts: Mapping[str, Any], text_column: tuple[str, ...]) -> dict[str, InputForm]:
    dtypes, shapes = _by_name(facts["dtype"]), _by_name(facts["input_shape"])
    features = facts.get("features")
    if features is None and list(dtypes.values()) == ["text"]:
        features = text_column
    by_input = features if isinstance(features, Mapping) else {ONLY: features or ()}
    every = [column for columns in by_input.values() for column in columns]
    if set(dtypes) == set(every) and not set(dtypes) <= set(shapes):
        return {column: InputForm((1,), dtypes[column], (column,)) for column in every}
    return {
        name: InputForm(tuple(shapes[name]), dtype, tuple(by_input.get(name) or ())) for name, dtype in dtypes.items()
    }


def _by_name(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {ONLY: value}


def _source_of(written: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(written, Mapping) and len(written) == 1:
        name, arguments = next(iter(written.items()))
        return str(name), arguments if isinstance(arguments, Mapping) else {}
    return (written, {}) if isinstance(written, str) else ("", {})


def _text_column(source: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    column = arguments.get("text") if source == "text" else None
    return (column,) if isinstance(column, str) else ()


def _constants(form: RowForm) -> dict[str, float | str]:
    """Return what the config itself says to fill gaps with, by column, also where no training row had any."""
    impute, fill = form.arguments.get("impute"), form.arguments.get("fill")
    if impute is None:
        return {}
    gaps = Gaps.of(impute, fill)
    fillings = {
        column: gaps.filling(column, is_text=kind == "text", has_gaps=False) for column, kind in form.kinds.items()
    }
    return {column: each.value for column, each in fillings.items() if each is not None and each.value is not None}


@dataclass(frozen=True)
class Batch:
    """Some rows, as the saved model takes them.

    Args:
        x: by input.
        where: what tells each row from the others, such as its file and its number there; a value for each row.
    """

    x: Arrays
    where: Mapping[str, list[Any]]
