"""``dnnrun resume``: after Ctrl-C and SIGTERM, longer than planned, and what it refuses."""

from __future__ import annotations

import json
import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from dnnrun import Run
from tests.end_to_end.conftest import CONFIGS, Dnnrun, rows_of, wait_until, without_seconds
from tests.end_to_end.warm_command import WarmCommand

CONFIG = CONFIGS / "mnist_adam.yaml"
LONG = ("--epochs", "6", "--set", "dataset.limit=8000", "--set", "batch_size=4")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, warm: WarmCommand) -> Path:
    """Return a run of the long training that nothing interrupted."""
    dnnrun = Dnnrun(tmp_path_factory.mktemp("whole"), warm)
    assert dnnrun("train", CONFIG, *LONG).code == 0
    [run] = dnnrun.runs()
    return run


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_was_stopped_goes_on_to_the_same_end(
    sent: signal.Signals, code: int, dnnrun: Dnnrun, whole: Path
) -> None:
    process = dnnrun.start("train", CONFIG, *LONG, "--name", "stopped")
    wait_until(lambda: any(rows_of(run) for run in dnnrun.runs()), process)
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "stopping after this step" in err
    assert "Traceback" not in err
    [stopped] = dnnrun.runs()
    assert Run(stopped).status == "interrupted"
    finished = len(rows_of(stopped))
    assert 1 <= finished < 6
    assert f"resume runs/{stopped.name}" in out

    resumed = dnnrun("resume", stopped)
    assert resumed.code == 0, resumed.err
    assert f"epoch {finished + 1}/6" in resumed.err
    assert f"epoch {finished}/6" not in resumed.err
    [session] = Run(stopped).record["resumed"]
    assert session["from_status"] == "interrupted"
    assert session["from_epoch"] == finished + 1
    assert without_seconds(stopped) == without_seconds(whole)
    _assert_same_bits(stopped, whole)


@pytest.mark.slow
def test_a_finished_run_is_lengthened(dnnrun: Dnnrun) -> None:
    small = ("--set", "dataset.limit=600")
    assert dnnrun("train", CONFIG, *small, "--epochs", "2", "--name", "grown").code == 0
    [grown] = dnnrun.runs()
    done = dnnrun("resume", grown)
    assert done.code == 2
    assert "the run has 2 epochs already" in done.err
    assert "--epochs 4" in done.err
    longer = dnnrun("resume", grown, "--epochs", "4", "--json")
    assert longer.code == 0, longer.err
    assert json.loads(longer.out)["epochs"] == 4
    assert dnnrun("train", CONFIG, *small, "--epochs", "4", "--name", "whole").code == 0
    whole = next((dnnrun.folder / "runs").glob("*-whole"))
    assert without_seconds(grown) == without_seconds(whole)
    _assert_same_bits(grown, whole)
    assert "epochs: 4\n" in (grown / "resolved.yaml").read_text()


@pytest.mark.slow
def test_a_finished_run_whose_checkpoints_were_removed_is_left_as_it_is(dnnrun: Dnnrun) -> None:
    assert dnnrun("train", CONFIG, "--smoke").code == 0
    [run] = dnnrun.runs()
    assert dnnrun("gc", "--older-than", "0").out == f"2.5 MB  runs/{run.name}/checkpoints/state\n"
    before = rows_of(run)
    for arguments in ((), ("--epochs", "3")):
        done = dnnrun("resume", run, *arguments)
        assert done.code == 4
        assert "is complete, and its checkpoints were removed, so that it cannot be lengthened" in done.err
    assert rows_of(run) == before
    assert Run(run).status == "completed"


@pytest.mark.slow
def test_what_changes_results_has_to_be_asked_for(dnnrun: Dnnrun) -> None:
    table = dnnrun.write("table.csv", "a,b,y\n" + "".join(f"{n},{n % 7},{n % 3}\n" for n in range(60)))
    config = dnnrun.write(
        "c.yaml",
        "dataset: {source: {csv: {path: table.csv, target: y}}, preprocess: [Normalization]}\n"
        "model: {layers: [{Dense: {units: 3, activation: softmax}}]}\n"
        "optimizer: {SGD: 0.1}\nloss: sparse_categorical_crossentropy\nepochs: 2\n",
    )
    assert dnnrun("train", config).code == 0
    [run] = dnnrun.runs()
    refused = dnnrun("resume", run, "--epochs", "3", "--set", "optimizer.SGD.learning_rate=0.2")
    assert refused.code == 2
    assert "this changes results: optimizer.SGD.learning_rate was 0.1 and is 0.2" in refused.err
    assert "--allow-change optimizer.SGD.learning_rate" in refused.err
    assert len(rows_of(run)) == 2
    assert Run(run).status == "completed"
    idle = dnnrun("resume", run, "--epochs", "3", "--allow-change", "batch_size")
    assert "--allow-change batch_size: this key has not changed" in idle.err

    table.write_text(table.read_text().replace("3,3,0", "3,4,0"))
    changed = ("resume", run, "--epochs", "3", "--set", "optimizer.SGD.learning_rate=0.2", "--set", "name=other")
    still_refused = dnnrun(*changed, "--allow-change", "optimizer")
    assert "this changes results: data was" in still_refused.err
    allowed = dnnrun(*changed, "--allow-change", "optimizer", "--allow-change", "data")
    assert allowed.code == 0, allowed.err
    [session] = Run(run).record["resumed"]
    assert {change["key"] for change in session["changes"]} == {"optimizer.SGD.learning_rate", "data", "epochs"}
    assert Run(run).history.columns["learning_rate"] == pytest.approx([0.1, 0.1, 0.2])


@pytest.mark.slow
def test_what_cannot_be_resumed(dnnrun: Dnnrun) -> None:
    nothing = dnnrun("resume", "nothing-here")
    assert nothing.code == 4
    assert "nothing-here" in nothing.err
    process = dnnrun.start("train", CONFIG, *LONG)
    wait_until(lambda: any(rows_of(run) for run in dnnrun.runs()), process)
    [run] = dnnrun.runs()
    busy = dnnrun("resume", run)
    process.kill()
    process.communicate()
    assert busy.code == 4
    assert "is being trained by" in busy.err


def _assert_same_bits(one: Path, other: Path) -> None:
    first, second = Run(one).checkpoints.read(), Run(other).checkpoints.read()
    assert first is not None
    assert second is not None
    assert first.arrays.keys() == second.arrays.keys()
    assert all(np.array_equal(array, second.arrays[name]) for name, array in first.arrays.items())


@pytest.mark.slow
def test_a_run_that_the_disk_had_no_room_for_goes_on_when_there_is_some(dnnrun: Dnnrun) -> None:
    options = ("--epochs", "5", "--set", "dataset.limit=20000", "--name", "cramped")
    process = dnnrun.start("train", CONFIG, *options)
    assert process.poll() is None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))  # less than a checkpoint
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4, err
    assert "cannot write runs/" in err
    assert "make room on the disk" in err
    assert "Traceback" not in err
    [run] = dnnrun.runs()
    assert Run(run).status == "failed"
    assert not list(run.rglob(".part-*"))
    assert len(rows_of(run)) == len(Run(run).history.epochs)

    done = dnnrun("resume", run)
    assert done.code == 0, done.err
    assert len(rows_of(run)) == 5
    assert Run(run).status == "completed"
