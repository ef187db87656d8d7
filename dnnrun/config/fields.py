"""The types of the schema's fields: strict numbers, components, and class weights, each with its own words on failure.

A validator here says what is wrong with one value; where that value stands in the file is found by `messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from dnnrun.components import Component, Kind, a_kind, is_import_path, kind_of_argument
from dnnrun.config import catalog

KIND_MARK = "$kind"  # in a JSON Schema made by pydantic, stands for any component of a kind


def parse_component(value: Any, kind: Kind) -> Component:
    """Return the component that ``value`` denotes, its arguments parsed likewise.

    Args:
        value: a name, a one-key mapping, or a finished `Component`.
        kind: what kind of object is expected.

    Raises:
        PydanticCustomError: the value is not in the notation.
    """
    if isinstance(value, Component):
        return value
    if isinstance(value, str) and value.strip():
        return Component(value)
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, inner)] = value.items()
        if isinstance(name, str):
            return _with_arguments(name, inner, kind)
    raise PydanticCustomError("component", _complaint(value, kind))


def _with_arguments(name: str, inner: Any, kind: Kind) -> Component:
    if inner is None:
        return Component(name)
    if isinstance(inner, Mapping):
        is_own = is_import_path(name)
        kinds = {
            str(key): _kind_of_own_argument(str(key)) if is_own else kind_of_argument(str(key), kind) for key in inner
        }
        return Component(name, {str(key): _parse_argument(item, kinds[str(key)], kind) for key, item in inner.items()})
    first = catalog.first_argument(kind, name)
    if first is None:
        return Component(name, positional=(_parse_argument(inner, None, kind),))
    return Component(name, {first: _parse_argument(inner, kind_of_argument(first, kind), kind)})


def _kind_of_own_argument(argument: str) -> Kind | None:
    """Return what an argument of a user's own object holds: only names as long as ``kernel_initializer`` tell."""
    kind = kind_of_argument(argument)
    return kind if kind in {"initializers", "regularizers", "constraints", "activations"} else None


def _parse_argument(value: Any, kind: Kind | None, of: Kind) -> Any:
    """Return the value with the components in it parsed, where ``kind`` says that it holds some."""
    if isinstance(value, list):
        return tuple(_parse_argument(item, kind, of) for item in value)
    if kind and (isinstance(value, str) or (isinstance(value, Mapping) and len(value) == 1)):
        return parse_component(value, kind)
    if isinstance(value, Mapping):
        return {key: _parse_argument(item, kind_of_argument(str(key), of), of) for key, item in value.items()}
    return value


def _complaint(value: Any, kind: Kind) -> str:
    one = a_kind(kind)
    if isinstance(value, Mapping) and len(value) > 1:
        names = ", ".join(str(key) for key in value)
        return f"{one} is one name with its arguments, not {len(value)} names ({names})"
    if isinstance(value, list):
        return f"expected {one}, not a list"
    if isinstance(value, Mapping):
        return f"expected {one}, not an empty mapping" if not value else f"{one} begins with a name, not with a number"
    return f"expected {one}, not {'nothing' if value is None else repr(value)}"


@dataclass(frozen=True)
class _ComponentField:
    """Marks a field that holds a component of a kind: for pydantic, how it is parsed; for `json_schema`, the kind."""

    kind: Kind

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(lambda value: parse_component(value, self.kind), handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {KIND_MARK: self.kind}


def _listed(value: Any) -> Any:
    """Take a YAML list as the tuple that a frozen model holds; leave anything else for pydantic to refuse."""
    return tuple(value) if isinstance(value, list) else value


Layer = Annotated[Component, _ComponentField("layers")]
Optimizer = Annotated[Component, _ComponentField("optimizers")]
Loss = Annotated[Component, _ComponentField("losses")]
Metric = Annotated[Component, _ComponentField("metrics")]
Callback = Annotated[Component, _ComponentField("callbacks")]
Activation = Annotated[Component, _ComponentField("activations")]
Source = Annotated[Component, _ComponentField("sources")]
Model = Annotated[Component, _ComponentField("models")]
Estimator = Annotated[Component, _ComponentField("estimators")]


def _one_or_listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else _listed(value)


Layers = Annotated[tuple[Layer, ...], BeforeValidator(_listed)]
Metrics = Annotated[tuple[Metric, ...], BeforeValidator(_listed)]
Callbacks = Annotated[tuple[Callback, ...], BeforeValidator(_listed)]
Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Columns = Annotated[tuple[str, ...], BeforeValidator(_one_or_listed), Field(min_length=1)]

Count = Annotated[int, Field(ge=1, lt=2**31)]
Folds = Annotated[int, Field(ge=2, lt=2**31)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Weight = Annotated[float, Field(ge=0)]
