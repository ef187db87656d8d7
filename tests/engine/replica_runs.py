"""Trains small models on two virtual devices and on one, and prints how far the results are apart: see `test_replicas`.

A process of its own, because a CPU can be divided only before TensorFlow has computed anything.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

from dnnrun.config.load import complete
from dnnrun.data.dataset import Rows
from dnnrun.data.load import resolve_data
from dnnrun.engine import session
from dnnrun.engine.feeding import Feed, Order
from dnnrun.engine.fitting import Fitting, Interrupted, Position, Watch
from dnnrun.engine.hooks import Hooks
from dnnrun.engine.loop import Loop
from dnnrun.engine.replicas import ReplicatedLoop
from dnnrun.engine.state import TrainingState
from dnnrun.engine.training import make_ready, train_experiment

RANDOM = np.random.default_rng(2)
ROWS = Rows(RANDOM.normal(size=(41, 6)).astype(np.float32), RANDOM.integers(0, 3, 41))
NAMED = Rows(
    {"left": RANDOM.normal(size=(41, 4)).astype(np.float32), "right": RANDOM.normal(size=(41, 2)).astype(np.float32)},
    {"kind": RANDOM.integers(0, 3, 41), "size": RANDOM.normal(size=(41, 1)).astype(np.float32)},
)
WEIGHTS = RANDOM.uniform(0.5, 2, 41).astype(np.float32)
EPOCHS = 3


def model_of(optimizer: Any, *, penalty: str | None = None) -> keras.Model:
    keras.utils.set_random_seed(3)
    layers = [
        keras.layers.Dense(8, activation="relu", kernel_regularizer=penalty),
        keras.layers.Dense(3, activation="softmax"),
    ]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    model.compute_metrics(ROWS.x, ROWS.y, model(ROWS.x))
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return model


def graph() -> keras.Model:
    """Return a model of two inputs and two outputs."""
    keras.utils.set_random_seed(3)
    inputs = {name: keras.Input((size,), name=name) for name, size in (("left", 4), ("right", 2))}
    both = keras.layers.Concatenate()([keras.layers.Dense(5, activation="relu")(inputs["left"]), inputs["right"]])
    kind, size = keras.layers.Dense(3, activation="softmax", name="kind"), keras.layers.Dense(1, name="size")
    model = keras.Model(inputs, {"kind": kind(both), "size": size(both)})
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, {"kind": 1.0, "size": 0.5}, metrics={"kind": ["accuracy"]}, jit_compile=False)
    predicted = model(NAMED.x)
    model.compute_loss(x=NAMED.x, y=NAMED.y, y_pred=predicted)
    model.compute_metrics(NAMED.x, NAMED.y, predicted)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return model


# Of 41 rows the last batch has 1, 1, 6 and 1.
CASES: dict[str, tuple[Callable[[], keras.Model], int, Any]] = {
    "batches of 8": (lambda: model_of("adam"), 8, None),
    "batches of 5": (lambda: model_of("adam"), 5, None),
    "batches of 7": (lambda: model_of("sgd"), 7, None),
    "weights of rows": (lambda: model_of("adam"), 8, WEIGHTS),
    "regularizer": (lambda: model_of("adam", penalty="l2"), 8, None),
    "two inputs and two outputs": (graph, 8, None),
    "clipping": (lambda: model_of(keras.optimizers.SGD(0.1, global_clipnorm=0.1)), 8, None),
}


def histories(case: str, strategy: Any, *, interrupt: bool = False) -> dict[str, list[float]]:
    """Train; with ``interrupt``, stop in the middle of an epoch, and go on with another model from its state."""
    rows: dict[str, list[float]] = {}
    keras.backend.clear_session()  # names are counted anew, as in a new process
    try:
        with strategy.scope() if strategy else nullcontext():
            return trained(case, strategy, rows, Position(), None, wants_end=interrupt)
    except Interrupted as interrupted:
        position, snapshot = interrupted.position, interrupted.args[1]
    keras.backend.clear_session()
    with strategy.scope():
        return trained(case, strategy, rows, position, snapshot, wants_end=False)


def trained(
    case: str, strategy: Any, rows: dict[str, list[float]], start: Position, snapshot: Any, *, wants_end: bool
) -> dict[str, list[float]]:
    make, batch_size, weights = CASES[case]
    rows_of_case = NAMED if make is graph else ROWS
    order = Order(len(rows_of_case), batch_size, seed=1)
    model = make()
    loop = ReplicatedLoop(model, jit=False, strategy=strategy) if strategy else Loop(model, jit=False)
    hooks = Hooks([], model, epochs=EPOCHS, steps=order.steps)
    state = TrainingState(model, hooks.all.callbacks)
    feeds = Feed.of(rows_of_case, batch_size, weights), Feed.of(rows_of_case.take(slice(0, 17)), batch_size)
    watch = Watch(wants_end=lambda: wants_end)
    fitting = Fitting(model, loop, feeds[0], order, feeds[1], hooks, epochs=EPOCHS, watch=watch)
    try:
        fitting.run(start, state.note_beginning if snapshot is None else lambda: state.restore(snapshot))
    except Interrupted as interrupted:
        interrupted.args = (*interrupted.args, state.take())
        raise
    for name, values in model.history.history.items():
        rows.setdefault(name, []).extend(map(float, values))
    rows["weights"] = [float(np.abs(np.array(variable)).sum()) for variable in model.trainable_variables]
    return rows


@keras.saving.register_keras_serializable("replica_runs")
class Scaling(keras.layers.Layer):
    """A layer of preprocessing that is trained."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=shape[-1:], initializer="ones", name="factor")

    def call(self, rows: Any) -> Any:
        return rows * self.factor


# Prepared once; and in every step, behind a layer that might draw at random.
PREPROCESSING: dict[str, list[Any]] = {
    "normalized before": ["Normalization"],
    "trained in the steps": ["Normalization", "replica_runs:Scaling"],
    "normalized in the steps": [{"GaussianNoise": 0.0}, "Normalization"],
}


def rows_on_disk(folder: str) -> dict[str, Any]:
    """Write a table whose rows stay in it, and are read in several windows, each of them shuffled."""
    rows = zip(ROWS.x.tolist(), ROWS.y.tolist(), strict=True)
    lines = [f"{','.join(map(str, row))},{label}\n" for row, label in rows] * 5
    (path := Path(folder) / "rows.csv").write_text("".join(["a,b,c,d,e,f,kind\n", *lines]))
    source = {"csv": {"path": str(path), "target": "kind"}}
    return {"source": source, "in_memory": False, "shuffle_buffer": 64, "shuffle": False}


def whole_run(data: dict[str, Any], strategy: Any) -> dict[str, list[float]]:
    """Train from a config, and return what comes of it, also of the model that was saved."""
    experiment, dataset = resolve_data(
        complete(
            {
                "dataset": {"source": "iris", "test_split": 0.2, **data},
                "model": {"layers": [{"Dense": {"units": 3, "activation": "softmax"}}]},
                "optimizer": "Adam",
                "loss": "sparse_categorical_crossentropy",
                "epochs": 2,
                "seed": 1,
            }
        )
    )
    chosen = session.Session("cpu", "some CPUs", strategy=strategy)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(session, "_choose_device", return_value=chosen),
    ):
        outcome = train_experiment(make_ready(experiment, dataset, allow_code=True), Path(folder))
        assert outcome.failure is None, outcome.failure
        history, model = outcome.run.history, keras.models.load_model(outcome.run.files["model"])
        rows = {name: list(history.columns[name]) for name in history.columns if name != "seconds"}
        rows["predicted"] = outcome.run.predictions["predicted"].ravel().tolist()
        test = dataset.splits["test"].take(slice(None)).x
        assert isinstance(test, np.ndarray)
        rows["from raw rows"] = np.asarray(model(test)).ravel().tolist()
    return rows


def furthest(one: dict[str, list[float]], other: dict[str, list[float]]) -> float:
    assert one.keys() == other.keys()
    return max(float(np.max(np.abs(np.array(one[name]) - np.array(other[name])))) for name in one)


def main() -> None:
    """Print the largest difference of each case."""
    [cpu] = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found: dict[str, float] = {}
    for case in CASES:
        found[case] = furthest(histories(case, strategy), histories(case, None))
    for case, preprocess in PREPROCESSING.items():
        data = {"preprocess": preprocess}
        found[case] = furthest(whole_run(data, strategy), whole_run(data, None))
    with tempfile.TemporaryDirectory() as folder:
        data = rows_on_disk(folder)
        found["rows on disk"] = furthest(whole_run(data, strategy), whole_run(data, None))
    whole = histories("batches of 5", strategy)
    found["interrupted"] = furthest(histories("batches of 5", strategy, interrupt=True), whole)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
