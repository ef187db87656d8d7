"""What predictions rest on: columns or parts of pictures hidden, or columns shuffled among rows with labels."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.api.predicting import Teller
from dnnrun.config.load import load_config
from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, by_name, unwrapped
from dnnrun.data.load import load_dataset, with_seed
from dnnrun.data.prediction.form import Batch
from dnnrun.data.prediction.tables import check_table, open_table
from dnnrun.data.sources.rows import targets_of
from dnnrun.errors import ConfigError, DataError
from dnnrun.running.occlusion import column_effects, patch_effects, permutation_importance
from dnnrun.running.predictions import Prediction
from dnnrun.store import Run, replacing

_OTHERS = 20  # training rows whose values stand in for those that are hidden
_MOST = 10_000  # rows that permutation importance looks at


@dataclass(frozen=True)
class Importance:
    """How much a model's score on rows with labels rests on each column.

    Args:
        measure: of what the falls are.
        score: on the rows as they are.
        rows: how many these are.
        falls: of the score, by column, the largest mean first, shape (repeats,).
    """

    measure: str
    score: float
    rows: int
    falls: Mapping[str, Array]


class ColumnExplainer:
    """Hides each column of a row in turn behind the values of training rows.

    Args:
        run: whose data is read for them.
        teller: its model.
        allow_code: whether a source given as an import path may be run.

    Raises:
        DataError: the run's data cannot be read.
    """

    def __init__(self, run: Run, teller: Teller, *, allow_code: bool) -> None:
        self._teller, self._places = teller, teller.form.places
        experiment = with_seed(load_config(run.resolved_config))
        train = load_dataset(experiment, allow_code=allow_code).train
        self._others = train.spread(_OTHERS).x

    def __call__(self, batch: Batch, said: Mapping[str, Prediction]) -> dict[str, Prediction]:
        """Return predictions with their effects."""
        effects = column_effects(self._teller.tell, batch.x, self._places, self._others)
        return {name: replace(prediction, effects=effects[name]) for name, prediction in said.items()}


class PictureExplainer:
    """Hides parts of pictures, and writes for each a heat map of what that changes.

    Args:
        teller: the model.
        folder: where they are written to.
    """

    def __init__(self, teller: Teller, folder: Path) -> None:
        self._teller, self._folder = teller, folder
        self._taken: set[str] = set()

    def __call__(self, batch: Batch, said: Mapping[str, Prediction]) -> Mapping[str, Prediction]:
        """Write the heat maps of some pictures; return the predictions as they are."""
        from dnnrun.analysis.plots.heat_map import heat_map  # noqa: PLC0415 - matplotlib is slow to import

        self._folder.mkdir(parents=True, exist_ok=True)
        for row, picture in enumerate(by_name(batch.x)[ONLY]):
            for output, effects in patch_effects(self._teller.tell, picture).items():
                name = self._name_of(str(batch.where.get("file", ["picture"])[row]), output)
                with replacing(self._folder / name) as temporary:
                    temporary.write_bytes(heat_map(picture, effects, f"{name[:-4]}: {_in_words(said[output], row)}"))
        return said

    def _name_of(self, file: str, output: str) -> str:
        stem = "-".join(filter(None, (Path(file).stem, output)))
        name = next(
            name
            for number in itertools.count(1)
            if (name := f"{stem}{'' if number == 1 else f'-{number}'}.png") not in self._taken
        )
        self._taken.add(name)
        return name


def explainer_of(run: Run, teller: Teller, target: Any, *, allow_code: bool) -> ColumnExplainer | PictureExplainer:
    """Return what explains the predictions of a model by hiding parts of its rows.

    Args:
        run: whose model it is.
        teller: it.
        target: where predictions are written to; heat maps go into a folder beside it.
        allow_code: as for `ColumnExplainer`.

    Raises:
        ConfigError: predictions of such rows are not explained, or there is no place for the pictures.
        DataError: the run's data cannot be read.
    """
    if teller.form.is_picture:
        if not isinstance(target, Path):
            raise ConfigError("heat maps need a place", hint="give -o FILE: they are written to a folder beside it")
        return PictureExplainer(teller, target.with_name(f"{target.stem}-explained"))
    if not teller.form.columns or teller.form.is_text:
        raise ConfigError(
            f"occlusion is for pictures and tables, and the model takes {teller.form.in_words()}",
            hint="take --explain out",
        )
    return ColumnExplainer(run, teller, allow_code=allow_code)


def explain_by_permutation(
    run: Run,
    model: Any,
    file: str | Path,
    *,
    label: str | None = None,
    batch_size: int = 256,
    repeats: int = 10,
    seed: int = 0,
) -> Importance:
    """Return how much of a model's score on rows with labels rests on each column.

    The score is the accuracy, or minus the mean absolute error, on at most the first 10,000 rows.

    Args:
        run: whose model it is.
        model: loaded.
        file: a table with labels.
        label: the column of these; None for the one that the config names as target.
        batch_size: how many rows the model takes at a time.
        repeats: how often each column is shuffled.
        seed: of the shuffling.

    Raises:
        ConfigError: the model has several outputs, or takes no table.
        DataError: the file cannot be read, or has no labels.
    """
    teller = Teller(run, model, batch_size)
    target = label or teller.form.arguments.get("target")
    if not teller.form.columns or set(teller.targets) != {ONLY}:
        what = f"permutation importance is for tables with one output, and the model takes {teller.form.in_words()}"
        raise ConfigError(what, hint="--explain occlusion is for single rows and pictures")
    if target is None:
        what = f"the config's source {teller.form.source!r} does not say which column has the labels"
        raise ConfigError(what, hint="name it: --label COLUMN")
    table = open_table(Path(file), teller.form)
    if str(target) not in table.columns:
        raise DataError(f"{file}: there is no column {str(target)!r} with the labels", hint="importance needs them")
    x = _first_rows(check_table(table, teller.form).batches())
    rows = len(next(iter(by_name(x).values())))
    names = teller.targets[ONLY].class_names
    true = targets_of(table, str(target), as_text=names is not None)[:rows]

    def score(changed: Arrays) -> float:
        said = teller.tell(changed)[ONLY]
        if names is not None:
            return float(np.mean(said.values == true))
        return -float(np.mean(np.abs(said.values - true)))

    falls = permutation_importance(score, x, teller.form.places, seed=seed, repeats=repeats)
    ordered = dict(sorted(falls.items(), key=lambda item: -float(item[1].mean())))
    return Importance("accuracy" if names else "minus mean absolute error", score(x), rows, ordered)


def _first_rows(batches: Iterator[Batch]) -> Arrays:
    parts: list[Mapping[str, Array]] = []
    count = 0
    for batch in batches:
        parts.append(by_name(batch.x))
        count += len(next(iter(parts[-1].values())))
        if count >= _MOST:
            break
    made: Arrays = unwrapped({name: np.concatenate([part[name] for part in parts])[:_MOST] for name in parts[0]})
    return made


def _in_words(said: Prediction, row: int) -> str:
    labels: Sequence[Any] | None = None if said.labels is None else said.labels.tolist()
    if labels is None or said.class_numbers is None:
        return f"{np.asarray(said.numbers[row]).reshape(-1)[0]:.4g}"
    number = said.numbers[row, said.class_numbers[row]]
    return f"{labels[row]} {number:.0%}" if said.are_probabilities else f"{labels[row]} {number:.3g}"
