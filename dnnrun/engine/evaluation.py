"""How good the trained model is: metrics, per-class figures or errors, and what a trivial guess would have scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.components import Component
from dnnrun.config.outputs import ONLY, Output
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, Rows, by_name, mapped, unwrapped
from dnnrun.engine.feeding import feed_of
from dnnrun.engine.hooks import python_logs
from dnnrun.engine.loop import Loop
from dnnrun.engine.measurements import numbers_of
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.trivial_guess import trivial_guess
from dnnrun.running.examples import RawRows, best_and_worst, raw_rows, samples_of
from dnnrun.running.figures import classification_figures, regression_figures

_SMALLEST_BATCH = 256
_MOST_TRAINING_ROWS = 2**20  # of those on disk, which take time to read too
_PIECES = 64  # of the file, that they are read from


@dataclass(frozen=True)
class Evaluation:
    """What is known after training.

    Args:
        figures: what evaluation.json holds.
        predictions: arrays for plots: ``true``, ``predicted``, ``predicted_class``, and those of `samples_of` and
            `best_and_worst`; of several outputs the first three of each, under names such as ``price/true``.
        given: what each output itself gave, by its name; `ONLY` for a single one.
    """

    figures: Mapping[str, Any]
    predictions: Mapping[str, Array]
    given: Mapping[str, Any]


def evaluate(
    model: keras.Model,
    loop: Loop,
    experiment: Experiment,
    dataset: Dataset,
    builder: ObjectBuilder,
    raw: RawRows,
    postprocessing: keras.Model | None = None,
) -> Evaluation:
    """Evaluate on the test rows; without any on the validation rows, else on the training rows, and say which.

    Of training rows that stay on disk it is at most a million, from all over the file.

    Args:
        model: trained.
        loop: its steps.
        experiment: the config.
        dataset: the data, as the model takes it.
        builder: makes the losses of the trivial guess.
        raw: see `evaluated_raw_rows`.
        postprocessing: what the predictions for the plots go through; figures are of what the model itself gives.
    """
    split, rows = _evaluated(dataset)
    feed = feed_of(rows, max(experiment.batch_size, _SMALLEST_BATCH))
    model.reset_metrics()
    metrics = python_logs(loop.test(feed))
    predicted = mapped(_plain_floats, loop.predict(feed))
    columns = {name: _columns(array) for name, array in by_name(predicted).items()}
    figures: dict[str, Any] = {
        "split": "training" if split == "train" else split,
        "rows": len(rows),
        "task": unwrapped({name: target.task for name, target in dataset.targets.items()}),
        "metrics": numbers_of(metrics),
        "trivial": trivial_guess(model, experiment, dataset, rows, builder, columns=columns),
    }
    judged = {
        output.name: _judged(
            output, by_name(predicted)[output.name], dataset.of_output(output.name), rows.of_output(output.name)
        )
        for output in experiment.outputs
    }
    if not dataset.has_outputs:
        found, predictions = judged[ONLY]
        if postprocessing is not None and predictions:
            shown = postprocessing.predict(predicted, batch_size=_SMALLEST_BATCH, verbose=0)
            predictions = {**predictions, "predicted": shown}
        if predictions:
            examples = {**samples_of(dataset, raw), **best_and_worst(dataset, raw, predictions)}
            predictions = {**predictions, **examples}
        return Evaluation({**figures, **found}, predictions, by_name(predicted))
    named = {f"{name}/{what}": array for name, (_, arrays) in judged.items() for what, array in arrays.items()}
    return Evaluation(
        {**figures, "outputs": {name: found for name, (found, _) in judged.items()}}, named, by_name(predicted)
    )


def _judged(output: Output, predicted: Any, dataset: Dataset, rows: Rows) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the figures of one output by its task, and what plots need of it."""
    if _columns(predicted) is None:
        return {}, {}
    if dataset.task == "classification" and _has_classes(predicted, dataset):
        classes = predicted_classes(predicted, output.loss)
        figures = classification_figures(rows.class_numbers, classes, dataset)
        arrays = {"predicted": predicted, "true": rows.class_numbers, "predicted_class": classes}
        return {"classification": figures}, arrays
    true = rows.labels_of()
    if dataset.task == "regression" and predicted.shape == true.shape:
        return {"regression": regression_figures(true, predicted)}, {"predicted": predicted, "true": true}
    return {}, {"predicted": predicted}


def _plain_floats(predicted: Any) -> Any:
    """Return the model's output in a type that NumPy and scikit-learn know: 16-bit floats they do not, or not all."""
    is_known = not isinstance(predicted, np.ndarray) or predicted.dtype in (np.float32, np.float64)
    return predicted if is_known else predicted.astype(np.float32)


def predicted_classes(predicted: Array, loss: Component) -> Array:
    """Return the class number of each row.

    Args:
        predicted: shape (rows, classes), of which the largest wins; or (rows, 1) for two classes, where class 1 begins
            at probability 0.5, or at 0 for logits and for hinge losses.
        loss: that the model was trained with.
    """
    if predicted.shape[1] > 1:
        return np.argmax(predicted, axis=1)
    return (predicted[:, 0] > (0.0 if _is_signed(loss) else 0.5)).astype(np.int64)


def _columns(predicted: Any) -> int | None:
    return predicted.shape[1] if isinstance(predicted, np.ndarray) and predicted.ndim == 2 else None


def _is_signed(loss: Component) -> bool:
    return bool(loss.arguments.get("from_logits")) or "hinge" in loss.name.lower()


def _has_classes(predicted: Array, dataset: Dataset) -> bool:
    classes = len(dataset.class_names or ())
    return predicted.shape[1] >= classes or (predicted.shape[1] == 1 and classes == 2)


def evaluated_raw_rows(dataset: Dataset) -> RawRows:
    """Return the rows that will be evaluated, as they were read, or some of them, for pictures of them.

    Args:
        dataset: the data as it was read.
    """
    return raw_rows(_evaluated(dataset)[1])


def _evaluated(dataset: Dataset) -> tuple[str, Rows]:
    """Return the rows to judge by; of training rows on disk so many that their predictions fit into memory."""
    split, rows = next(
        (name, dataset.splits[name]) for name in ("test", "validation", "train") if name in dataset.splits
    )
    if split == "train" and rows.stream is not None and len(rows) > _MOST_TRAINING_ROWS:
        rows = rows.select(rows.stream.spread(_MOST_TRAINING_ROWS, pieces=_PIECES))
    return split, rows
