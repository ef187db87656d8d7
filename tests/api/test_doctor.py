"""The doctor goes on after a failure, names all of them, and ends with the exit code of the first."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from dnnrun.api import doctor
from dnnrun.api.doctor import Diagnosis, Surroundings, Training, Trial
from dnnrun.cli import diagnosis
from dnnrun.cli.screen import results
from dnnrun.config.load import complete
from dnnrun.engine.machine import Cores, Memory
from dnnrun.errors import ConfigError, DataError, Problem, RunError, TrainingError
from dnnrun.running.observer import Observer

TRAINED = Training((0.9, 0.5), "test", {"loss": 0.4, "accuracy": 0.75}, 2.0, ())


def failing(error: Exception):
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    return doctor.examine_surroundings(tmp_path / "runs")


@pytest.fixture(autouse=True)
def _without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_find_devices", lambda: None)
    monkeypatch.setattr(doctor, "_train", lambda listener: TRAINED)


def test_all_is_well(tmp_path: Path) -> None:
    found = doctor.examine_installation(runs_dir=tmp_path / "runs")
    assert (found.failures, found.exit_code) == ({}, 0)
    assert found.trial.training == TRAINED
    assert found.surroundings.data is not None
    assert list(tmp_path.iterdir()) == []


def test_the_small_training_is_a_sound_config() -> None:
    assert complete(doctor._TRIAL).epochs == 3


@pytest.mark.parametrize(
    ("broken", "checks", "code"),
    [
        ({"_check_data": DataError("damaged")}, ["data"], 3),
        ({"_check_runs": RunError("not a folder")}, ["runs"], 4),
        ({"_train": TrainingError("nan")}, ["training"], 5),
        ({"_train": ConfigError("no such device")}, ["training"], 5),
        ({"_find_devices": ImportError("libcudart.so")}, ["devices"], 5),
        ({"_train": ValueError("odd"), "_check_data": DataError("damaged")}, ["data", "training"], 3),
        ({"_train": ValueError("odd"), "_check_runs": OSError("odd")}, ["runs", "training"], 4),
    ],
)
def test_failures(
    broken: dict[str, Exception], checks: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, error in broken.items():
        monkeypatch.setattr(doctor, name, failing(error))
    found = doctor.examine_installation(runs_dir=tmp_path)
    assert list(found.failures) == checks
    assert found.exit_code == code


WHOLE = ("history", "evaluation", "model", "weights", "plots", "config", "log")


@pytest.mark.parametrize(
    ("losses", "accuracy", "files", "faults"),
    [
        ([0.9, 0.5], 0.7, WHOLE, []),
        ([0.5, 0.9], 0.7, WHOLE, ["the loss of a small training did not fall: 0.5000, 0.9000"]),
        ([0.9, float("nan")], 0.7, WHOLE, ["the loss of a small training did not fall: 0.9000, nan"]),
        ([0.9, 0.5], None, WHOLE, ["the evaluation of a small training is not finite"]),
        ([0.9, 0.5], 0.7, WHOLE[:4], ["a small training left nothing for: config, log, plots"]),
    ],
)
def test_what_a_small_training_may_lack(
    losses: list[float], accuracy: float | None, files: tuple[str, ...], faults: list[str]
) -> None:
    run = SimpleNamespace(
        history=SimpleNamespace(columns={"loss": losses}),
        files=dict.fromkeys(files),
        status="completed",
        evaluation={"metrics": {"accuracy": accuracy}},
    )
    assert doctor._faults(run) == faults


def test_what_was_not_foreseen_is_told_with_its_cause(surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch):
    cause = ImportError("libodd.so: cannot open")
    monkeypatch.setattr(doctor, "_find_devices", failing(cause))
    failure = doctor.try_training(surroundings, Observer()).failures["devices"]
    assert failure.problems[0].what == "devices: ImportError: libodd.so: cannot open"
    assert "dnnrun doctor --debug" in failure.problems[0].hint
    assert failure.__cause__ is cause


def test_with_a_package_missing_nothing_more_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "required_packages", lambda: {"dnnrun": "1", "keras": None, "numpy": None})
    monkeypatch.setattr(doctor, "_check_data", failing(AssertionError()))
    found = doctor.examine_installation(runs_dir=tmp_path)
    assert list(found.failures) == ["packages"]
    assert str(found.failures["packages"]).startswith("not installed: keras, numpy\n")
    assert (found.exit_code, found.trial) == (5, Trial())


def test_without_a_temporary_directory_nothing_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", failing(FileNotFoundError("none")))
    monkeypatch.setattr(doctor, "_check_runs", lambda runs_dir: None)
    found = doctor.examine_installation(runs_dir=tmp_path)
    assert "set TMPDIR" in found.failures["temporary"].problems[0].hint
    assert (found.exit_code, found.trial) == (5, Trial())


def test_keras_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert doctor._keras_home() == tmp_path / ".keras"
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert doctor._keras_home() == Path("/tmp/.keras")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "mine"))
    assert doctor._keras_home() == tmp_path / "mine"


def test_the_screen(surroundings: Surroundings, capsys: pytest.CaptureFixture[str]) -> None:
    shown = replace(
        surroundings,
        packages={"dnnrun": "1.0", "keras": None},
        processor="AMD EPYC",
        cores=Cores(2, 8, 1.5),
        memory=Memory(16 * 2**30, 2**30, 4 * 2**30),
        runs=None,
        failures={"runs": RunError("not a folder")},
    )
    diagnosis.print_surroundings(shown, results())
    diagnosis.print_trial(Trial(None, "CPU", replace(TRAINED, warnings=("odd",))), results())
    lines = capsys.readouterr().out.splitlines()
    assert "packages  dnnrun 1.0, keras MISSING" in lines
    assert "cores     2 of 8, with the time of 1.5, AMD EPYC" in lines
    assert "memory    16.0 GiB, limited to 4.0 GiB, 1.0 GiB available" in lines
    assert "runs      FAILED" in lines
    assert "training  ok: 2 epochs of iris in 2.0 s, loss 0.9000 > 0.5000, test accuracy 0.7500; model loads" in lines
    assert lines[-1] == "warning: odd"


def test_json_says_why(surroundings: Surroundings) -> None:
    failures = {"training": TrainingError(Problem("the loss did not fall", hint="try again"))}
    found = json.loads(json.dumps(diagnosis.as_json(Diagnosis(surroundings, Trial(failures=failures)))))
    assert found["ok"] is False
    assert found["training"] is None
    assert found["failures"] == {
        "training": {"exit_code": 5, "problems": [{"what": "the loss did not fall", "hint": "try again"}]}
    }
