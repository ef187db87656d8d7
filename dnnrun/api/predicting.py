"""To predict with the model of a run: rows of files or of Python in, classes, probabilities and values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from dnnrun.api.prediction_files import opened_writer
from dnnrun.config.load import complete
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import ModelConfig
from dnnrun.data.dataset import Arrays
from dnnrun.data.prediction.form import Batch, form_of_rows
from dnnrun.data.prediction.reading import read_inputs
from dnnrun.data.prediction.values import batches_of
from dnnrun.errors import DataError
from dnnrun.running.predictions import Prediction, prediction_of, targets_of_record
from dnnrun.store import Run


class Teller:
    """The model of a run with all that is needed to say in the run's terms what it makes of rows.

    Args:
        run: it.
        model: its model, loaded.
        batch_size: how many rows at a time.
    """

    def __init__(self, run: Run, model: Any, batch_size: int = 256) -> None:
        self.form = form_of_rows(run.record)
        self.targets = targets_of_record(run.record)
        self._model, self._is_network = model, "model" in run.files
        if not self._is_network:
            return
        from dnnrun.engine.prediction import Predictor  # noqa: PLC0415 - takes seconds

        experiment = complete(run.config)
        self._outputs = {output.name: output for output in experiment.outputs}
        self._is_postprocessed = isinstance(experiment.model, ModelConfig) and bool(experiment.model.postprocess)
        self._predictor = Predictor(model, batch_size)

    def tell(self, x: Arrays) -> dict[str, Prediction]:
        """Return what each output says about rows, that of a single one under `ONLY`."""
        if not self._is_network:
            from dnnrun.estimators.prediction import predict  # noqa: PLC0415 - starts scikit-learn

            return {ONLY: predict(self._model, x, self.targets[ONLY])}
        return {
            name: prediction_of(raw, self.targets[name], self._outputs[name], is_postprocessed=self._is_postprocessed)
            for name, raw in self._predictor(x).items()
            if name in self.targets
        }

    def tell_of(self, batches: Iterator[Batch]) -> Iterator[tuple[Batch, dict[str, Prediction]]]:
        """Yield batches, each with what is said of it."""
        for batch in batches:
            yield batch, self.tell(batch.x)


def predict_values(teller: Teller, value: Any, *, resize: bool = False) -> Prediction | dict[str, Prediction]:
    """Return what a model says about rows in memory, or in files that are named as `Path`; of several outputs of each.

    Raises:
        DataError: the model cannot take such rows.
    """
    told = [said for _, said in teller.tell_of(batches_of(value, teller.form, resize=resize))]
    if not told:
        raise DataError("there are no rows to predict")
    joined = {name: _joined([said[name] for said in told]) for name in told[0]}
    return joined.get(ONLY, joined)


def predict_files(
    run: Run,
    model: Any,
    inputs: Sequence[str | Path],
    target: Path | IO[str],
    *,
    file_format: str | None = None,
    stdin: IO[bytes] | None = None,
    top_k: int | None = None,
    resize: bool = False,
    batch_size: int = 256,
    explain: bool = False,
    allow_code: bool = False,
) -> int:
    """Predict the rows of files of any size, and write what is said as it comes.

    Args:
        run: whose model it is.
        model: loaded.
        inputs: files, folders, patterns, or ``-`` for stdin.
        target: a file, which takes its place when all is written; or a stream of text.
        file_format: ``csv``, ``json`` (an object a line) or ``parquet``; None for what the ending of the target says.
        stdin: what ``-`` stands for.
        top_k: give only so many classes of each row, the most probable first.
        resize: whether pictures of another size than the model takes are resized.
        batch_size: how many rows the model takes at a time.
        explain: also write what each prediction rests on: effects of the columns, or heat maps beside the target.
        allow_code: whether a source given as an import path may be run; for the training rows that explaining needs.

    Returns:
        How many rows were predicted.

    Raises:
        ConfigError: the ending of the target says no format, or such predictions cannot be explained.
        DataError: a file is not there, or has rows that the model cannot take, with the file, row and column.
        RunError: the target cannot be written.
    """
    teller = Teller(run, model, batch_size)
    batches = read_inputs(inputs, teller.form, stdin=stdin, resize=resize)
    explainer = None
    if explain:
        from dnnrun.api.explaining_predictions import explainer_of  # noqa: PLC0415 - which few need

        explainer = explainer_of(run, teller, target, allow_code=allow_code)
    rows = 0
    with opened_writer(target, file_format, top_k) as writer:
        for batch, said in teller.tell_of(batches):
            writer.write(batch.where, said if explainer is None else explainer(batch, said))
            rows += len(next(iter(said.values())))
    return rows


def _joined(parts: Sequence[Prediction]) -> Prediction:
    first = parts[0]
    if len(parts) == 1:
        return first
    classes = [part.class_numbers for part in parts if part.class_numbers is not None]
    return Prediction(
        np.concatenate([part.numbers for part in parts]),
        np.concatenate(classes) if classes else None,
        first.class_names,
        first.are_probabilities,
    )
