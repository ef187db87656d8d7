"""Callbacks are called when ``fit`` calls them, and at batches only where one looks at them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.data.dataset import Rows
from dnnrun.engine.feeding import Feed, Order
from dnnrun.engine.fitting import Diverged, Fitting, Interrupted, Position, Watch
from dnnrun.engine.hooks import Hooks
from dnnrun.engine.loop import Loop

ROWS = Rows(np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32), np.arange(50) % 2)
BATCH, STEPS, EPOCHS = 8, 7, 2
HELD_OUT = ROWS.take(slice(0, 20))


class Everything(keras.callbacks.Callback):
    """Writes down every call, with what it can see at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []

    def __getattribute__(self, name: str) -> Any:
        if not (name.startswith("on_") and name.endswith(("begin", "end"))):
            return super().__getattribute__(name)

        def hook(*arguments: Any, **keywords: Any) -> None:
            logs = keywords.get("logs", arguments[-1] if arguments else None)
            numbers = [argument for argument in arguments if isinstance(argument, int)]
            seen = {key: value for key, value in (logs or {}).items() if isinstance(value, float)}
            if name not in ("on_batch_begin", "on_batch_end"):
                self.calls.append((name, *numbers, seen, self.model.stop_training, dict(self.params)))

        return hook


class Dots(keras.callbacks.Callback):
    """Looks at epochs alone."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.last = epoch


class EveryThird(keras.callbacks.Callback):
    """Looks at every third batch."""

    batch_interval = 3

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, int]] = []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.calls.append(("begin", batch))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.calls.append(("end", batch))
        assert set(logs) == {"loss", "accuracy"}


class StopAt(keras.callbacks.Callback):
    """Stops at a batch, in the way that Keras documents."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.model.stop_training = batch == 2


def compiled() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model


def fitting(model: keras.Model, *callbacks: keras.callbacks.Callback, watch: Watch | None = None) -> Fitting:
    model.compute_metrics(ROWS.x, ROWS.y, model(ROWS.x))
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    hooks = Hooks(callbacks, model, epochs=EPOCHS, steps=STEPS)
    feeds = Feed.of(ROWS, BATCH), Feed.of(HELD_OUT, BATCH)
    order = Order(len(ROWS), BATCH, seed=None)
    return Fitting(
        model, Loop(model, jit=False), feeds[0], order, feeds[1], hooks, epochs=EPOCHS, watch=watch or Watch()
    )


def test_every_hook_is_called_as_by_fit() -> None:
    expected, seen = Everything(), Everything()
    compiled().fit(
        ROWS.x, ROWS.y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=[expected],
        validation_data=(HELD_OUT.x, HELD_OUT.y),
    )  # fmt: skip
    fitting(compiled(), seen).run(Position())
    names = [call[0] for call in seen.calls]
    assert names == [call[0] for call in expected.calls]
    assert names.count("on_train_batch_end") == EPOCHS * STEPS
    assert names.count("on_test_batch_end") == EPOCHS * 3
    assert seen.calls == expected.calls


def test_others_do_not_slow_the_loop() -> None:
    model = compiled()
    hooks = Hooks([Dots(), keras.callbacks.EarlyStopping(), keras.callbacks.TerminateOnNaN()], model, epochs=1, steps=7)
    assert hooks.next_stop(0) == 7
    assert not hooks.watch_test_batches
    assert Hooks([Dots(), EveryThird()], model, epochs=1, steps=7).next_stop(4) == 6
    assert Hooks([EveryThird(), StopAt()], model, epochs=1, steps=7).next_stop(4) == 5


@pytest.mark.parametrize(
    ("callback", "stop"),
    [
        (keras.callbacks.ModelCheckpoint, 7),
        (lambda path: keras.callbacks.ModelCheckpoint(path, save_freq=2), 1),
        (keras.callbacks.BackupAndRestore, 7),
        (lambda path: keras.callbacks.LambdaCallback(on_epoch_end=print), 7),
        (lambda path: keras.callbacks.LambdaCallback(on_train_batch_end=print), 1),
        (lambda path: keras.callbacks.LambdaCallback(on_train_batch_begin=print), 1),
        (keras.callbacks.CSVLogger, 7),
        (lambda path: keras.callbacks.LearningRateScheduler(lambda epoch: 0.1), 7),
    ],
)
def test_what_kerass_own_ask_for(callback: Any, stop: int) -> None:
    assert Hooks([callback("x.keras")], compiled(), epochs=1, steps=7).next_stop(0) == stop


def test_a_callback_may_ask_for_some_batches() -> None:
    third = EveryThird()
    fitting(compiled(), third).run(Position())
    one_epoch = [("begin", 0), ("end", 2), ("begin", 3), ("end", 5), ("begin", 6), ("end", 6)]
    assert third.calls == one_epoch * EPOCHS


def test_a_callback_ends_the_training_at_a_batch() -> None:
    expected, model = compiled(), compiled()
    expected.fit(ROWS.x, ROWS.y, batch_size=BATCH, epochs=5, shuffle=False, verbose=0, callbacks=[StopAt()])
    dots = Dots()
    fitting(model, StopAt(), dots).run(Position())
    assert dots.last == 0
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), expected.get_weights(), strict=True))


def test_an_interruption_ends_it_between_two_steps() -> None:
    offered: list[Position] = []
    watch = Watch(wants_checkpoint=lambda: True, keep=offered.append, wants_end=lambda: len(offered) >= 1)
    with pytest.raises(Interrupted) as interrupted:
        fitting(compiled(), EveryThird(), watch=watch).run(Position())
    assert interrupted.value.position == offered[-1]
    assert len(offered) == 2


def test_a_metric_of_the_users_own_is_reset_by_its_own_code() -> None:
    class Counting(keras.metrics.MeanMetricWrapper):
        resets = 0

        def reset_state(self) -> None:
            Counting.resets += 1
            super().reset_state()

    model = compiled()
    metric = Counting(keras.losses.sparse_categorical_crossentropy, name="counting")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric], jit_compile=False)
    trained = fitting(model)
    Counting.resets = 0
    trained.run(Position())
    assert Counting.resets == 2 * EPOCHS  # for training and for validation


def test_no_checkpoint_goes_on_with_an_epoch_that_a_callback_has_ended() -> None:
    class StopsAtTheFourth(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch == 3

    offered: list[Position] = []
    watch = Watch(wants_checkpoint=lambda: True, keep=offered.append)
    fitting(compiled(), StopsAtTheFourth(), watch=watch).run(Position())
    assert offered == [Position(0, 1), Position(0, 2), Position(0, 3), Position(1, 0, is_stopped=True)]


def test_the_step_at_which_the_loss_ceases_to_be_a_number() -> None:
    model = compiled()
    rows = Rows(ROWS.x.copy(), ROWS.y)
    rows.x[3 * BATCH + 1] = np.inf
    trained = fitting(model)
    trained._feed = Feed.of(rows, BATCH)
    with pytest.raises(Diverged) as diverged:
        trained.run(Position())
    assert diverged.value.position == Position(0, 3)
    assert not np.isfinite(diverged.value.loss)
