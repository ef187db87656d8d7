"""From a source in a config to its rows: dnnrun's own sources by name, a user's function by import path."""

from __future__ import annotations

import importlib
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dnnrun.components import Component, ConfigPath, load_object, plain
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.data.chunks import Chunks
from dnnrun.data.dataset import Array, SourceData, mapped
from dnnrun.data.memory import is_to_stream
from dnnrun.data.returned import MAY_RETURN, a_kind_of, as_source_data
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.arguments import WrongArgument, check_arguments
from dnnrun.data.sources.arrays import check_source
from dnnrun.data.streams import Stream
from dnnrun.errors import ConfigError, DataError, DnnrunError


def read_source(experiment: Experiment, source: Component, path: ConfigPath, *, allow_code: bool) -> SourceData:
    """Read the rows that a source names, checked; features of shape (rows,) become one column, as in Keras.

    Args:
        experiment: where messages find the lines.
        source: its name and arguments.
        path: where it stands in the config.
        allow_code: whether a source given as an import path may be run.

    Raises:
        DataError: the source cannot be read, or its rows cannot be trained on, with the line that names it.
        ConfigError: an argument is wrong, or code is not allowed.
    """
    inner = (*path, source.name)
    try:
        is_streamed = is_to_stream(experiment, source)
        data = _call(source, allow_code, is_streamed=is_streamed)
        data = _with_streams(data, experiment)
        check_source(data, str(data.files[0]) if data.files else source.name)
    except (ArgumentError, WrongArgument) as error:
        raise placed(error, experiment, (*inner, error.argument) if error.argument else inner) from error
    except (ConfigError, DataError) as error:
        raise placed(error, experiment, inner) from error
    return _with_columns(data)


def placed(error: DnnrunError, experiment: Experiment, path: ConfigPath) -> DnnrunError:
    """Return the error with the config's line beside every problem that has no place yet."""
    where = experiment.place(path, of_key=len(path) < 4)
    problems = [replace(problem, where=problem.where or where) for problem in error.problems]
    return DataError(*problems) if isinstance(error, DataError) else ConfigError(*problems)


def _call(source: Component, allow_code: bool, *, is_streamed: bool) -> SourceData:
    if source.is_import_path:
        function = load_object(source.name, allow_code=allow_code)
        return as_source_data(_result_of(function, source), source.name)
    entry = SOURCES[source.name]
    module, _, name = ((entry.stream if is_streamed else None) or entry.function).partition(":")
    built_in: Callable[..., SourceData] = getattr(importlib.import_module(module), name)
    # A name such as activation would have been read as that of an argument that takes a component.
    given = {name: plain(value) if isinstance(value, Mapping) else value for name, value in source.arguments.items()}
    check_arguments(built_in, given, source.name)
    return built_in(**given)


def _with_streams(data: SourceData, experiment: Experiment) -> SourceData:
    """Return the data with features that stay on disk as streams, or read where the config wants them in memory."""
    config = experiment.dataset
    for x, labels, stream in (("x", "y", "stream"), ("x_test", "y_test", "stream_test")):
        chunks = getattr(data, x)
        if not isinstance(chunks, Chunks):
            continue
        found = Stream(chunks, config.shuffle_buffer).changed(lambda x: mapped(_as_column, x))
        changes: dict[str, Any] = {x: found.form, stream: found}
        if (y := getattr(data, labels)) is not None:
            changes[labels] = mapped(_compact, y)
        data = replace(data, **({x: found.take(slice(None))} if config.in_memory is True else changes))
    return data


def _result_of(function: Any, source: Component) -> Any:
    """Call a user's function; whatever goes wrong inside it is explained with the line of its code."""
    if not callable(function):
        raise ConfigError(
            f"{source.name} is {a_kind_of(function)}, not a function",
            hint=f"name a function without arguments; {MAY_RETURN}",
        )
    try:
        inspect.signature(function).bind(*source.positional, **source.arguments)
    except TypeError as error:
        raise ConfigError(
            f"{source.name} cannot be called with the arguments of the config: {error}",
            hint=f"its arguments: {inspect.signature(function)}",
        ) from error
    except ValueError:
        pass  # a callable without a signature
    try:
        return function(*source.positional, **source.arguments)
    except DnnrunError:
        raise
    except Exception as error:
        raise DataError(
            f"{source.name} failed: {type(error).__name__}: {' '.join(str(error).split())}", hint=_origin(error)
        ) from error


def _origin(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"it came from line {frames[-1].lineno} of {frames[-1].filename}" if frames else ""


def _with_columns(data: SourceData) -> SourceData:
    x_test = None if data.x_test is None else mapped(_as_column, data.x_test)
    return replace(data, x=mapped(_as_column, data.x), x_test=x_test)


def _compact(array: Array) -> Array:
    """Return whole numbers in as few bytes as they fit into: the labels of many rows are in memory all the time."""
    if array.dtype.kind not in "iu" or not array.size:
        return array
    least, most = int(array.min()), int(array.max())
    return array.astype(np.promote_types(np.min_scalar_type(least), np.min_scalar_type(most)))


def _as_column(array: Array) -> Array:
    return array if array.ndim > 1 else array[:, None]
