"""The data sources by name: the one table a new source is added to.

Each is a function in `dnnrun.data.sources`, named here by import path so that a config can be checked without loading
it; a test holds the arguments given here against its signature.
"""

from __future__ import annotations

from dataclasses import dataclass

_HOME = "dnnrun.data.sources"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """Where a source's function is, the arguments that a config may give it, and which of these name files."""

    function: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


SOURCES: dict[str, SourceEntry] = {
    "mnist": SourceEntry(f"{_HOME}.bundled:mnist"),
    "fashion_mnist": SourceEntry(f"{_HOME}.bundled:fashion_mnist"),
    "iris": SourceEntry(f"{_HOME}.bundled:iris"),
    "pima": SourceEntry(f"{_HOME}.bundled:pima"),
    "boston_housing": SourceEntry(f"{_HOME}.bundled:boston_housing"),
    "csv": SourceEntry(f"{_HOME}.csv:read_csv", ("path", "target"), ("test", "separator", "drop"), ("path", "test")),
    "npz": SourceEntry(
        f"{_HOME}.npz:read_npz", ("path",), ("x_train", "y_train", "x_test", "y_test", "class_names"), ("path",)
    ),
}
