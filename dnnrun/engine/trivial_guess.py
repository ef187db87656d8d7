"""What a guess without looking scores: the measure of a model that has learnt something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.components import Component
from dnnrun.config.outputs import Output
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, Rows, unwrapped
from dnnrun.engine.feeding import row_weights
from dnnrun.engine.measurements import loss_of_one_device, numbers_of
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.running.figures import commonest_class, constant_guess

_ACCURACIES = {"accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
_PROBABILITY_FLOOR = 1e-7  # as Keras clips probabilities in its crossentropies


@dataclass(frozen=True)
class _Guess:
    """What is guessed for one output: in words, and for every row."""

    output: Output
    words: str
    predicted: Array
    rows: Rows


def trivial_guess(
    model: keras.Model,
    experiment: Experiment,
    dataset: Dataset,
    rows: Rows,
    builder: ObjectBuilder,
    *,
    columns: Mapping[str, int | None],
) -> dict[str, Any] | None:
    """Return what a guess without looking scores: the training rows' class shares (so their commonest class), or mean.

    Args:
        model: whose metrics are computed.
        experiment: whose losses are.
        dataset: of whose training rows something is known.
        rows: those to guess at.
        builder: makes the losses.
        columns: how many numbers a row each output gives, or None where that is not one vector.

    Returns:
        ``guess`` in words, and ``metrics`` as Keras computes them for that guess; None where there is no such guess.
    """
    guesses: dict[str, _Guess] = {}
    for output in experiment.outputs:
        constant = _constant_guess(output, dataset.of_output(output.name), columns[output.name])
        if constant is None:
            return None
        words, row = constant
        predicted = np.broadcast_to(row, (len(rows), *row.shape)).astype(np.float32)
        guesses[output.name] = _Guess(output, words, predicted, rows.of_output(output.name))
    model.reset_metrics()
    guessed = unwrapped({name: guess.predicted for name, guess in guesses.items()})
    metrics = numbers_of(model.compute_metrics(rows.x, rows.y, guessed))
    model.reset_metrics()
    metrics["loss"] = 0.0
    for name, guess in guesses.items():
        loss = _loss(guess, builder)
        metrics["loss"] += guess.output.weight * loss
        prefix = f"{name}_" if len(guesses) > 1 else ""  # as Keras calls them
        if prefix:
            metrics[f"{prefix}loss"] = loss
        of_one = dataset.of_output(name)
        if of_one.task == "classification":  # by definition; Keras's accuracy takes a logit below 0.5 for class 0
            right = float(np.mean(guess.rows.class_numbers == commonest_class(of_one)))
            metrics |= dict.fromkeys({f"{prefix}{accuracy}" for accuracy in _ACCURACIES} & set(metrics), right)
    in_words = (f"{name}: {guess.words}" if name else guess.words for name, guess in guesses.items())
    return {"guess": "; ".join(in_words), "metrics": metrics}


def _loss(guess: _Guess, builder: ObjectBuilder) -> float:
    built = builder.build("losses", guess.output.loss, guess.output.loss_path)
    loss = keras.losses.get(built) if isinstance(built, str) else built
    weights = row_weights(guess.rows, None)
    if isinstance(loss, keras.losses.Loss):
        return loss_of_one_device(loss(guess.rows.labels_of(), guess.predicted, sample_weight=weights))
    of_each_row = np.asarray(loss(guess.rows.labels_of(), guess.predicted))
    return float(np.mean(of_each_row if weights is None else of_each_row * weights))


def _constant_guess(output: Output, dataset: Dataset, columns: int | None) -> tuple[str, Array] | None:
    words, row = constant_guess(dataset)
    if dataset.task == "regression":
        return (words, row) if columns == len(row) else None
    if columns == 1 and len(row) == 2:
        return words, _as_output(row[1:], output.loss)
    if columns is not None and columns >= len(row) > 1:
        return words, _as_output(np.pad(row, (0, columns - len(row))), output.loss)
    return None


def _as_output(probabilities: Array, loss: Component) -> Array:
    """Return probabilities in the form that the model's own output has under its loss."""
    clipped = np.clip(probabilities, _PROBABILITY_FLOOR, 1 - _PROBABILITY_FLOOR)
    if "hinge" in loss.name.lower():
        return np.sign(probabilities - 0.5) if len(probabilities) == 1 else probabilities
    if loss.arguments.get("from_logits"):
        return np.log(clipped) - np.log1p(-clipped) if len(clipped) == 1 else np.log(clipped)
    return probabilities
