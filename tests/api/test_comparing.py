"""The comparison as a table of pandas."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun import compare
from dnnrun.errors import ConfigError, RunError
from dnnrun.store import Run, RunWriter


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    """Two runs that differ in the seed, and a broken one."""
    made = []
    for seed, loss in ((1, 0.5), (2, 0.25)):
        config = {"seed": seed, "epochs": 1, "optimizer": {"Adam": {"learning_rate": 0.1}}}
        writer = RunWriter.create(tmp_path / "runs", f"s{seed}", {"config": config})
        writer.append_history({"epoch": 1, "loss": loss, "learning_rate": 0.1, "seconds": 2.0})
        writer.finish("completed")
        made.append(Run(writer.path))
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "history.csv").write_text("")
    return made


def test_a_row_a_run_with_numbers(runs: list[Run]) -> None:
    frame = compare(runs)
    assert list(frame.index) == [runs[1].name, runs[0].name]
    assert frame["final loss"].tolist() == [0.25, 0.5]
    assert frame["seed"].tolist() == [2, 1]
    assert frame["group"].tolist() == [1, 1]
    assert frame["seconds an epoch"].dtype.kind == "f"
    assert frame.index.name == "run"


def test_names_and_folders(runs: list[Run], tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    assert list(compare("s1", runs_dir=folder).index) == [runs[0].name]
    whole = compare(folder)
    assert len(whole) == 2
    assert [line.startswith(str(folder / "broken")) for line in whole.attrs["broken"]] == [True]
    assert "optimizer.Adam.learning_rate" in compare(folder, everything=True).columns


def test_what_is_not_there(runs: list[Run], tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nothing: no such run"):
        compare([*runs, "nothing"], runs_dir=tmp_path / "runs")
    with pytest.raises(RunError, match="no runs to compare"):
        compare([])
    with pytest.raises(ConfigError, match="no run has a metric 'f1'"):
        compare(runs, sort="f1")
