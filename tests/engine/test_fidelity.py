"""The loop means what ``fit`` means: losses, metrics and weights are the same to the last bit, shuffling off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.data.dataset import Rows, mapped
from dnnrun.engine.feeding import Feed, Order, row_weights
from dnnrun.engine.fitting import Fitting, Position, Watch
from dnnrun.engine.fused_updates import fuse_updates
from dnnrun.engine.hooks import Hooks
from dnnrun.engine.loop import Loop

layers = keras.layers
EPOCHS, BATCH = 3, 16
RANDOM = np.random.default_rng(1)
TABLE = Rows(RANDOM.normal(size=(150, 7)), RANDOM.integers(0, 3, 150))  # float64 features; 150 = 9 * 16 + 6
BINARY = Rows(RANDOM.normal(size=(150, 7)).astype(np.float32), RANDOM.integers(0, 2, (150, 1)))
TARGETS = Rows(RANDOM.normal(size=(150, 7)).astype(np.float32), RANDOM.normal(size=(150, 2)))
IMAGES = Rows(RANDOM.integers(0, 256, (70, 8, 8, 1), dtype=np.uint8), RANDOM.integers(0, 3, 70).astype(np.uint8))
TWICE = Rows(
    {"left": RANDOM.normal(size=(150, 4)), "right": RANDOM.normal(size=(150, 3)).astype(np.float32)},
    {"kind": RANDOM.integers(0, 3, 150), "size": RANDOM.normal(size=(150, 1)).astype(np.float32)},
)
WORDS = Rows(RANDOM.integers(0, 40, (150, 9)).astype(np.int32), RANDOM.integers(0, 2, (150, 1)))


def dense(units: int = 3, activation: str = "softmax", **options: Any) -> keras.Model:
    stack = [layers.Dense(8, activation="relu", **options), layers.Dense(units, activation=activation)]
    return keras.Sequential([keras.Input((7,)), *stack])


def normalized() -> keras.Model:
    stack = [layers.Dense(8, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.3)]
    return keras.Sequential([keras.Input((7,)), *stack, layers.Dense(3, activation="softmax")])


def convolutional() -> keras.Model:
    stack = [layers.Rescaling(1 / 255), layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D()]
    tail = [layers.SpatialDropout2D(0.2), layers.Flatten(), layers.Dense(3, activation="softmax")]
    return keras.Sequential([keras.Input((8, 8, 1)), *stack, *tail])


def embedding() -> keras.Model:
    stack = [layers.Embedding(40, 6), layers.GlobalMaxPooling1D(), layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input((9,), dtype="int32"), *stack])


def two_branches() -> keras.Model:
    inputs = keras.Input((7,))
    left = layers.Dense(5, activation="tanh")(inputs)
    right = layers.Dropout(0.5)(layers.Dense(4, activation="relu")(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Concatenate()([left, right])))


def two_of_each() -> keras.Model:
    inputs = {"left": keras.Input((4,), name="left"), "right": keras.Input((3,), name="right")}
    branches = [layers.Dense(5, activation="relu")(inputs["left"]), layers.Dropout(0.3)(inputs["right"])]
    both = layers.Concatenate()(branches)
    kind, size = layers.Dense(3, activation="softmax", name="kind"), layers.Dense(1, name="size")
    return keras.Model(inputs, {"kind": kind(both), "size": size(both)})


@keras.saving.register_keras_serializable("tests")
class OwnStep(keras.Model):
    """Counts its steps, and reports something that is no metric."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(3, activation="softmax")
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)

    def train_step(self, data: Any) -> dict[str, Any]:
        self.count.assign_add(1.0)
        return {**super().train_step(data), "count": self.count + 0.5}


class OwnLogs(OwnStep):
    """Reports nothing but what it computes itself."""

    def train_step(self, data: Any) -> dict[str, Any]:
        super().train_step(data)
        return {"count": self.count + 0.5}


@dataclass(frozen=True)
class Case:
    """What is trained, and how."""

    model: Callable[[], keras.Model] = dense
    rows: Rows = TABLE
    loss: Any = "sparse_categorical_crossentropy"
    metrics: Callable[[], Any] = lambda: ["accuracy"]
    optimizer: Callable[[], Any] = lambda: "adam"
    class_weight: Mapping[int, float] | None = None
    sample_weight: bool = False
    weighted: list[str] = field(default_factory=list)


def decaying() -> Any:
    return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 7, 0.8), momentum=0.9)


_JUDGES = (keras.metrics.AUC, keras.metrics.Precision, keras.metrics.Recall)


def judged() -> list[Any]:
    return ["accuracy", *(kind(name=kind.__name__) for kind in _JUDGES)]


OF_TWO = {
    "model": two_of_each,
    "rows": TWICE,
    "loss": {"kind": "sparse_categorical_crossentropy", "size": "mse"},
    "metrics": lambda: {"kind": ["accuracy"], "size": ["mae"]},
}
BINARY_LOSS = {"rows": BINARY, "loss": "binary_crossentropy", "model": lambda: dense(1, "sigmoid")}
CASES = {
    "batch normalization and dropout": Case(normalized),
    "convolutional": Case(convolutional, IMAGES),
    "embedding": Case(embedding, WORDS, "binary_crossentropy"),
    "embedding and weight decay": Case(
        embedding, WORDS, "binary_crossentropy", optimizer=lambda: keras.optimizers.AdamW(0.01)
    ),
    "two branches": Case(two_branches),
    "two inputs and two outputs": Case(**OF_TWO),
    "weights of rows of two outputs": Case(**OF_TWO, sample_weight=True),
    "own train_step": Case(OwnStep),
    "own logs": Case(OwnLogs),
    "regularizers": Case(lambda: dense(kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.01))),
    "class weights": Case(class_weight={0: 0.5, 1: 3.0, 2: 1.0}),
    "class weights of two": Case(**BINARY_LOSS, class_weight={0: 0.5, 1: 3.0}),
    "sample weights": Case(sample_weight=True, weighted=["accuracy"]),
    "sample weights and class weights": Case(sample_weight=True, class_weight={0: 0.5, 1: 3.0, 2: 1.0}),
    "several metrics": Case(**BINARY_LOSS, metrics=judged),
    "regression": Case(lambda: dense(2, "linear"), TARGETS, "mse", lambda: ["mae", "mse"]),
    "sgd": Case(optimizer=lambda: "sgd"),
    "nesterov": Case(optimizer=lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)),
    "adamw": Case(optimizer=lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1)),
    "rmsprop": Case(optimizer=lambda: keras.optimizers.RMSprop(0.01, momentum=0.5)),
    "adagrad": Case(optimizer=lambda: "adagrad"),
    "adam with moving average": Case(optimizer=lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.9)),
    "adam with amsgrad": Case(optimizer=lambda: keras.optimizers.Adam(0.01, amsgrad=True)),
    "accumulated gradients": Case(optimizer=lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=3)),
    "schedule": Case(optimizer=decaying),
    "clipped by value": Case(optimizer=lambda: keras.optimizers.Adam(0.01, clipvalue=0.001)),
    "clipped by norm": Case(optimizer=lambda: keras.optimizers.Adam(0.01, clipnorm=0.01)),
    "adam clipped by global norm": Case(optimizer=lambda: keras.optimizers.Adam(0.1, global_clipnorm=0.01)),
    "clipped by global norm": Case(optimizer=lambda: keras.optimizers.SGD(0.1, global_clipnorm=0.01)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_as_fit_to_the_last_bit(name: str) -> None:
    case = CASES[name]
    weights = RANDOM.uniform(0.1, 2, len(case.rows)) if case.sample_weight else None
    rows = replace(case.rows, weights=weights)
    held_out = rows.take(slice(0, 37))
    expected = _compiled(case)
    both = weights is not None and case.class_weight is not None  # which fit refuses
    history = expected.fit(
        rows.x,
        rows.y,
        sample_weight=row_weights(rows, case.class_weight) if both else weights,
        class_weight=None if both else case.class_weight,
        batch_size=BATCH,
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        validation_data=(held_out.x, held_out.y, *([] if weights is None else [held_out.weights])),
    ).history

    model = _compiled(case)
    fitted = model_history(model, rows, row_weights(rows, case.class_weight), held_out)
    assert {name: list(map(float, values)) for name, values in history.items()} == fitted
    for mine, theirs in zip(_variables(model), _variables(expected), strict=True):
        assert np.array_equal(mine, theirs)
    predicted = Loop(model, jit=False).predict(Feed.of(held_out, BATCH))
    for own, keras_own in zip(
        *map(keras.tree.flatten, (predicted, expected.predict(held_out.x, batch_size=BATCH, verbose=0))), strict=True
    ):
        assert np.array_equal(own, keras_own)


def model_history(
    model: keras.Model, rows: Rows, weights: Any, held_out: Rows, callbacks: Any = (), watch: Any = None
) -> dict[str, list[float]]:
    """Train through the loop; return what Keras's own History callback noted."""
    first = rows.take(slice(0, BATCH))
    x = mapped(lambda array: array.astype(np.float32) if array.dtype == np.float64 else array, first.x)
    predicted = model(x)
    model.compute_loss(x=x, y=first.y, y_pred=predicted)
    model.compute_metrics(x, first.y, predicted)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    fuse_updates(model.optimizer)
    order = Order(len(rows), BATCH, seed=None)
    hooks = Hooks(callbacks, model, epochs=EPOCHS, steps=order.steps)
    loop = Loop(model, jit=False)
    feeds = Feed.of(rows, BATCH, weights), Feed.of(held_out, BATCH)
    Fitting(model, loop, feeds[0], order, feeds[1], hooks, epochs=EPOCHS, watch=watch or Watch()).run(Position())
    return {name: list(map(float, values)) for name, values in model.history.history.items()}


def _compiled(case: Case) -> keras.Model:
    keras.utils.set_random_seed(5)
    model = case.model()
    model.compile(
        case.optimizer(), case.loss, metrics=case.metrics(), weighted_metrics=case.weighted, jit_compile=False
    )
    return model


def _variables(model: keras.Model) -> list[Any]:
    return [np.array(variable) for variable in [*model.variables, *model.optimizer.variables]]
