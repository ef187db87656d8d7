"""Two processes train one run: the same numbers as one, one run directory, and an end when one of them dies."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dnnrun import Run
from tests.end_to_end.conftest import PATIENCE, Dnnrun, Done, rows_of, wait_until
from tests.engine.test_workers import config_of, free_addresses

CONFIG = """\
seed: 3
dataset: {source: mnist, limit: 2000, validation_split: 0.2}
model:
  layers: [Flatten, {Dense: {units: 32, activation: relu}}, {Dense: {units: 10, activation: softmax}}]
optimizer: {Adam: {learning_rate: 1e-3}}
loss: sparse_categorical_crossentropy
metrics: [accuracy]
epochs: 3
batch_size: 64
callbacks:
  - {EarlyStopping: {monitor: val_loss, patience: 2, restore_best_weights: true}}
  - {ModelCheckpoint: {save_best_only: true}}
  - {ModelCheckpoint: {save_freq: 7}}
  - CSVLogger
"""
ENDLESS = ("--epochs", "2000", "--set", "callbacks=[]")


def start(dnnrun: Dnnrun, *arguments: str | Path) -> list[subprocess.Popen[str]]:
    addresses = ",".join(free_addresses(2))
    return [dnnrun.start(*arguments, "--workers", addresses, "--task-index", str(index)) for index in range(2)]


def ended(processes: list[subprocess.Popen[str]]) -> list[Done]:
    found = []
    for process in processes:
        out, err = process.communicate(timeout=PATIENCE)
        found.append(Done(process.returncode, out, err))
    return found


def losses(run: Path) -> np.ndarray:
    columns = Run(run).history.columns
    return np.array([columns["loss"], columns["val_loss"], columns["accuracy"], columns["val_accuracy"]])


@pytest.mark.slow
def test_two_workers_give_the_numbers_of_one_process(dnnrun: Dnnrun) -> None:
    config = dnnrun.write("two.yaml", CONFIG)
    chief, worker = free_addresses(2)
    cluster = {"chief": [chief], "worker": [worker]}
    processes = [dnnrun.start("train", config, "--json", **config_of(cluster, kind, 0)) for kind in ("chief", "worker")]
    done = ended(processes)
    assert [each.code for each in done] == [0, 0], done
    result = json.loads(done[0].out)
    assert result["status"] == "completed"
    assert done[1].out == ""
    assert f"worker 0 ({chief}) writes runs/" in done[1].err
    [two] = dnnrun.runs()
    assert (two / "worker-1.log").read_text().count("epoch ended") == 3
    assert (two / "checkpoints" / "best.keras").exists()
    record = Run(two).record
    assert record["workers"] == 2
    assert record["devices"] == ["2 workers, a CPU each"]

    alone = dnnrun("train", config, "--name", "one", "--json")
    assert alone.code == 0, alone.err
    one = next(run for run in dnnrun.runs() if run.name.endswith("-one"))
    np.testing.assert_allclose(losses(two), losses(one), atol=1e-5, rtol=0)
    expected = json.loads(alone.out)["test"]
    assert result["test"] == pytest.approx(expected, abs=1e-5)
    assert record["untrained"] == pytest.approx(Run(one).record["untrained"], abs=1e-5)
    trivial = [(Run(run).evaluation or {})["trivial"]["metrics"] for run in (two, one)]
    assert trivial[0] == pytest.approx(trivial[1], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_the_others_end_when_a_worker_dies_and_all_can_go_on(victim: int, dnnrun: Dnnrun) -> None:
    config = dnnrun.write("two.yaml", CONFIG)
    processes = start(dnnrun, "train", config, *ENDLESS)
    wait_until(lambda: any((run / "checkpoints/state/latest.json").exists() for run in dnnrun.runs()), processes[0])
    processes[victim].kill()
    survivor = processes[1 - victim]
    _, err = survivor.communicate(timeout=60)
    processes[victim].communicate()
    assert survivor.returncode == 5, err
    assert "another worker has ended, or does not answer any more" in err
    assert "Traceback" not in err
    [run] = dnnrun.runs()
    assert Run(run).status == ("failed" if victim else "crashed")

    epochs = len(rows_of(run)) + 3
    done = ended(start(dnnrun, "resume", run, "--epochs", str(epochs)))
    assert [each.code for each in done] == [0, 0], done
    assert Run(run).status == "completed"
    assert dnnrun("train", config, "--epochs", str(epochs), "--set", "callbacks=[]", "--name", "one").code == 0
    one = next(each for each in dnnrun.runs() if each.name.endswith("-one"))
    np.testing.assert_allclose(losses(run), losses(one), atol=1e-4, rtol=0)


@pytest.mark.slow
def test_one_that_is_interrupted_ends_all(dnnrun: Dnnrun) -> None:
    processes = start(dnnrun, "train", dnnrun.write("two.yaml", CONFIG), *ENDLESS)
    wait_until(lambda: any(rows_of(run) for run in dnnrun.runs()), processes[0])
    processes[1].send_signal(signal.SIGTERM)
    done = ended(processes)
    assert [each.code for each in done] == [130, 143], done
    [run] = dnnrun.runs()
    assert Run(run).status == "interrupted"
    assert Run(run).record["failure"] == "interrupted on another worker"
    assert Run(run).checkpoints.read() is not None


@pytest.mark.slow
def test_workers_with_different_configs_do_not_begin(dnnrun: Dnnrun) -> None:
    config, addresses = dnnrun.write("two.yaml", CONFIG), ",".join(free_addresses(2))
    processes = [
        dnnrun.start("train", config, "--seed", str(index), "--workers", addresses, "--task-index", str(index))
        for index in range(2)
    ]
    done = ended(processes)
    assert [each.code for each in done] == [2, 2], done
    assert all("seed is 0 on worker 0, 1 on worker 1" in each.err for each in done)
    assert dnnrun.runs() == []


@pytest.mark.slow
def test_the_others_hear_when_the_chief_can_make_no_run(dnnrun: Dnnrun) -> None:
    config = dnnrun.write("two.yaml", CONFIG)
    done = ended(start(dnnrun, "train", config, "--runs-dir", config))
    assert [each.code for each in done] == [4, 5], done
    assert "cannot make a run directory" in done[0].err
    assert "another worker has ended" in done[1].err


@pytest.mark.slow
def test_one_that_waits_for_the_others_can_be_interrupted(dnnrun: Dnnrun) -> None:
    config, addresses = dnnrun.write("two.yaml", CONFIG), ",".join(free_addresses(2))
    process = dnnrun.start("train", config, "--workers", addresses, "--task-index", "0")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("waiting for worker 1 (127.0.0.1:")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert dnnrun.runs() == []
