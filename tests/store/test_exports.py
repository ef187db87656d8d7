"""The folder of an export: whole under its name, or not there at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dnnrun.errors import ConfigError, RunError
from dnnrun.store import ExportFolder, Run, RunWriter, export_target, layout, model_of


@pytest.fixture
def run(tmp_path: Path) -> Run:
    writer = RunWriter.create(tmp_path / "runs", "mnist", {"name": "mnist"})
    writer.finish("completed")
    writer.close()
    return writer.read()


def write_one(target: Path, content: str = "model", *, holds: bool = True) -> Path:
    with ExportFolder.open("onnx", target) as folder:
        folder.model.write_text(content)
        folder.write_parity({"holds": holds})
        return folder.keep() if holds else folder.set_aside()


def test_an_export_lies_in_the_run_under_its_format(run: Run) -> None:
    target = export_target(run, "onnx")
    assert target == run.path / "exports" / "onnx"
    assert write_one(target) == target
    assert sorted(path.name for path in target.iterdir()) == ["model.onnx", "parity.json"]
    assert [path.name for path in target.parent.iterdir()] == ["onnx"]


def test_a_later_export_takes_the_place_of_an_earlier_one(run: Run) -> None:
    target = export_target(run, "onnx")
    write_one(target, "old")
    assert export_target(run, "onnx") == target
    write_one(target, "new")
    assert (target / "model.onnx").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["onnx"]


def test_one_that_fails_its_proof_is_put_beside_and_leaves_the_earlier_one(run: Run) -> None:
    target = export_target(run, "onnx")
    write_one(target, "good")
    aside = write_one(target, "bad", holds=False)
    assert aside == target.with_name("onnx-failed")
    assert json.loads((aside / "parity.json").read_text()) == {"holds": False}
    assert (target / "model.onnx").read_text() == "good"
    write_one(target, "worse", holds=False)
    assert (aside / "model.onnx").read_text() == "worse"


@pytest.mark.parametrize("end", [KeyboardInterrupt, OSError, SystemExit])
def test_what_is_interrupted_leaves_nothing(run: Run, end: type[BaseException]) -> None:
    target = export_target(run, "onnx")

    def interrupted() -> None:
        with ExportFolder.open("onnx", target) as folder:
            folder.model.write_text("half")
            assert target.parent.joinpath(folder.path.name).is_dir()
            raise end

    with pytest.raises(end):
        interrupted()
    assert list(target.parent.iterdir()) == []


def test_what_is_no_export_is_never_replaced(run: Run, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    assert export_target(run, "onnx", precious) == precious  # an empty folder may be taken
    write_one(precious)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("all of it")
    (tmp_path / "file").write_text("one")
    for name in ("other", "file"):
        with pytest.raises(ConfigError, match="is there already, and is no export"):
            export_target(run, "onnx", tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot write"), ExportFolder.open("onnx", tmp_path / "new"):
        pass
    tmp_path.chmod(0o700)


def test_a_place_below_a_file_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    with pytest.raises(RunError, match="cannot write"), ExportFolder.open("onnx", tmp_path / "file" / "new"):
        pass


@pytest.mark.parametrize(
    ("status", "says", "hint"),
    [
        ("completed", "has no model.keras any more", "trains it again"),
        ("diverged", "diverged, so that it has no model", "train it anew"),
        ("failed", "did not reach its end, and has no model", "dnnrun resume"),
        ("interrupted", "did not reach its end, and has no model", "dnnrun resume"),
    ],
)
def test_a_run_without_a_model_says_why(tmp_path: Path, status: str, says: str, hint: str) -> None:
    writer = RunWriter.create(tmp_path, "one", {})
    writer.finish(status)  # type: ignore[arg-type]
    writer.close()
    with pytest.raises(RunError, match=says) as caught:
        model_of(writer.read())
    assert hint in caught.value.problems[0].hint


def test_a_running_run_has_no_model_yet(tmp_path: Path) -> None:
    writer = RunWriter.create(tmp_path, "one", {})
    with pytest.raises(RunError, match="is being trained, and has no model yet"):
        model_of(writer.read())
    writer.close()


def test_a_model_of_scikit_learn_is_not_exported(run: Run) -> None:
    (run.path / layout.ESTIMATOR).write_bytes(b"")
    with pytest.raises(RunError, match="one of scikit-learn, and only models of Keras") as caught:
        model_of(run)
    assert "skl2onnx" in caught.value.problems[0].hint


def test_no_callback_writes_over_the_exports(run: Run) -> None:
    assert layout.EXPORTS in layout.OWN
