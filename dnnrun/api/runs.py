"""A run with its model: everything that `dnnrun.store.Run` reads, and what the model in it can be used for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun import store
from dnnrun.components import is_import_path
from dnnrun.errors import Problem, RunError

if TYPE_CHECKING:
    from dnnrun.api.evaluating import LaterEvaluation, Split
    from dnnrun.engine.exporting.exporter import Exported
    from dnnrun.running.predictions import Prediction

_PARTS_IN_THE_MODEL = ("model", "dataset")


class Run(store.Run):
    """One run: what its files say, read as it is asked for, and its model.

    Args:
        path: the directory.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._model: Any = None

    def load_model(self, *, allow_code: bool = False) -> Any:
        """Return the model: of Keras, or the fitted pipeline of scikit-learn. Both take raw rows.

        Only load the pipelines of your own runs: loading runs what is in the file.

        Args:
            allow_code: whether classes and functions of the user's own, which the config names, may be imported.

        Raises:
            ConfigError: the model needs code that is not allowed.
            RunError: there is no model, or it is damaged.
        """
        files = self.files
        if "model" in files:
            from dnnrun.engine.loading import load_model  # noqa: PLC0415 - takes seconds

            return load_model(files["model"], import_paths_in(self.config), allow_code=allow_code)
        if "estimator" in files:
            from dnnrun.estimators.loading import load_estimator  # noqa: PLC0415 - starts scikit-learn

            return load_estimator(files["estimator"])
        raise RunError(without_model(self))

    def evaluate(
        self,
        data: str | Path | None = None,
        *,
        split: Split | None = None,
        resamples: int = 1000,
        seed: int = 0,
        allow_code: bool = False,
    ) -> LaterEvaluation:
        """Evaluate the model again, with 95 % intervals; see `dnnrun.api.evaluating.evaluate_run`.

        Args:
            data: other rows: a file or folder, or a source as a config writes it.
            split: which of the run's own rows; None for test rows, else validation rows, else training rows.
            resamples: how often the rows are drawn for the intervals.
            seed: of the draws.
            allow_code: whether import paths in the config may be run.

        Raises:
            ConfigError: the run's config is not valid any more, or there is no such split.
            DataError: the rows cannot be read, or do not fit the model.
            RunError: there is no model, or it is damaged.
        """
        from dnnrun.api.evaluating import evaluate_run  # noqa: PLC0415 - reads data

        return evaluate_run(self, data, split=split, resamples=resamples, seed=seed, allow_code=allow_code)

    def predict(
        self, x: Any, *, batch_size: int = 256, resize: bool = False, allow_code: bool = False
    ) -> Prediction | dict[str, Prediction]:
        """Return what the model says about rows: classes with probabilities, or values; of several outputs of each.

        The model is loaded at the first call, and kept.

        Args:
            x: an array or lists of numbers; a frame, a series or a mapping by column; a text or several; a `Path` or
                several, of what ``dnnrun predict`` takes. A single row needs no axis of rows.
            batch_size: how many rows the model takes at a time.
            resize: whether pictures in files are resized to what the model takes.
            allow_code: as for `load_model`.

        Raises:
            ConfigError: the model needs code that is not allowed.
            DataError: the model does not take such rows.
            RunError: there is no model, or it is damaged.
        """
        from dnnrun.api.predicting import Teller, predict_values  # noqa: PLC0415 - a little slow

        if self._model is None:
            self._model = self.load_model(allow_code=allow_code)
        return predict_values(Teller(self, self._model, batch_size), x, resize=resize)

    def export(
        self,
        format: str,  # noqa: A002 - what everybody calls it
        output: str | Path | None = None,
        *,
        without_text_layers: bool = False,
        allow_code: bool = False,
    ) -> Exported:
        """Write the model in another format and prove it; see `dnnrun.export`, which raises what this does."""
        from dnnrun.api.exporting import export  # noqa: PLC0415 - reads configs and data

        return export(self, format, output, without_text_layers=without_text_layers, allow_code=allow_code)


def find_run(name: str | Path, runs_dir: str | Path = store.RUNS_DIR) -> Run:
    """Return the one run that a name stands for; see `dnnrun.store.find_run`."""
    return Run(store.find_run(name, runs_dir).path)


def find_runs(names: Iterable[str | Path], runs_dir: str | Path = store.RUNS_DIR) -> tuple[list[Run], list[Problem]]:
    """Find the runs that several names stand for; see `dnnrun.store.find_runs`."""
    found, problems = store.find_runs(names, runs_dir)
    return [Run(run.path) for run in found], problems


def import_paths_in(config: Mapping[str, Any]) -> list[str]:
    """Return the import paths in those parts of a config that a saved model may hold, each once."""
    return list(dict.fromkeys(path for part in _PARTS_IN_THE_MODEL for path in _import_paths(config.get(part))))


def _import_paths(value: Any) -> Iterator[str]:
    if isinstance(value, str) and is_import_path(value):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "source":  # of data, which no model holds
                yield from _import_paths(key)
                yield from _import_paths(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _import_paths(inner)


def without_model(run: store.Run) -> Problem:
    """Return why a run has no model, and what gives it one."""
    status = run.status
    what = f"{run.path}: holds no model: the run is {status}"
    if status == "running":
        return Problem(what, hint="it is written when the training ends; wait for it, or interrupt it")
    if status == "completed":
        return Problem(f"{run.path}: holds no model", hint=f"dnnrun train {run.resolved_config} trains it again")
    return Problem(what, hint=f"dnnrun resume {run.path} goes on with it")
