"""What the tests of the starter share: a way from the cells of a table to its facts and to its config."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dnnrun.data.sources.bundled import FILES
from dnnrun.data.sources.table import read_table
from dnnrun.starter.profile import TableFacts, profile_table

TARGETS = {"iris": "species", "pima": "Outcome", "boston_housing": "medv"}
"""The bundled tables, with the column that is predicted from the others."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_table(columns: dict[str, Sequence[Any]], name: str = "t.csv", **options: Any) -> Path:
    """Write columns of cells, each with its name, as a CSV file; with a mark, which the first name may begin with."""
    with Path(name).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, **options)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return Path(name)


@pytest.fixture
def facts_of() -> Callable[..., TableFacts]:
    """Return the facts about a table with these columns; the target is y."""

    def make(**columns: Iterable[Any]) -> TableFacts:
        file = write_table({name: list(cells) for name, cells in columns.items()})
        return profile_table(read_table(file, "path", ","), "y")

    return make


@pytest.fixture(params=TARGETS)
def bundled(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """Each bundled table with its target."""
    return FILES / f"{request.param}.csv", TARGETS[request.param]
