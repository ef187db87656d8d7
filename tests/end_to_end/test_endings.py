"""However a run ends, what it had finished is on disk and the exit code says how it ended."""

from __future__ import annotations

import json
import re
import resource
import signal
from pathlib import Path

import pytest

from dnnrun import Run
from tests.end_to_end.conftest import CONFIGS, Dnnrun, rows_of, wait_until, without_seconds

LONG = ("--epochs", "5000", "--set", "dataset.limit=64", "--set", "callbacks=[]")


def _start_long_run(dnnrun: Dnnrun, name: str = "pima_early_stopping.yaml"):
    process = dnnrun.start("train", CONFIGS / name, *LONG)
    wait_until(lambda: any(len(rows_of(run)) >= 2 for run in dnnrun.runs()), process)
    return process


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_run_keeps_everything_so_far(sent: signal.Signals, code: int, dnnrun: Dnnrun) -> None:
    process = _start_long_run(dnnrun)
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "Traceback" not in err
    [path] = dnnrun.runs()
    run = Run(path)
    assert run.status == "interrupted"
    assert run.record["epochs_finished"] == len(run.history.epochs) >= 2
    assert {"history", "model", "weights", "plots", "card", "config", "log"} <= set(run.files)
    assert "interrupted" in out
    assert str(Path("runs") / path.name) in out


@pytest.mark.slow
def test_killed_run_is_still_read(dnnrun: Dnnrun) -> None:
    process = _start_long_run(dnnrun)
    process.kill()
    process.communicate()
    [path] = dnnrun.runs()
    finished = len(rows_of(path))
    (dnnrun.folder / "runs" / "20000101-000000-empty").mkdir()
    broken = dnnrun.folder / "runs" / "20000101-000000-broken"
    broken.mkdir()
    (broken / "run.json").write_text('{"status": ')
    done = dnnrun("compare", "runs", "--json")
    assert done.code == 0, done.err
    compared = json.loads(done.out)
    assert [(each["status"], each["epochs"]) for each in compared["runs"]] == [("crashed", finished)]
    assert [Path(each["path"]).name for each in compared["broken"]] == [broken.name]
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_runs_started_at_once_get_directories_of_their_own(dnnrun: Dnnrun) -> None:
    started = [dnnrun.start("train", CONFIGS / "iris_softmax.yaml", "--smoke", "--quiet") for _ in range(3)]
    ended = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ended
    printed = {out.strip() for out, _ in ended}
    assert printed == {str(Path("runs") / path.name) for path in dnnrun.runs()}
    assert len(printed) == 3
    # They were given the same seed, so they are the same run three times.
    first, *others = [without_seconds(path) for path in dnnrun.runs()]
    assert others == [first, first]


@pytest.mark.slow
def test_resolved_config_trains_the_same_run_again(dnnrun: Dnnrun) -> None:
    changes = ("--set", "dataset.limit=500", "--set", "optimizer.SGD=0.05", "--epochs", "2", "--seed", "7")
    assert dnnrun("train", CONFIGS / "mnist_adam.yaml", *changes, "--name", "first").code == 0
    [first] = dnnrun.runs()
    assert first.name.endswith("-first")
    assert dnnrun("train", first / "resolved.yaml").code == 0
    _, again = dnnrun.runs()
    assert without_seconds(again) == without_seconds(first)
    assert json.loads((again / "evaluation.json").read_text()) == json.loads((first / "evaluation.json").read_text())
    other_seed = dnnrun("train", first / "resolved.yaml", "--seed", "8")
    assert other_seed.code == 0
    assert without_seconds(dnnrun.runs()[-1]) != without_seconds(first)


@pytest.mark.slow
def test_diverged_run_says_so(dnnrun: Dnnrun) -> None:
    done = dnnrun("train", CONFIGS / "boston_regression.yaml", "--set", "optimizer.SGD=1e12", "--epochs", "3")
    assert done.code == 5
    [path] = dnnrun.runs()
    run = Run(path)
    assert run.status == "diverged"
    assert re.search(r"error: the loss became (nan|inf) in epoch 1, step \d+\n", done.err)
    assert "try a learning rate below 1e+12" in done.err
    assert run.record["final"] is None  # no epoch has ended


@pytest.mark.slow
def test_a_batch_that_the_memory_has_no_room_for(dnnrun: Dnnrun) -> None:
    config = dnnrun.write(
        "large.yaml",
        "dataset: mnist\nmodel: {layers: [Flatten, {RepeatVector: 10000}, GlobalAveragePooling1D, "
        "{Dense: {units: 10, activation: softmax}}]}\noptimizer: Adam\nloss: sparse_categorical_crossentropy\n"
        "batch_size: 50000\n",
    )
    process = dnnrun.start("train", config)
    resource.prlimit(process.pid, resource.RLIMIT_AS, (9 * 2**30, resource.RLIM_INFINITY))  # too little for 313e9
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "the model cannot be computed" in err
    assert "memory ran out: try --batch-size 25000" in err
    assert dnnrun.runs() == []
