"""What a table's source is told about cells without a value, and the errors about those that nothing fills.

Neither NumPy nor pyarrow is started by it: `dnnrun.data.facts.of_table` asks it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dnnrun.data.filling import Filling
from dnnrun.data.sources import ArgumentError
from dnnrun.errors import suggest

if TYPE_CHECKING:
    from dnnrun.data.sources.table import Table

STRATEGIES = ("mean", "median", "most_frequent", "constant")
_OF_NUMBERS = ("mean", "median")


@dataclass(frozen=True)
class Gaps:
    """How gaps are filled.

    Args:
        strategies: one of `STRATEGIES` by column; under None that of every other column.
        constants: what ``constant`` fills in, likewise.
    """

    strategies: Mapping[str | None, str] = field(default_factory=dict)
    constants: Mapping[str | None, float | str] = field(default_factory=dict)

    @classmethod
    def of(cls, impute: str | Mapping[str, str] | None, fill: float | str | Mapping[str, float | str] | None) -> Gaps:
        """Return what the arguments ``impute`` and ``fill`` of a source say.

        Raises:
            ArgumentError: there is no such strategy, or a constant is missing or of no use.
        """
        strategies: dict[str | None, str] = {}
        if isinstance(impute, Mapping):
            strategies.update(impute)
        elif impute is not None:
            strategies[None] = impute
        constants: dict[str | None, float | str] = {}
        if isinstance(fill, Mapping):
            constants.update(fill)
        elif fill is not None:
            constants[None] = fill
        for strategy in strategies.values():
            if strategy not in STRATEGIES:
                near = suggest(strategy, STRATEGIES)
                what = f"impute knows no {strategy!r}"
                raise ArgumentError("impute", what, f"{near}\nit is one of {', '.join(STRATEGIES)}".strip())
        if constants and "constant" not in strategies.values():
            raise ArgumentError("fill", "fill is for impute: constant", "write impute: constant, or take fill out")
        for column, strategy in strategies.items():
            if strategy == "constant" and not ({column, None} & set(constants) or (column is None and constants)):
                what = "impute: constant needs the value to fill in"
                raise ArgumentError("impute", what, 'such as fill: 0, or by column fill: {age: 0, city: "unknown"}')
        return cls(strategies, constants)

    @property
    def columns(self) -> list[str]:
        """The columns that ``impute`` and ``fill`` name."""
        return [column for column in dict.fromkeys((*self.strategies, *self.constants)) if column is not None]

    def check(self, table: Table, features: list[str]) -> None:
        """Raise `ArgumentError` where a column is named that is no feature of a table."""
        for argument, named in (("impute", self.strategies), ("fill", self.constants)):
            columns = [column for column in named if column is not None]
            table.must_have(argument, columns)
            idle = next((column for column in columns if column not in features), None)
            if idle is not None:
                raise ArgumentError(argument, f"the column {idle!r} is no feature", "gaps are filled in features only")

    def filling(self, name: str, *, is_text: bool, has_gaps: bool) -> Filling | None:
        """Return how the gaps of a column are filled, or None where they are not.

        Args:
            name: of the column.
            is_text: whether it holds text.
            has_gaps: whether some of its cells have no value; if so, what cannot fill them is an error.

        Raises:
            ArgumentError: the strategy is not for such a column.
        """
        strategy = self.strategies.get(name, self.strategies.get(None))
        if strategy is None:
            return None
        kind = "text" if is_text else "numbers"
        if strategy in _OF_NUMBERS and is_text:
            if not has_gaps and name not in self.strategies:
                return None
            hint = f"by column: impute: {{{name}: most_frequent, ...}}; most_frequent and constant are for text too"
            raise ArgumentError("impute", f"the column {name!r} holds text, which has no {strategy}", hint)
        if strategy != "constant":
            return Filling(strategy)
        value = self.constants.get(name, self.constants.get(None))
        if value is None or isinstance(value, str) != is_text:
            if not has_gaps and name not in self.strategies and name not in self.constants:
                return None
            shown = "nothing" if value is None else repr(value)
            example = "unknown" if is_text else "0"
            hint = f"by column: fill: {{{name}: {example}, ...}}"
            raise ArgumentError("fill", f"the column {name!r} holds {kind}, and fill gives it {shown}", hint)
        return Filling(strategy, value)
