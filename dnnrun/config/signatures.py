"""The arguments of a user's own classes and functions, read off their source: nothing of theirs is imported or run.

A class that passes its keywords on also takes what the classes above it take, as `engine.catalog` has it of Keras's
own; where these are Keras's, the catalogue or the table here knows. Where reading does not tell, nothing is said.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from dnnrun.components import Kind
from dnnrun.config import catalog
from dnnrun.config.catalog import Entry, Parameter
from dnnrun.config.definitions import Definition, Found, OfKeras, dotted, find_base, find_definition
from dnnrun.config.modules import NoSuchModule, Untold, bindings_in
from dnnrun.errors import ConfigError, suggest

# What Keras's base classes take: the catalogue leaves them out, as no config can name them.
_LAYER = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
BASES: dict[str, tuple[str, ...]] = {
    "Layer": _LAYER,
    "Model": ("inputs", "outputs", *_LAYER),
    "Sequential": ("layers", "trainable", "name"),
    "Optimizer": (
        "learning_rate", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
        "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "name",
    ),
    "LearningRateSchedule": (),
    "Loss": ("name", "reduction", "dtype"),
    "Metric": ("dtype", "name"),
    "Callback": (),
    "Initializer": (),
    "Regularizer": (),
    "Constraint": (),
}  # fmt: skip
_LIKE_OBJECT = {"object", "ABC", "Generic", "Protocol"}
# Decorators that leave the arguments as they are; of others that is not known.
_PLAIN_DECORATORS = {"register_keras_serializable", "function", "cache", "lru_cache", "staticmethod", "final"}
_GIVEN_TO_MODELS = {"input_shape", "classes"}  # by dnnrun, to a function that takes them
_DEEPEST = 20  # inheritance that is followed

_Parameters = dict[str, Parameter]
_Init = tuple[_Parameters, bool]
"""The arguments of an ``__init__``, and whether it passes others on."""


def signature_of(import_path: str, kind: Kind, beside: Path | None = None) -> Entry | None:
    """Return the arguments of the object that an import path names, or None where its source does not tell.

    Args:
        import_path: ``package.module:Name``.
        kind: what it is to be.
        beside: the folder of the config, to say so when the module lies there and not where it is looked for.

    Raises:
        ConfigError: there is no such module or no such name in it, or its file is not Python.
    """
    try:
        found = find_definition(import_path)
        entry = _of_keras(found, kind) if isinstance(found, OfKeras) else _of_own(found, kind)
    except NoSuchModule as error:
        missing = str(error)
        raise ConfigError(f"there is no module {missing!r}", hint=_where_it_is_looked_for(missing, beside)) from error
    except Untold:
        return None
    if kind != "models":
        return entry
    given = {name: replace(p, is_required=False) for name, p in entry.parameters.items() if name in _GIVEN_TO_MODELS}
    return replace(entry, parameters={**entry.parameters, **given})


def _where_it_is_looked_for(module: str, beside: Path | None) -> str:
    looked_for = f"it is looked for in {Path.cwd()} and among the installed packages"
    if "." in module:
        return looked_for
    if beside is not None and (beside / f"{module}.py").is_file():
        return f"{looked_for}\n{module}.py lies beside the config: run dnnrun there, or set PYTHONPATH={beside}"
    near = suggest(module, [path.stem for path in Path.cwd().glob("*.py")])
    return f"{near}\n{looked_for}".strip()


def _of_own(found: Definition, kind: Kind) -> Entry:
    if isinstance(found.node, ast.ClassDef):
        return _of_class(found, kind)
    _refuse_unknown_decorators(found.node)
    arguments = found.node.args
    takes_more = bool(arguments.posonlyargs or arguments.vararg or arguments.kwarg)
    # Those that must be given first, as in the catalogue.
    parameters = dict(sorted(_named(arguments).items(), key=lambda item: not item[1].is_required))
    return Entry(parameters, is_function=True, takes_more=takes_more)


def _of_keras(found: OfKeras, kind: Kind) -> Entry:
    *homes, name = found.name.split(".")
    if name in BASES:
        return Entry({argument: Parameter(is_required=False) for argument in BASES[name]})
    said = [other for other in catalog.described_kinds() if other in homes]
    for other in said or (kind, *catalog.described_kinds()):
        entry = catalog.find(other, name)
        if entry is not None and catalog.is_complete(other):
            return entry
    raise Untold


def _of_class(found: Definition, kind: Kind) -> Entry:
    """Return the arguments of a class: those of every ``__init__`` upwards for as long as each passes others on."""
    required: _Parameters = {}
    optional: _Parameters = {}
    is_outermost, takes_more = True, False
    for ancestor in _lineage(found):
        try:
            init = _init_of(ancestor, kind)
        except Untold:
            takes_more = True
            break
        if init is None:
            continue
        parameters, passes_on = init
        for name, parameter in parameters.items():
            if not parameter.is_required:
                optional.setdefault(name, parameter)
            elif is_outermost:  # a class gives its parent what the parent must have; nobody else can
                required[name] = parameter
        is_outermost = False
        if not passes_on:
            break
    others = {name: parameter for name, parameter in optional.items() if name not in required}
    return Entry({**required, **others}, takes_more=takes_more)


def _lineage(found: Definition) -> list[Found | None]:
    """Return a class and what it inherits from, in Python's order; None where a base is not known."""
    upwards = _ancestors(found, _DEEPEST)
    return list(dict.fromkeys(reversed(upwards)))[::-1]  # a class that two others share comes after both


def _ancestors(found: Found | None, steps: int) -> list[Found | None]:
    ancestors: list[Found | None] = [found]
    if not isinstance(found, Definition) or not isinstance(found.node, ast.ClassDef):
        return ancestors
    for expression in found.node.bases if steps else ():
        base: Found | None
        try:
            if dotted(expression)[-1] in _LIKE_OBJECT:
                continue
            base = find_base(found, expression)
        except Untold:
            base = None
        ancestors += _ancestors(base, steps - 1)
    return ancestors


def _init_of(ancestor: Found | None, kind: Kind) -> _Init | None:
    """Return the ``__init__`` that a class has itself; None where it has none, Untold where that is not known."""
    if isinstance(ancestor, OfKeras):
        return dict(_of_keras(ancestor, kind).parameters), True
    if ancestor is None or not isinstance(ancestor.node, ast.ClassDef):
        raise Untold
    node = ancestor.node
    _refuse_unknown_decorators(node, "dataclass")
    if any(keyword.arg != "metaclass" or dotted(keyword.value)[-1] != "ABCMeta" for keyword in node.keywords):
        raise Untold
    bound = {binding.name: binding.statement for binding in bindings_in(node.body)}
    init = bound.get("__init__")
    if init is None and "__new__" not in bound:
        is_dataclass = any(dotted(decorator)[-1] == "dataclass" for decorator in node.decorator_list)
        return _init_of_dataclass(node) if is_dataclass else None
    if not isinstance(init, ast.FunctionDef) or init.decorator_list:
        raise Untold
    return _named(init.args, is_method=True), init.args.kwarg is not None


def _init_of_dataclass(node: ast.ClassDef) -> _Init:
    """Return the ``__init__`` that ``@dataclass`` makes of the annotated names in a class that inherits nothing."""
    if node.bases or any(isinstance(d, ast.Call) and _keyword(d, "init") is not None for d in node.decorator_list):
        raise Untold
    parameters: _Parameters = {}
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        annotation, value = ast.unparse(statement.annotation), statement.value
        is_field = isinstance(value, ast.Call) and dotted(value)[-1] == "field"
        if "ClassVar" in annotation or "KW_ONLY" in annotation or (is_field and _keyword(value, "init") is not None):
            continue
        has_default = any(_keyword(value, name) is not None for name in ("default", "default_factory"))
        parameters[statement.target.id] = Parameter(is_required=value is None or (is_field and not has_default))
    return parameters, False


def _keyword(call: ast.expr | None, name: str) -> ast.expr | None:
    keywords = call.keywords if isinstance(call, ast.Call) else ()
    return next((keyword.value for keyword in keywords if keyword.arg == name), None)


def _refuse_unknown_decorators(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, *known: str) -> None:
    if any(dotted(decorator)[-1] not in {*_PLAIN_DECORATORS, *known} for decorator in node.decorator_list):
        raise Untold


def _named(arguments: ast.arguments, *, is_method: bool = False) -> _Parameters:
    """Return the arguments that can be given by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    first_named = max(len(arguments.posonlyargs), int(is_method))
    found = {
        argument.arg: Parameter(is_required=index < first_default)
        for index, argument in enumerate(positional)
        if index >= first_named
    }
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found[argument.arg] = Parameter(is_required=default is None)
    return found
