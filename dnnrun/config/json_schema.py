"""The config language as JSON Schema 2020-12, by which editors complete, explain and check a config as it is written.

Made of three parts that have their owners elsewhere: the keys of `schema.Experiment`, which pydantic describes; every
object of the catalogue, under ``KIND.NAME``; and the notation of components, which is written here.

A file that extends another may be partial. Of what stands under a key, nothing is required therefore; what has to be
there is said apart, by `_complete`, and asked only of files without ``extends``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dnnrun.components import IMPORT_PATH, KINDS, Kind, a_kind, kind_of_argument
from dnnrun.config import catalog
from dnnrun.config.catalog import Entry, Parameter, required_of
from dnnrun.config.fields import KIND_MARK
from dnnrun.config.hints import EXTENDS
from dnnrun.config.schema import Experiment
from dnnrun.config.wording import about_argument, about_entry

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_TYPES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "list": "array",
    "dict": "object",
    "null": "null",
}
# Kinds that stand under a key or inside of such, where a file merges with what it extends; other kinds stand in lists.
_MERGED: set[Kind] = {"optimizers", "schedules", "losses", "sources", "estimators"}
_EXTENDS = {
    "description": EXTENDS,
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}],
}
_IMPORT_PATH = {
    "description": "the import path of an object of your own: my_package.module:Name",
    "type": "string",
    "pattern": f"^{IMPORT_PATH}$",
}
_IS_ESTIMATOR = {"required": ["model"], "properties": {"model": {"type": "object", "required": ["sklearn"]}}}
_NO_ARGUMENTS = {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}]}


def build_schema() -> Schema:
    """Return the schema of a whole config, as data that JSON can hold."""
    described = Experiment.model_json_schema()
    sections: Schema = described["$defs"]
    described["properties"]["dataset"] = _or_source_alone(described["properties"]["dataset"])
    definitions = {name: _stated(section) for name, section in sections.items()}
    for kind in KINDS:
        definitions |= dict(_definitions_of(kind))
    definitions |= {f"argument.{kind}": _argument_of_kind(kind) for kind in KINDS if kind in _held_by_arguments()}
    definitions |= {f"complete.{kind}": _complete_kind(kind) for kind in KINDS if kind in _MERGED}
    return {
        "$schema": DIALECT,
        "$comment": f"made by 'dnnrun schema', with the objects of Keras {catalog.described_keras()}",
        "title": "dnnrun config",
        "description": "one training run",
        "type": "object",
        "properties": {**_stated(described["properties"]), "extends": _EXTENDS},
        "additionalProperties": False,
        "if": {"not": {"required": ["extends"]}},
        "then": {**_complete(described, sections), "if": _IS_ESTIMATOR, "else": {"required": ["optimizer", "loss"]}},
        "$defs": {**definitions, "import_path": _IMPORT_PATH, "no_arguments": _NO_ARGUMENTS},
    }


def to_text(schema: Schema) -> str:
    """Return a schema as JSON with a definition a line, so that what changes in it can be read."""
    definitions = ",\n".join(f'    "{name}": {json.dumps(inner)}' for name, inner in schema["$defs"].items())
    outer = "".join(f'  "{key}": {json.dumps(value)},\n' for key, value in schema.items() if key != "$defs")
    return f'{{\n{outer}  "$defs": {{\n{definitions}\n  }}\n}}\n'


def _or_source_alone(dataset: Schema) -> Schema:
    """Return the schema of a dataset with the name of a source as its short form, which a validator takes."""
    described = {key: value for key, value in dataset.items() if key != "$ref"}
    return {**described, "anyOf": [{"$ref": dataset["$ref"]}, {"type": "string", KIND_MARK: "sources"}]}


def _stated(described: Any) -> Any:
    """Return what pydantic describes, with components in their notation, and nothing required."""
    if isinstance(described, list):
        return [_stated(item) for item in described]
    if not isinstance(described, dict):
        return described
    ours = {"$ref": _ref(described[KIND_MARK])} if KIND_MARK in described else {}
    for key, value in described.items():
        is_title = key == "title" and isinstance(value, str)  # the key once more, in capitals
        if key not in {KIND_MARK, "required"} and not is_title:
            ours[key] = value if key == "default" else _stated(value)
    return ours


def _complete(described: Schema, sections: Schema) -> Schema:
    """Return what must be there in a part of a config that builds on no other; nothing where all may be left out."""
    if described.get(KIND_MARK) in _MERGED:
        return {"$ref": _ref(f"complete.{described[KIND_MARK]}")}
    if "$ref" in described:
        return _complete(sections[described["$ref"].removeprefix("#/$defs/")], sections)
    if "anyOf" in described:
        options = [(_stated(option), _complete(option, sections)) for option in described["anyOf"]]
        asked = [{"allOf": [stated, complete]} if complete else stated for stated, complete in options]
        return {"anyOf": asked} if any(complete for _, complete in options) else {}
    inner = {key: _complete(value, sections) for key, value in described.get("properties", {}).items()}
    properties = {key: complete for key, complete in inner.items() if complete}
    required = described.get("required", [])
    return {**({"required": required} if required else {}), **({"properties": properties} if properties else {})}


def _definitions_of(kind: Kind) -> Iterator[tuple[str, Schema]]:
    """Yield the schema of a kind, and of each of its objects that takes arguments."""
    yield kind, _component(kind)
    for name, entry in catalog.entries(kind).items():
        if not entry.is_function and not entry.alias_of:
            required = () if kind in _MERGED else required_of(name, entry)
            taken = catalog.with_inputs(entry) if kind == "layers" else entry
            yield f"{kind}.{name}", {"description": about_entry(kind, name, entry), **_arguments(kind, taken, required)}


def _component(kind: Kind) -> Schema:
    """Return the notation of a component: a name, a name with arguments, or an import path with or without them."""
    entries = catalog.entries(kind)
    alone = [
        {"const": name, "description": about_entry(kind, name, entry)}
        for name, entry in entries.items()
        if not required_of(name, entry)
    ]
    called = {
        name: {"$ref": _ref("no_arguments" if entry.is_function else f"{kind}.{entry.alias_of or name}")}
        for name, entry in entries.items()
    }
    with_arguments = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": called,
        "patternProperties": {f"^{IMPORT_PATH}$": {}},
        "additionalProperties": False,
    }
    also = [{"$ref": _ref("layers")}] if kind == "activations" else []
    return {"description": a_kind(kind), "anyOf": [*alone, with_arguments, {"$ref": _ref("import_path")}, *also]}


def _argument_of_kind(kind: Kind) -> Schema:
    """Return what an argument named after a kind takes: one of it, a list of them, or a plain value, as a rate is."""
    listed = {"type": "array", "items": {"$ref": _ref(f"argument.{kind}")}}
    return {"anyOf": [{"$ref": _ref(kind)}, {"type": ["number", "boolean", "null"]}, listed]}


def _arguments(kind: Kind, entry: Entry, required: tuple[str, ...]) -> Schema:
    """Return what stands behind the name of an object: its arguments, the first of them alone, or nothing."""
    by_name = {
        "type": "object",
        "properties": {
            argument: _argument(kind, argument, parameter) for argument, parameter in entry.parameters.items()
        },
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }
    forms = [by_name]
    if entry.parameters and _takes_one(entry, required):
        first = entry.arguments[0]
        forms.append({**_argument(kind, first, entry.parameters[first]), "not": {"type": ["object", "null"]}})
    if not required:
        forms.append({"type": "null"})
    return {"anyOf": forms}


def _argument(of: Kind, name: str, parameter: Parameter) -> Schema:
    kind = kind_of_argument(name, of)
    taken = {"$ref": _ref(f"argument.{kind}")} if kind else _plain_argument(parameter)
    default = {} if parameter.is_required else {"default": parameter.default}
    return {**taken, "description": about_argument(name, parameter, of), **default}


def _plain_argument(parameter: Parameter) -> Schema:
    """Return what an argument takes that holds no object."""
    types = [_TYPES[name] for name in parameter.types if not (name == "str" and parameter.choices)]
    if "int" in parameter.types and type(parameter.default) is int and parameter.default in (0, 1):
        types.append("boolean")  # Keras's verbose is 0 or 1, and nobody minds true
    by_type: Schema = {"type": types[0] if len(types) == 1 else types}
    if parameter.choices:
        others = by_type if types else {"not": {"type": "string"}}
        of_ones_own = [{"$ref": _ref("import_path")}] if not parameter.types or "str" in parameter.types else []
        return {"anyOf": [*_chosen(parameter.choices), *of_ones_own, others]}
    return by_type if types else {}


def _chosen(choices: tuple[str, ...]) -> list[Schema]:
    """Return the choices as they are completed, and in whatever case they may be written."""
    any_case = ("".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in choice) for choice in choices)
    return [{"enum": list(choices)}, {"type": "string", "pattern": f"^({'|'.join(any_case)})$"}]


def _complete_kind(kind: Kind) -> Schema:
    """Return which arguments the objects of a kind must have, and the components among their arguments likewise."""
    asked: Schema = {}
    held: dict[str, Kind | None] = {}
    for name, entry in catalog.entries(kind).items():
        required = required_of(name, entry)
        if required:
            asked[name] = {"type": "object", "required": list(required)}
            if _takes_one(entry, required):
                asked[name] = {"not": {"type": "null"}, "required": list(required)}
        held |= {argument: kind_of_argument(argument, kind) for argument in entry.parameters}
    inner = {argument: {"$ref": _ref(f"complete.{of}")} for argument, of in sorted(held.items()) if of in _MERGED}
    return {"properties": asked, **({"allOf": [{"additionalProperties": {"properties": inner}}]} if inner else {})}


def _takes_one(entry: Entry, required: tuple[str, ...]) -> bool:
    """Whether the first argument alone is enough."""
    return set(required) <= set(entry.arguments[:1])


def _held_by_arguments() -> set[Kind]:
    names = {(name, kind) for kind in KINDS for entry in catalog.entries(kind).values() for name in entry.parameters}
    return {held for name, kind in names if (held := kind_of_argument(name, kind))}


def _ref(name: str) -> str:
    return f"#/$defs/{name}"
