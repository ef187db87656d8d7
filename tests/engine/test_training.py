"""A run from its config to its files: they are all there, they agree, and they can be made again."""

from __future__ import annotations

import csv
import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.data.sources.bundled import FILES as BUNDLED
from dnnrun.engine.outcome import best_epoch
from dnnrun.engine.training import make_ready, train_experiment
from dnnrun.errors import ConfigError, TrainingError
from dnnrun.running.ending import Outcome
from dnnrun.store import Run
from tests.engine.conftest import saved_by_callbacks

Train = Callable[..., Outcome]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def history_of(outcome: Outcome) -> list[dict[str, str]]:
    """Return the history but for the seconds."""
    rows = table(outcome.run.path / "history.csv")
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_all_files_are_there(finished: Any) -> None:
    run: Run = finished.run
    assert {path.name for path in run.path.iterdir()} == {
        "config.yaml", "resolved.yaml", "run.json", "history.csv", "evaluation.json", "predictions.npz",
        "network.json", "model.keras", "weights.weights.h5", "checkpoints", "plots", "train.log",
    }  # fmt: skip
    assert re.fullmatch(r"\d{8}-\d{6}-pima", run.name)
    assert (run.path / "config.yaml").read_text() == finished.written
    assert "# A comment that stays." in finished.written


def test_the_record(finished: Any) -> None:
    run: Run = finished.run
    record = json.loads((run.path / "run.json").read_text())
    assert run.status == record["status"] == "completed"
    assert (record["name"], record["description"], record["tags"], record["seed"]) == (
        "pima",
        "a test",
        ["one", "two"],
        7,
    )
    assert record["epochs_finished"] == 3
    assert record["failure"] is None
    assert record["dataset"]["rows"] == {"train": 460, "validation": 154, "test": 154}
    assert record["dataset"]["classes"] == ["no diabetes", "diabetes"]
    assert sum(record["dataset"]["label_counts"]["train"]) == 460
    assert record["parameters"] == 8 * 2 + 1 + (8 * 8 + 8) + (8 + 1)
    assert record["versions"]["keras"] == keras.__version__
    assert record["created"] <= record["ended"]
    assert set(record["untrained"]) == {"loss", "accuracy", "AUC"}


def test_one_row_of_history_an_epoch(finished: Any) -> None:
    run: Run = finished.run
    rows = table(run.path / "history.csv")
    assert list(rows[0]) == [
        "epoch", "loss", "AUC", "accuracy", "val_loss", "val_AUC", "val_accuracy", "learning_rate", "seconds",
    ]  # fmt: skip
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {row["learning_rate"] for row in rows} == {"0.009999999776482582"}
    told = [row for what, row in finished.watcher.heard if what == "epoch"]
    assert [{name: float(value) for name, value in row.items()} for row in rows] == told
    record = run.record
    assert record["final"] == {name: value for name, value in told[-1].items() if name != "seconds"}
    best = min(told, key=lambda row: row["val_loss"])
    assert record["best"] == {"epoch": best["epoch"], "metric": "val_loss", "value": best["val_loss"]}


def test_the_saved_model_scores_what_the_evaluation_says(finished: Any) -> None:
    run: Run = finished.run
    _, dataset = resolve_data(load_config(run.path / "resolved.yaml"))
    model = keras.models.load_model(run.path / "model.keras")
    test = dataset.splits["test"]
    assert run.evaluation is not None
    scored = model.evaluate(test.x, test.y, batch_size=256, verbose=0, return_dict=True)
    assert scored == pytest.approx(run.evaluation["metrics"], rel=1e-5)
    assert run.predictions["predicted"] == pytest.approx(model.predict(test.x, verbose=0), abs=1e-6)
    figures = run.evaluation["classification"]
    right = sum(figures["confusion_matrix"][number][number] for number in range(len(figures["classes"])))
    assert right / sum(figures["support"]) == pytest.approx(scored["accuracy"])
    assert np.sum(figures["confusion_matrix"]) == len(test)
    assert run.evaluation["split"] == "test"
    assert run.evaluation["trivial"]["metrics"]["accuracy"] == pytest.approx(100 / 154, abs=1e-3)


def test_the_weights_alone_load_into_the_model(finished: Any) -> None:
    run: Run = finished.run
    model = keras.models.load_model(run.path / "model.keras")
    expected = [weight.copy() for weight in model.get_weights()]
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            layer.set_weights([0 * weight for weight in layer.get_weights()])
    model.load_weights(run.path / "weights.weights.h5")
    assert all(np.array_equal(a, b) for a, b in zip(expected, model.get_weights(), strict=True))


def test_the_observer_hears_everything_in_order(finished: Any) -> None:
    watcher = finished.watcher
    kinds = [what for what, _ in watcher.heard]
    without_repeats = [kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before]
    assert without_repeats == ["preparing", "started", *["step", "epoch"] * 3, "preparing"]
    plan = watcher.heard[1][1]
    assert (plan.name, plan.epochs, plan.steps, plan.batch_size, plan.seed) == ("pima", 3, 8, 64, 7)
    assert [name for name, _ in plan.layers] == ["Normalization", "Dense", "Dropout", "Dense"]
    assert plan.parameters == 98
    steps_told = [value for what, value in watcher.heard if what == "step"]
    told = [(epoch, step) for epoch, step, _ in steps_told]
    assert told == sorted(set(told))  # some of the steps, in order
    assert {(1, 8), (2, 8), (3, 8)} <= set(told)
    assert set(steps_told[0][2]) == {"loss", "accuracy", "AUC"}


def test_the_log(finished: Any) -> None:
    run: Run = finished.run
    log = (run.path / "train.log").read_text()
    assert log.count("epoch ended") == 3
    assert "run ended: completed" in log


def test_resolved_yaml_trains_the_same_run_again(finished: Any) -> None:
    run: Run = finished.run
    experiment, dataset = resolve_data(load_config(run.path / "resolved.yaml"))
    again = train_experiment(make_ready(experiment, dataset), Path("runs"))
    first = Outcome(run)
    assert history_of(again) == history_of(first)
    assert again.run.evaluation == run.evaluation
    assert (again.run.path / "resolved.yaml").read_text() == (run.path / "resolved.yaml").read_text()
    assert again.run.config == run.config


def test_another_seed_gives_another_run(finished: Any, train: Train) -> None:
    other = history_of(train(finished.lines, "seed=8", "epochs=1"))[0]
    first = history_of(Outcome(finished.run))[0]
    assert {name for name in first if first[name] != other[name]} >= {"loss", "val_loss"}


def test_text_labels_and_a_drawn_seed_are_kept(train: Train) -> None:
    run = train("seed: null").run
    assert isinstance(run.record["seed"], int)
    assert f"seed: {run.record['seed']}\n" in (run.path / "resolved.yaml").read_text()
    assert json.loads((run.path / "labels.json").read_text()) == {
        "0": "Iris-setosa", "1": "Iris-versicolor", "2": "Iris-virginica",
    }  # fmt: skip


def test_images_are_rescaled_by_default_and_the_resolved_config_says_so(train: Train) -> None:
    outcome = train(
        "dataset: {source: mnist, limit: 64}\n"
        "model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}\nmetrics: [accuracy]\n"
    )
    assert outcome.failure is None
    resolved = load_config(outcome.run.path / "resolved.yaml")
    assert resolved.dataset.preprocess is not None
    assert [layer.notation() for layer in resolved.dataset.preprocess] == [{"Rescaling": {"scale": 1 / 255}}]
    assert outcome.run.predictions["sample_inputs"].dtype == np.uint8
    assert not (outcome.run.path / "labels.json").exists()


def test_early_stopping_restores_the_best_weights(train: Train) -> None:
    outcome = train(
        "dataset: {source: iris, validation_split: 0.3}\nmetrics: [accuracy]\nepochs: 9\noptimizer: {SGD: 3.0}\n"
        "callbacks: [{EarlyStopping: {monitor: val_accuracy, patience: 1, restore_best_weights: true}}]\n"
    )
    rows = table(outcome.run.path / "history.csv")
    assert len(rows) < 9
    best = outcome.run.record["best"]
    assert best["metric"] == "val_accuracy"
    assert best["epoch"] == len(rows) - 1
    _, dataset = resolve_data(load_config(outcome.run.path / "resolved.yaml"))
    model = keras.models.load_model(outcome.run.path / "model.keras")
    validation = dataset.splits["validation"]
    scored = model.evaluate(validation.x, validation.y, verbose=0, return_dict=True)
    assert scored["accuracy"] == pytest.approx(best["value"], abs=1e-6)


def test_files_of_callbacks_land_in_the_run(train: Train) -> None:
    outcome = train(
        """
        epochs: 2
        dataset: {source: iris, validation_split: 0.2}
        callbacks:
          - {ModelCheckpoint: {save_best_only: true}}
          - ModelCheckpoint
          - {ModelCheckpoint: {filepath: "deep/{epoch:02d}-{val_loss:.2f}.weights.h5", save_weights_only: true}}
          - CSVLogger
          - {CSVLogger: {filename: "logs/own.csv", separator: ";"}}
        """
    )
    assert outcome.failure is None
    run = outcome.run.path
    inside = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    losses = [float(row["val_loss"]) for row in table(run / "history.csv")]
    assert {
        "checkpoints/best.keras", "checkpoints/epoch-001.keras", "checkpoints/epoch-002.keras",
        f"checkpoints/deep/01-{losses[0]:.2f}.weights.h5", f"checkpoints/deep/02-{losses[1]:.2f}.weights.h5",
        "csv_logger.csv", "logs/own.csv",
    } <= inside  # fmt: skip
    assert len(table(run / "csv_logger.csv")) == 2
    assert {path.name for path in Path().iterdir()} <= {"runs", "own.py", "config.yaml", "__pycache__"}
    model = keras.models.load_model(run / "checkpoints/best.keras")
    _, dataset = resolve_data(load_config(run / "resolved.yaml"))
    validation = dataset.splits["validation"]
    assert model.evaluate(validation.x, validation.y, verbose=0) == pytest.approx(min(losses), rel=1e-4)


@pytest.mark.parametrize(
    ("callback", "says"),
    [
        ("{ModelCheckpoint: {filepath: /tmp/best.keras}}", "leads out of the run"),
        ("{ModelCheckpoint: {filepath: ../../best.keras}}", "leads out of the run"),
        ("{CSVLogger: ../log.csv}", "leads out of the run"),
        ("{CSVLogger: history.csv}", "what dnnrun itself writes"),
        ("{TensorBoard: {log_dir: /var/log}}", "leads out of the run"),
    ],
)
def test_no_callback_writes_elsewhere_and_nothing_is_left_behind(callback: str, says: str, train: Train) -> None:
    with pytest.raises(ConfigError, match=rf"config\.yaml:\d+:\d+: [\s\S]*{says}"):
        train(f"callbacks: [{callback}]")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "lines",
    [
        "model: {layers: [{Dense: 2}]}",
        "model: {layers: [{Conv2D: {filters: 3, kernel_size: 3}}]}",
        "metrics: [{F1Score: {average: macro}}]",
        "class_weight: {9: 1}",
        "initial_weights: nowhere.keras",
        "device: tpu",
        "callbacks: ['own:number']",
        "callbacks: [{LearningRateScheduler: {schedule: {PiecewiseConstantDecay: {boundaries: [1], values: [0.1]}}}}]",
    ],
)
def test_a_fault_of_the_config_leaves_no_directory(lines: str, train: Train) -> None:
    with pytest.raises(ConfigError):
        train(lines)
    assert not Path("runs").exists()


def test_class_weights_by_number_and_by_name(train: Train) -> None:
    """A rate of 0 keeps the weights of the model, so that one step over all rows gives the loss of the first batch."""
    lines = "optimizer: {SGD: 0.0}\nbatch_size: 150\n"
    by_number = train(lines + "class_weight: {0: 1, 1: 0, 2: 5}")
    by_name = train(lines + "class_weight: {Iris-setosa: 1, Iris-versicolor: 0, Iris-virginica: 5}")
    assert history_of(by_number) == history_of(by_name)
    model = keras.models.load_model(by_name.run.path / "model.keras")
    _, dataset = resolve_data(load_config(by_name.run.path / "resolved.yaml"))
    probability = model.predict(dataset.train.x, verbose=0)[np.arange(150), dataset.train.y]
    weights = np.array([1, 0, 5])[dataset.train.y]
    expected = -np.sum(weights * np.log(probability)) / 150
    assert float(history_of(by_name)[0]["loss"]) == pytest.approx(expected, rel=1e-4)


def test_steps_per_epoch(train: Train, watcher: Any) -> None:
    outcome = train("steps_per_epoch: 2\nepochs: 3\nbatch_size: 10", observer=watcher)
    steps = [value[:2] for what, value in watcher.heard if what == "step"]
    assert {(1, 2), (2, 2), (3, 2)} <= set(steps) <= {(epoch, step) for epoch in (1, 2, 3) for step in (1, 2)}
    assert outcome.run.record["epochs_finished"] == 3
    assert next(plan.steps for what, plan in watcher.heard if what == "started") == 2


@pytest.mark.parametrize("file", ["model.keras", "weights.weights.h5"])
def test_initial_weights(file: str, finished: Any, train: Train) -> None:
    run: Run = finished.run
    begun = train(finished.lines + f"initial_weights: {run.path / file}\n", "optimizer={SGD: 0.0}", "epochs=1")
    assert begun.failure is None
    assert begun.run.evaluation is not None
    assert run.evaluation is not None
    assert begun.run.evaluation["metrics"] == pytest.approx(run.evaluation["metrics"], rel=1e-5)


def test_learning_rates_are_recorded_as_they_were_in_the_epoch(train: Train) -> None:
    reduced = train(
        "epochs: 4\noptimizer: {SGD: {learning_rate: 0.5}}\n"
        "callbacks: [{ReduceLROnPlateau: {monitor: loss, factor: 0.5, patience: 1, min_delta: 100.0}}]"
    )
    assert [float(row["learning_rate"]) for row in history_of(reduced)] == [0.5, 0.5, 0.25, 0.125]
    scheduled = train(
        "epochs: 3\nbatch_size: 50\noptimizer: {SGD: {learning_rate: {ExponentialDecay: "
        "{initial_learning_rate: 0.8, decay_steps: 3, decay_rate: 0.5, staircase: true}}}}\n"
    )
    rates = [float(row["learning_rate"]) for row in history_of(scheduled)]
    assert rates == pytest.approx([0.4, 0.2, 0.1])


def test_a_schedule_sets_the_rate_of_each_epoch(train: Train) -> None:
    decay = "{ExponentialDecay: {initial_learning_rate: 0.8, decay_steps: 1, decay_rate: 0.5}}"
    outcome = train(f"epochs: 3\ncallbacks: [{{LearningRateScheduler: {{schedule: {decay}}}}}]")
    assert [float(row["learning_rate"]) for row in history_of(outcome)] == pytest.approx([0.8, 0.4, 0.2])


def test_a_step_of_the_models_own_is_taken(train: Train) -> None:
    outcome = train("model: own:OwnStep\nepochs: 1")
    assert outcome.failure is None
    assert history_of(outcome)[0]["own_step"] == "7.0"


def test_the_best_epoch_is_by_what_the_config_watches(load: Callable[..., Experiment]) -> None:
    def best_of(rows: list[dict[str, float]], callbacks: str) -> Any:
        return best_epoch(rows, load(f"callbacks: {callbacks}"))

    nan = float("nan")
    rows = [
        {"epoch": 1, "loss": 3.0, "val_loss": nan, "val_accuracy": 0.5},
        {"epoch": 2, "loss": 2.0, "val_loss": 1.0, "val_accuracy": 0.7},
        {"epoch": 3, "loss": 1.0, "val_loss": 1.0, "val_accuracy": 0.7},
    ]
    assert best_of(rows, "[]") == {"epoch": 2, "metric": "val_loss", "value": 1.0}
    assert best_of(rows, "[{EarlyStopping: {monitor: val_accuracy}}]")["epoch"] == 2
    assert best_of(rows, "[{EarlyStopping: {monitor: val_accuracy, mode: min}}]")["epoch"] == 1
    assert best_of(rows, "[{EarlyStopping: {monitor: loss}}]")["epoch"] == 3
    assert best_of(rows, "[{ModelCheckpoint: {monitor: val_auc}}]")["metric"] == "val_loss"
    assert best_of([{"epoch": 1, "loss": nan}], "[]") is None
    assert best_of([], "[]") is None


@pytest.mark.parametrize("file", ["model.keras", "weights.weights.h5"])
def test_initial_weights_leave_the_preprocessing_to_this_runs_rows(file: str, finished: Any, train: Train) -> None:
    """The saved model must be the one that was evaluated, although its rows are ten times what the weights knew."""
    table = np.loadtxt(BUNDLED / "pima.csv", delimiter=",", skiprows=1)
    np.savez("t.npz", x=table[:, :-1] * 10, y=table[:, -1].astype(int))
    lines = "\n".join(line for line in finished.lines.splitlines() if not line.startswith("dataset"))
    begun = train(
        f"{lines}\ndataset: {{source: {{npz: t.npz}}, test_split: 0.2, preprocess: [Normalization]}}\n"
        f"initial_weights: {finished.run.path / file}\n",
        "optimizer={SGD: 0.0}",
        "epochs=1",
    )
    assert begun.failure is None
    model = keras.models.load_model(begun.run.path / "model.keras")
    _, dataset = resolve_data(load_config(begun.run.path / "resolved.yaml"))
    rows = dataset.train.x
    assert np.asarray(model.layers[1].mean).ravel() == pytest.approx(rows.mean(axis=0), rel=1e-3)
    assert begun.run.evaluation is not None
    test = dataset.splits["test"]
    scores = model.evaluate(test.x, test.y, verbose=0, return_dict=True)
    assert begun.run.evaluation["metrics"] == pytest.approx(scores, rel=1e-4)


def test_the_best_epoch_is_the_one_that_early_stopping_put_back(train: Train) -> None:
    """With min_delta the callback holds on to an epoch that others have since undercut by a little."""
    stopped = train(
        "epochs: 6\ncallbacks: [{EarlyStopping: {monitor: loss, min_delta: 100, patience: 9, "
        "restore_best_weights: true}}]"
    ).run
    assert stopped.record["best"]["epoch"] == stopped.record["weights_from_epoch"] == 1
    assert stopped.record["best"]["value"] == stopped.history.columns["loss"][0]
    plain = train("epochs: 3").run
    assert plain.record["weights_from_epoch"] == 3


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16", "float64"])
@pytest.mark.parametrize("data", ["iris", "boston_housing"])
def test_every_precision_is_evaluated(precision: str, data: str, train: Train) -> None:
    regression = "loss: mse\nmetrics: [mae]\nmodel: {layers: [{Dense: 1}]}\n" if data == "boston_housing" else ""
    outcome = train(f"dataset: {{source: {data}, preprocess: [Normalization]}}\nprecision: {precision}\n{regression}")
    assert outcome.failure is None
    assert outcome.run.predictions["predicted"].dtype in (np.float32, np.float64)


def test_an_evaluation_that_fails_is_not_called_a_failed_training(
    train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **keywords: Any) -> None:
        raise ValueError("no figures")

    monkeypatch.setattr("dnnrun.engine.training.evaluate", fail)
    outcome = train("epochs: 2")
    assert "the training reached its end, but its evaluation failed: ValueError: no figures" in str(outcome.failure)
    assert outcome.run.status == "failed"
    assert outcome.run.history.epochs == [1, 2]
    assert {"model", "weights"} <= set(outcome.run.files)


def test_metrics_of_several_values_get_a_column_each(train: Train) -> None:
    lines = "dataset: {source: iris, one_hot: true, test_split: 0.2}\nloss: categorical_crossentropy\n"
    run = train(lines + "metrics: [accuracy, F1Score]\nepochs: 2").run
    assert run.history.metrics == ["loss", "F1Score_0", "F1Score_1", "F1Score_2", "accuracy"]
    assert run.evaluation is not None
    assert list(run.evaluation["metrics"]) == run.history.metrics
    assert set(run.evaluation["trivial"]["metrics"]) == set(run.history.metrics)


def test_callbacks_of_one_kind_write_to_files_of_their_own(train: Train) -> None:
    both = "{ModelCheckpoint: {save_best_only: true, monitor: loss}}"
    run = train(f"callbacks: [{both}, {both}, CSVLogger, {{CSVLogger: {{separator: ';'}}}}]").run
    assert saved_by_callbacks(run) == ["best-2.keras", "best.keras"]
    assert "," in (run.path / "csv_logger.csv").read_text()
    assert ";" in (run.path / "csv_logger-2.csv").read_text()
    with pytest.raises(ConfigError, match=r"another callback writes to 'a\.csv' already"):
        train("callbacks: [{CSVLogger: a.csv}, {CSVLogger: a.csv}]")


@pytest.mark.parametrize("name", ["x{epoch}y", "größe", "_x", "-x", "ü 🙂"])
def test_any_name_of_a_run_will_do(name: str, train: Train) -> None:
    outcome = train(f"name: '{name}'\ncallbacks: [ModelCheckpoint]")
    assert outcome.failure is None
    assert outcome.run.name.endswith(f"-{name}")
    assert saved_by_callbacks(outcome.run) == ["epoch-001.keras"]
    assert [path.name for path in Path("runs").iterdir()] == [outcome.run.name]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("metrics: [{MeanSquaredError: {name: loss}}]", "'loss' is a column of the history already"),
        ("callbacks: [{EarlyStopping: 2}]", r"EarlyStopping\.monitor must be a text, not the number 2"),
        ("callbacks: [{LambdaCallback: {on_epoch_end: 'own:nothing_there'}}]", "has no 'nothing_there'"),
    ],
)
def test_what_keras_finds_only_in_an_epoch_is_found_before(lines: str, says: str, train: Train) -> None:
    with pytest.raises(ConfigError, match=says):
        train(lines)
    assert not Path("runs").exists()


def test_functions_of_a_lambda_callback(train: Train, folder: Path) -> None:
    (folder / "own.py").write_text("seen = []\n\n\ndef note(epoch, logs):\n    seen.append((epoch, 'loss' in logs))\n")
    assert train("epochs: 2\ncallbacks: [{LambdaCallback: {on_epoch_end: 'own:note'}}]").failure is None
    assert importlib.import_module("own").seen == [(0, True), (1, True)]


@pytest.mark.parametrize("raised", ["ValueError('no')", "SystemExit(3)"])
def test_an_epoch_that_ended_is_kept_when_a_callback_then_fails(raised: str, train: Train, folder: Path) -> None:
    (folder / "own.py").write_text(
        "import keras\n\n\nclass Fails(keras.callbacks.Callback):\n"
        f"    def on_epoch_end(self, epoch, logs=None):\n        raise {raised}\n"
    )
    outcome = train("epochs: 3\ncallbacks: ['own:Fails']")
    assert isinstance(outcome.failure, TrainingError)
    assert outcome.run.status == "failed"
    assert outcome.run.history.epochs == [1]
    assert outcome.run.record["epochs_finished"] == 1


def test_steps_per_epoch_with_a_weight_for_one_class_only(train: Train) -> None:
    assert train("steps_per_epoch: 2\nclass_weight: {Iris-setosa: 3}").failure is None


def test_whole_numbers_may_be_a_learning_rate(train: Train) -> None:
    assert train("optimizer: {SGD: 1}").run.history.columns["learning_rate"] == [1.0]


@pytest.mark.parametrize("weights_only", ["true", "false"])
def test_a_checkpoint_that_fails_leaves_the_one_before(
    weights_only: str, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = "save_weights" if weights_only == "true" else "save"
    saved = getattr(keras.Model, method)

    def fail_later(self: keras.Model, path: Path, **options: Any) -> None:
        if Path(path).name.endswith("epoch-002.keras") or Path(path).name.endswith("epoch-002.weights.h5"):
            Path(path).write_text("half of a file")
            raise KeyboardInterrupt
        saved(self, path, **options)

    monkeypatch.setattr(keras.Model, method, fail_later)
    run = train(f"epochs: 3\ncallbacks: [{{ModelCheckpoint: {{save_weights_only: {weights_only}}}}}]").run
    assert run.status == "interrupted"
    [checkpoint] = saved_by_callbacks(run)
    assert checkpoint.startswith("epoch-001.")
