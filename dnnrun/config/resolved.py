"""An `Experiment` back to data and to YAML text that reads as the same experiment again."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from dnnrun.components import plain
from dnnrun.config.reader import CORE_SCHEMA
from dnnrun.config.schema import Experiment


class _Dumper(yaml.SafeDumper):
    """Writes plain only what our reader reads back as the same value, and quotes the rest."""

    yaml_implicit_resolvers: dict[str | None, list[tuple[str, Any]]] = {}  # noqa: RUF012 - as in PyYAML

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Escape the line breaks that YAML folds into spaces."""
        style = '"' if _FOLDED.search(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_FOLDED = re.compile("[\x85\u2028\u2029]")
_Dumper.add_representer(str, _Dumper.represent_text)
for _tag, _pattern in (*CORE_SCHEMA, ("tag:yaml.org,2002:merge", re.compile("<<"))):
    _Dumper.add_implicit_resolver(_tag, _pattern, None)


class _LineDumper(_Dumper):
    """Writes a text with line breaks on one line, and equal values each for itself."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Escape every line break."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _BREAK.search(text) else None)

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_LineDumper.add_representer(str, _LineDumper.represent_text)


def to_plain(experiment: Experiment) -> dict[str, Any]:
    """Return the whole config, defaults included, as dicts, lists and scalars in the order of the schema."""
    return {name: _plain(getattr(experiment, name)) for name in type(experiment).model_fields}


def to_yaml(experiment: Experiment) -> str:
    """Return the whole config, defaults included, as YAML that `load_config` takes."""
    return yaml.dump(
        to_plain(experiment), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100
    )


def to_yaml_line(value: Any) -> str:
    """Return a plain value as YAML on one line, which the reader of configs takes for the same value."""
    listed = yaml.dump(
        [value], Dumper=_LineDumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=math.inf
    )
    return listed.strip()[1:-1]  # of a value alone, PyYAML would mark the end


def _plain(value: Any) -> Any:
    if hasattr(type(value), "model_fields"):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    return plain(value)
