"""Preprocessing is applied once, before training; what draws at random stays in the steps; what is saved has both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from dnnrun.config.load import load_config
from dnnrun.data.dataset import Array, Rows
from dnnrun.data.load import resolve_data
from dnnrun.engine.feeding import Feed
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.training import Outcome

Build = Callable[..., Prepared]
Train = Callable[..., Outcome]

COUNTING = """\
import keras
import tensorflow as tf

seen = []


def count(rows):
    seen.append(len(rows))
    return rows


@keras.saving.register_keras_serializable("counting")
class Counting(keras.layers.Layer):
    def call(self, rows):
        counted = tf.numpy_function(count, [rows], tf.float32)
        counted.set_shape(rows.shape)
        return counted

    def compute_output_shape(self, shape):
        return shape


@keras.saving.register_keras_serializable("counting")
class Scaling(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=shape[-1:], initializer="ones", name="factor")

    def call(self, rows):
        return rows * self.factor


class Saving(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.save("own.keras")
        self.model.save_weights("own.weights.h5")
        self.model.load_weights("own.weights.h5")
"""
AUGMENTED = """\
dataset:
  source: mnist
  limit: 40
  preprocess: [{Rescaling: 0.5}, {Reshape: [28, 28, 1]}, RandomFlip, {Normalization: {axis: null}}]
model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}
"""


def raw_rows(prepared: Prepared, split: str) -> Rows:
    return resolve_data(prepared.experiment)[1].splits[split]


def test_rows_go_through_a_layer_once_however_many_epochs_there_are(train: Train, folder: Path) -> None:
    (folder / "counting.py").write_text(COUNTING)
    train("dataset: {source: iris, validation_split: 0.2, preprocess: [counting:Counting]}\nepochs: 4")
    from counting import seen  # type: ignore[import-not-found]

    assert sum(seen) == 150


def test_what_draws_at_random_and_all_behind_it_stay_in_the_steps(build: Build) -> None:
    prepared = build(AUGMENTED)
    assert prepared.preparation.model is not None
    once = [type(layer).__name__ for layer in prepared.preparation.model.layers[1:]]
    every_step = [type(layer).__name__ for layer in prepared.model.layers[1:]]
    assert once == ["Rescaling", "Reshape"]
    assert every_step == ["RandomFlip", "Normalization", "Flatten", "Dense"]
    assert [type(layer).__name__ for layer in prepared.exported.layers[1:]] == once + every_step
    raw = raw_rows(prepared, "train").x
    assert isinstance(raw, np.ndarray)
    rows = prepared.dataset.train.x
    assert np.array_equal(rows, raw[..., None].astype(np.float32) * 0.5)
    normalization = prepared.exported.layers[4]
    assert np.asarray(normalization.mean).item() == pytest.approx(raw.mean() * 0.5, rel=1e-4)  # of rows left alone


def test_augmentation_draws_anew_in_training_and_not_in_evaluation(build: Build) -> None:
    prepared = build(AUGMENTED)
    rows = prepared.dataset.train.x
    first, again = (np.asarray(prepared.model(rows, training=True)) for _ in range(2))
    assert not np.array_equal(first, again)
    feed = Feed.of(prepared.dataset.train, 16)
    predicted = prepared.loop.predict(feed)
    assert np.array_equal(predicted, prepared.loop.predict(feed))
    whole = prepared.exported.predict(raw_rows(prepared, "train").x, verbose=0)
    assert whole == pytest.approx(predicted, abs=1e-6)


def predictions_of_saved(outcome: Outcome, file: Path, rows: Array) -> Array:
    assert outcome.failure is None
    predicted: Array = keras.models.load_model(file).predict(rows, verbose=0)
    return predicted


@pytest.mark.parametrize(
    ("source", "units"),
    [
        ("mnist, limit: 60", 10),
        ("mnist, limit: 60, preprocess: [{Rescaling: 0.004}, {Reshape: [28, 28, 1]}, RandomFlip]", 10),
        ("iris, test_split: 0.2, preprocess: [Normalization]", 3),
        ("iris, test_split: 0.2, preprocess: [Normalization, 'counting:Scaling']", 3),
    ],
    ids=["images", "augmented images", "table", "a layer that is trained"],
)
def test_whatever_is_saved_takes_raw_rows(source: str, units: int, train: Train, folder: Path) -> None:
    (folder / "counting.py").write_text(COUNTING)
    lines = (
        f"dataset: {{source: {source}}}\nepochs: 2\n"
        f"model: {{layers: [Flatten, {{Dense: {{units: {units}, activation: softmax}}}}]}}\n"
        "callbacks: [{ModelCheckpoint: {filepath: last.keras}}, 'counting:Saving']\n"
    )
    outcome = train(lines)
    run = outcome.run
    test = resolve_data(load_config(run.path / "resolved.yaml"))[1].splits["test"]
    assert isinstance(test.x, np.ndarray)
    for file in (run.files["model"], run.path / "checkpoints" / "last.keras", folder / "own.keras"):
        predicted = predictions_of_saved(outcome, file, test.x)
        assert predicted == pytest.approx(run.predictions["predicted"], abs=1e-6)
    loaded = keras.models.load_model(run.files["model"])
    scaling = [layer for layer in loaded.layers if type(layer).__name__ == "Scaling"]
    assert not any((np.asarray(layer.factor) == 1).all() for layer in scaling)  # it has been trained
    assert int(loaded.optimizer.iterations) == 2 * -(-run.record["dataset"]["rows"]["train"] // 32)
    before = loaded.evaluate(test.x, test.y, verbose=0)
    assert before == pytest.approx(run.evaluation["metrics"]["loss"], rel=1e-5)
    loaded.fit(test.x, test.y, epochs=3, verbose=0)
    assert loaded.evaluate(test.x, test.y, verbose=0) < before


def test_a_step_of_ones_own_is_taken_behind_preprocessing(train: Train) -> None:
    outcome = train("model: own:OwnStep\ndataset: {source: iris, preprocess: [Normalization]}\nepochs: 1")
    assert list(outcome.run.history.columns["own_step"]) == [7.0]


def test_what_the_run_records_of_its_data_is_as_it_was_read(train: Train) -> None:
    record = train("dataset: {source: mnist, limit: 40}\nmodel: {layers: [Flatten, {Dense: 10}]}").run.record["dataset"]
    assert (record["dtype"], record["input_shape"]) == ("uint8", [28, 28])


def test_a_layer_that_cannot_prepare_the_rows_is_refused(refuse: Callable[..., tuple[str, str]], folder: Path) -> None:
    (folder / "failing.py").write_text(COUNTING.replace("return rows\n\n", "raise ValueError('too many')\n\n", 1))
    message, marked = refuse("dataset: {source: iris, preprocess: ['failing:Counting']}")
    assert "the rows cannot be prepared: " in message
    assert "failing:Counting" in marked


LOGITS = """\
dataset: {source: iris, test_split: 0.2, preprocess: [Normalization]}
model: {layers: [{Dense: 3}], postprocess: [Softmax]}
loss: {SparseCategoricalCrossentropy: {from_logits: true}}
"""


def test_the_saved_model_gives_probabilities_of_logits(train: Train) -> None:
    run = train(LOGITS).run
    plain = train(LOGITS.replace(", postprocess: [Softmax]", "")).run
    assert run.evaluation["metrics"] == plain.evaluation["metrics"]
    test = resolve_data(load_config(run.path / "resolved.yaml"))[1].splits["test"]
    model = keras.models.load_model(run.files["model"])
    predicted = model.predict(test.x, verbose=0)
    assert predicted.sum(axis=1) == pytest.approx(np.ones(30), abs=1e-6)
    assert predicted == pytest.approx(run.predictions["predicted"], abs=1e-6)
    logits = plain.predictions["predicted"]
    assert predicted == pytest.approx(np.asarray(keras.ops.softmax(logits)), abs=1e-6)
    assert not model.compiled


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ("{Dense: 2}", "Dense has weights"),
        ("{Cropping1D: 2}", "Cropping1D does not fit what reaches it, of shape (3,)"),
    ],
)
def test_what_cannot_stand_behind_the_output(layers: str, says: str, refuse: Callable[..., tuple[str, str]]) -> None:
    message, marked = refuse(LOGITS.replace("Softmax", layers))
    assert says in message
    assert layers in marked
