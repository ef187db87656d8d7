"""What a fitted pipeline of scikit-learn says about raw rows, in the terms of the run."""

from __future__ import annotations

from typing import Any

from dnnrun.data.dataset import Arrays, Target
from dnnrun.errors import DataError
from dnnrun.estimators.judging import say
from dnnrun.running.predictions import Prediction


def predict(estimator: Any, x: Arrays, target: Target) -> Prediction:
    """Return what a pipeline says.

    Raises:
        DataError: it cannot be applied to such rows.
    """
    try:
        said = say(estimator, x, target)
    except (ValueError, TypeError, KeyError) as error:
        text = " ".join(str(error).split())
        raise DataError(f"the model cannot be applied to these rows: {text}") from error
    return Prediction(said.numbers, said.classes, target.class_names, said.are_probabilities)
