"""Reads the names and arguments of estimators off scikit-learn; ``python -m dnnrun.estimators.catalog`` writes them.

What an argument takes, scikit-learn itself knows: it checks every one by constraints that its classes list.
"""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sklearn
from sklearn.utils import all_estimators

# These need lists of named estimators, or targets of several columns each with a class of its own.
_NOT_FOR_CONFIGS = {
    "ClassifierChain", "MultiOutputClassifier", "MultiOutputRegressor", "RegressorChain", "StackingClassifier",
    "StackingRegressor", "VotingClassifier", "VotingRegressor",
}  # fmt: skip
_SECTIONS = {"classifiers": "classifier", "regressors": "regressor"}
_LEAVING = {"deprecated", "warn"}  # defaults that nobody may write
_ORDER = ("bool", "int", "float", "str", "list", "dict", "null")


def describe() -> dict[str, Any]:
    """Return scikit-learn's version, its classifiers and its regressors, each with its arguments.

    Returns:
        ``scikit-learn``, the version; ``classifiers`` and ``regressors``, by name, with ``doc`` and ``arguments`` as in
        the catalogue of Keras.
    """
    described: dict[str, Any] = {"scikit-learn": sklearn.__version__}
    for section, type_filter in _SECTIONS.items():
        found = dict(all_estimators(type_filter=type_filter))
        described[section] = {name: _describe(found[name]) for name in sorted(found) if name not in _NOT_FOR_CONFIGS}
    return described


def _describe(estimator: type) -> dict[str, Any]:
    constraints = getattr(estimator, "_parameter_constraints", {})
    parameters = list(inspect.signature(estimator).parameters.values())
    required = [p for p in parameters if p.default is p.empty]
    paragraph = (inspect.getdoc(estimator) or "").split("\n\n")[0]
    return {
        "doc": " ".join(paragraph.split()),
        "module": estimator.__module__.partition("._")[0],
        "arguments": {
            p.name: _describe_argument(p, constraints.get(p.name, ()))
            for p in (*required, *(p for p in parameters if p not in required))
        },
    }


def _describe_argument(parameter: inspect.Parameter, constraints: Any) -> dict[str, Any]:
    is_required = parameter.default is parameter.empty
    types, choices = _allowed(constraints if isinstance(constraints, list) else ())
    if type(parameter.default) is int and "bool" in types and parameter.default in {0, 1}:
        types.remove("bool")  # as for verbose: that true may stand for 1 is known of every such argument
    given = {} if is_required else {"default": _as_yaml(parameter.default)}
    return {**given, **({"types": types} if types else {}), **({"choices": choices} if choices else {})}


def _allowed(constraints: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Return the types that constraints allow, and the texts; no types where a constraint is not understood."""
    types: set[str] = set()
    choices: list[str] = []
    for constraint in constraints:
        options = sorted(map(str, getattr(constraint, "options", ()) or ()))
        name = type(constraint).__name__
        if name == "Hidden":  # what it takes, and does not want to be known
            continue
        if name == "StrOptions":
            choices += [option for option in options if option not in {"precomputed", "pyfunc"}]  # for Python only
            types.add("str")
        elif name == "Interval":
            types |= {"int"} if constraint.type.__name__ == "Integral" else {"int", "float"}
        elif constraint is None:
            types.add("null")
        elif isinstance(constraint, str) and constraint in _NAMED:
            types |= _NAMED[constraint]
        elif isinstance(constraint, type) and constraint.__name__ in _CLASSES:
            types |= _CLASSES[constraint.__name__]
        elif callable(constraint) or name in {"HasMethods", "_IterablesNotString"}:
            continue  # what only Python can give
        else:
            return [], choices
    return [kind for kind in _ORDER if kind in types], choices


_NAMED = {
    "boolean": {"bool"},
    "verbose": {"bool", "int"},
    "random_state": {"int", "null"},
    "array-like": {"list"},
    "sparse matrix": set[str](),
    "cv_object": {"int", "null"},
}
_CLASSES = {
    "dict": {"dict"}, "list": {"list"}, "tuple": {"list"}, "str": {"str"}, "int": {"int"}, "float": {"float"},
    "bool": {"bool"}, "Integral": {"int"}, "Real": {"int", "float"},
}  # fmt: skip


def _as_yaml(default: Any) -> Any:
    """Return a default as a config would write it; what it cannot write is null."""
    if isinstance(default, list | tuple):
        return [_as_yaml(item) for item in default]
    if isinstance(default, str) and default in _LEAVING:
        return None
    is_plain = default is None or isinstance(default, bool | int | str)
    return default if is_plain or (isinstance(default, float) and math.isfinite(default)) else None


def main(target: str) -> None:
    """Write the catalogue of the installed scikit-learn to the file ``target``."""
    lines = []
    for section, names in describe().items():
        if isinstance(names, str):
            lines.append(f'"{section}": {json.dumps(names)}')
        else:
            rows = ",\n".join(f'  "{name}": {json.dumps(entry)}' for name, entry in names.items())
            lines.append(f'"{section}": {{\n{rows}\n}}')
    Path(target).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
