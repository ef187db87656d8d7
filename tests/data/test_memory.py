"""Which rows stay on disk: by the config, or by how much memory they would take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dnnrun.components import Component
from dnnrun.config import sources
from dnnrun.config.load import complete
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SourceEntry
from dnnrun.data import memory
from dnnrun.data.memory import expected_bytes, free_memory, is_to_stream
from dnnrun.errors import ConfigError

ENTRY = SourceEntry("own:read", "Rows.", ("path",), {"test": None}, ("path", "test"), stream="own:stream", expands=2.0)


def experiment(source: Any, in_memory: Any = "auto") -> Experiment:
    return complete(
        {
            "dataset": {"source": source, "in_memory": in_memory},
            "model": {"layers": [{"Dense": 1}]},
            "optimizer": "SGD",
            "loss": "mse",
        }
    )


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Component:
    """A source that can stream, of files with 1,000 bytes in all, 100 of these packed."""
    monkeypatch.setitem(sources.SOURCES, "rows", ENTRY)
    (tmp_path / "one").mkdir()
    for name, size in {"one/a.bin": 300, "one/b.bin.gz": 100, "two.bin": 500, "three.bin": 100}.items():
        (tmp_path / name).write_bytes(bytes(size))
    return Component("rows", {"path": [str(tmp_path / "one"), str(tmp_path / "t*.bin")], "test": str(tmp_path / "no")})


def test_files_folders_and_patterns_are_counted_and_packed_ones_grow(rows: Component) -> None:
    assert expected_bytes(rows) == 2 * (300 + 4 * 100 + 500 + 100)
    assert expected_bytes(Component("iris")) == 0


@pytest.mark.parametrize(("free", "stays"), [(26_001, False), (25_999, True)])
def test_rows_stay_on_disk_where_they_take_more_than_half_of_the_free_memory(
    rows: Component, monkeypatch: pytest.MonkeyPatch, free: int, *, stays: bool
) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: free)
    assert is_to_stream(experiment("iris"), rows) is stays
    assert not is_to_stream(experiment("iris", in_memory=True), rows)
    assert is_to_stream(experiment("iris", in_memory=False), rows)


def test_a_source_that_is_read_into_memory_says_so() -> None:
    config = experiment("iris", in_memory=False)
    with pytest.raises(ConfigError, match="iris is read into memory"):
        is_to_stream(config, config.dataset.source)
    assert not is_to_stream(experiment("iris"), Component("iris"))


def test_the_free_memory_is_that_of_the_machine_or_of_its_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2**20 < free_memory() < 2**50
    for name, value in {"_LIMIT": 3000, "_USED": 1000}.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setattr(memory, name, tmp_path / name)
    assert free_memory() == 2000
    (tmp_path / "_LIMIT").write_text("max\n")
    assert free_memory() > 2**20
