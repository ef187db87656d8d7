"""What the rules know of models without Keras is what Keras makes of them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.components import Component
from dnnrun.config.load import complete
from dnnrun.config.resolved import to_plain
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.rules.layers import PICTURE_BY_PICTURE
from dnnrun.rules.shapes import follow
from dnnrun.rules.subject import Subject

CONFIG: dict[str, Any] = {
    "dataset": {"source": "iris", "validation_split": 0.2},
    "model": {"layers": [{"Dense": {"units": 3, "activation": "softmax"}}]},
    "optimizer": "Adam",
    "loss": "sparse_categorical_crossentropy",
}


@pytest.mark.parametrize(
    ("name", "arguments", "shape"),
    [
        ("Dense", {"units": 7}, (4,)),
        ("Dense", {"units": 7, "use_bias": False}, (5, 4)),
        ("Flatten", {}, (5, 4, 3)),
        ("Reshape", {"target_shape": (2, 10)}, (5, 4)),
        ("Reshape", {"target_shape": (-1, 2)}, (5, 4)),
        ("Dropout", {"rate": 0.2}, (5, 4)),
        ("BatchNormalization", {}, (5, 4)),
        ("RandomFlip", {}, (5, 4, 1)),
        ("RandomRotation", {"factor": 0.1}, (5, 4, 1)),
        ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}, (5, 4, 3)),
        ("RandomZoom", {"height_factor": 0.1}, (5, 4, 3)),
        ("RandomBrightness", {"factor": 0.1}, (5, 4, 3)),
        ("RandomContrast", {"factor": 0.1}, (5, 4, 3)),
        ("LayerNormalization", {}, (6,)),
        ("Conv1D", {"filters": 3, "kernel_size": 2, "strides": 2}, (9, 4)),
        ("Conv2D", {"filters": 3, "kernel_size": 3}, (9, 8, 4)),
        ("Conv2D", {"filters": 4, "kernel_size": (3, 2), "padding": "same", "strides": (2, 3)}, (9, 8, 4)),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "groups": 2}, (9, 8, 4)),
        ("Conv3D", {"filters": 2, "kernel_size": 2}, (5, 6, 7, 1)),
        ("MaxPooling2D", {}, (9, 8, 4)),
        ("MaxPooling2D", {"pool_size": 3, "strides": 2}, (9, 8, 4)),
        ("AveragePooling1D", {"pool_size": 2, "padding": "same"}, (9, 4)),
        ("GlobalAveragePooling2D", {}, (9, 8, 4)),
        ("GlobalMaxPooling1D", {}, (9, 4)),
        ("Embedding", {"input_dim": 11, "output_dim": 3}, (6,)),
        ("LSTM", {"units": 5}, (6, 4)),
        ("GRU", {"units": 5, "return_sequences": True}, (6, 4)),
        ("GRU", {"units": 5, "reset_after": False}, (6, 4)),
        ("SimpleRNN", {"units": 5, "use_bias": False}, (6, 4)),
    ],
)
def test_shapes_and_weights(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> None:
    layer = getattr(keras.layers, name)(**arguments)
    given = np.zeros((1, *shape), "int32" if name == "Embedding" else "float32")
    gives = tuple(layer(given).shape[1:])
    weights = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
    reached = follow(Component(name, arguments), shape)
    assert (reached.gives, reached.weights) == (gives, weights)


@pytest.mark.parametrize("name", ["Conv2D", "LSTM", "MaxPooling2D", "Unknown", "my.layers:Own"])
def test_nothing_is_known_behind_a_layer_that_does_not_fit_or_is_not_known(name: str) -> None:
    reached = follow(Component(name, {"filters": 3, "kernel_size": 3, "units": 2}), (4,))
    assert (reached.gives, reached.weights) == (None, None)
    assert follow(Component("Flatten"), None).gives is None
    assert follow(Component("Dense", {"units": "my.layers:Own"}), (4,)).gives is None


def test_names_of_metrics() -> None:
    metrics = [
        "accuracy", "sparse_categorical_accuracy", "SparseCategoricalAccuracy", {"SparseTopKCategoricalAccuracy": 2},
        {"SparseCategoricalCrossentropy": {"from_logits": False}}, {"Mean": {"name": "average"}},
    ]  # fmt: skip
    experiment = complete({**CONFIG, "metrics": metrics})
    builder = ObjectBuilder(experiment, allow_code=False)
    made = [builder.build("metrics", m, ("metrics", i)) for i, m in enumerate(experiment.metrics[:5])]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=made)
    x, y = np.zeros((4, 4), "float32"), np.zeros(4)
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    subject = Subject(experiment.changed(metrics=experiment.metrics[:5]), None)
    assert set(subject.logged) == {*history, "learning_rate"}
    assert Subject(experiment, None).metric_names[-1] == "average"
    assert to_plain(experiment)["metrics"][0] == "accuracy"


@pytest.mark.parametrize(
    "metric",
    [
        "AUC",
        "Precision",
        "Recall",
        "F1Score",
        "R2Score",
        "MeanSquaredError",
        "RootMeanSquaredError",
        "IoU",
        "KLDivergence",
    ],
)
def test_names_of_metric_objects(metric: str) -> None:
    needed = {"IoU": {"num_classes": 2, "target_class_ids": [0]}}.get(metric, {"dtype": "float32"})
    experiment = complete({**CONFIG, "metrics": [{metric: needed}]})
    keras.utils.clear_session()
    made = ObjectBuilder(experiment, allow_code=False).build("metrics", experiment.metrics[0], ("metrics", 0))
    assert Subject(experiment, None).metric_names == (made.name,)


def test_layers_that_take_pictures_one_by_one() -> None:
    base = next(kind for kind in keras.layers.Resizing.__mro__ if kind.__name__ == "BaseImagePreprocessingLayer")
    of_keras = {
        name for name, found in vars(keras.layers).items() if isinstance(found, type) and issubclass(found, base)
    }
    assert of_keras - PICTURE_BY_PICTURE <= {"MaxNumBoundingBoxes"}  # which leaves the picture alone
    flip, pictures = keras.layers.RandomFlip("vertical", seed=1), np.arange(3.0).reshape(3, 1, 1)
    drawn = [np.asarray(flip(pictures, training=True)).ravel().tolist() for _ in range(8)]
    assert [2, 1, 0] in drawn  # one line each, so that none can be flipped in itself
