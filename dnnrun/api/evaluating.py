"""To evaluate the model of a run again: on one of its own splits, or on other rows; each figure with its interval."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from dnnrun.components import is_import_path
from dnnrun.config.load import load_config
from dnnrun.config.reader import read_scalar_or_flow
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.data.dataset import Dataset, Rows
from dnnrun.data.load import load_dataset
from dnnrun.errors import ConfigError, DataError, Problem, RunError
from dnnrun.running.bootstrap import LEVEL, METHOD, RESAMPLES, Resampling, intervals_of
from dnnrun.store import Run

Split = Literal["test", "validation", "train"]
SPLITS: tuple[Split, ...] = ("test", "validation", "train")
_BY_ENDING = {".csv": "csv", ".tsv": "csv", ".gz": "csv", ".txt": "csv", ".parquet": "parquet", ".npz": "npz"}
_OF_OTHER_ROWS = ("test", "validation")  # arguments of a source that name rows beside those meant
_IN_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class LaterEvaluation:
    """What came of evaluating a run again.

    Args:
        figures: as in evaluation.json; with ``intervals`` by metric, ``bootstrap``, which says how these were made,
            ``data``, ``fingerprint`` and ``evaluated``.
        file: in the run, where they are.
        remarks: what a person should know.
    """

    figures: Mapping[str, Any]
    file: Path
    remarks: tuple[str, ...] = ()


def evaluate_run(
    run: Run,
    data: str | Path | None = None,
    *,
    split: Split | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    allow_code: bool = False,
) -> LaterEvaluation:
    """Evaluate a run's model, and write the figures into the run, beside those of its training.

    Args:
        run: the run.
        data: other rows: a file or folder, read as those of the training were; or a source as a config writes it,
            or a YAML file that holds one.
        split: which of the run's own rows; None for test rows, else validation rows, else training rows.
        resamples: how often the rows are drawn for the intervals.
        seed: of the draws.
        allow_code: whether import paths in the config may be run.

    Raises:
        ConfigError: the run's config is not valid any more, or there is no such split.
        DataError: the rows cannot be read, or do not fit the model.
        RunError: the run has no model, or is broken.
    """
    if not {"model", "estimator"} & set(run.files):
        from dnnrun.api.runs import without_model  # noqa: PLC0415 - which offers this as a method

        raise RunError(without_model(run))
    if data is not None and split is not None:
        raise ConfigError("a split is one of the run's own rows, and data are others", hint="give one of the two")
    experiment = load_config(run.resolved_config)
    dataset = load_dataset(experiment, allow_code=allow_code)
    remarks = _remarks_on(run, dataset)
    if data is None:
        name, rows = _split_of(dataset, split)
        origin, fingerprint = _called(run), dataset.fingerprint
    else:
        other = _dataset_of(run, str(data), allow_code=allow_code)
        assert other.test is not None
        name, rows, origin, fingerprint = "given", other.test, str(data), other.fingerprint
    dataset = replace(dataset, test=rows, validation=None)
    figures, resampling = _assessed(run, experiment, dataset, allow_code=allow_code)
    figures = {
        **figures,
        "split": "training" if name == "train" else name,
        "data": origin,
        "fingerprint": fingerprint,
        "intervals": intervals_of(resampling, len(rows), resamples=resamples, seed=seed),
        "bootstrap": {"method": METHOD, "level": LEVEL, "resamples": resamples, "seed": seed},
        "evaluated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    file = run.write_later_evaluation(name if data is None else _file_name(origin), figures)
    return LaterEvaluation(figures, file, tuple(remarks))


def _assessed(
    run: Run, experiment: Experiment, dataset: Dataset, *, allow_code: bool
) -> tuple[Mapping[str, Any], Resampling]:
    files = run.files
    if isinstance(experiment.model, EstimatorConfig):
        from dnnrun.estimators import assessment, loading  # noqa: PLC0415 - starts scikit-learn

        return assessment.assess(loading.load_estimator(files["estimator"]), experiment, dataset)
    from dnnrun.api.runs import import_paths_in  # noqa: PLC0415 - which offers this as a method
    from dnnrun.engine.assessment import assess  # noqa: PLC0415 - takes seconds

    return assess(files["model"], import_paths_in(run.config), experiment, dataset, allow_code=allow_code)


def _split_of(dataset: Dataset, wanted: Split | None) -> tuple[str, Rows]:
    there = dataset.splits
    name = wanted or next(name for name in SPLITS if name in there)
    if name not in there:
        hint = f"it has {' and '.join(there)} rows; other rows are given with --data"
        raise ConfigError(f"the run has no {name} rows", hint=hint)
    return name, there[name]


def _remarks_on(run: Run, dataset: Dataset) -> list[str]:
    facts = run.record.get("dataset")
    known = facts.get("fingerprint") if isinstance(facts, Mapping) else None
    if known in (None, dataset.fingerprint):
        return []
    return ["the data is not what it was when the model was trained: its fingerprint has changed"]


def _dataset_of(run: Run, data: str, *, allow_code: bool) -> Dataset:
    """Return the run's data with other rows as its test rows, so that their labels mean what they meant."""
    source = _source_of(run, data)
    option = f"--data {data}"
    name, arguments = _recorded_source(run)
    own = [f"dataset.source.{name}.test=null"] if "test" in arguments else []
    assignments = [f"dataset.test={source}", "dataset.test_split=0", "fold=null", *own]
    overrides = [(option, assignment) for assignment in assignments]
    try:
        experiment = load_config(run.resolved_config, overrides)
        return load_dataset(experiment, allow_code=allow_code)
    except (ConfigError, DataError) as error:
        problems = [_about_option(problem, option) for problem in error.problems]
        raise (DataError if isinstance(error, DataError) else ConfigError)(*problems) from error


def _about_option(problem: Problem, option: str) -> Problem:
    """Return a problem without a line of the config that the person has not written."""
    is_ours = problem.where is not None and problem.where.file == option
    return replace(problem, where=None) if is_ours else problem


def _source_of(run: Run, data: str) -> str:
    """Return the source, in YAML on one line."""
    path = Path(data)
    if path.suffix in _IN_YAML and path.is_file():
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        return _written(read_scalar_or_flow("\n".join(lines), data))
    if not path.exists() and (data.lstrip().startswith("{") or data in SOURCES or is_import_path(data)):
        return data
    name, arguments = _recorded_source(run)
    kind = name if path.is_dir() else _BY_ENDING.get(path.suffix.lower(), name)
    if name == "text" and kind == "csv":
        kind = "text"
    if kind == name:
        kept = {key: value for key, value in arguments.items() if key not in _OF_OTHER_ROWS}
        return _written({kind: {**kept, "path": data}})
    if kind in {"csv", "parquet"} and {name, kind} <= {"csv", "parquet"}:
        kept = {key: value for key, value in arguments.items() if key in SOURCES[kind].optional or key == "target"}
        return _written({kind: {**{k: v for k, v in kept.items() if k not in _OF_OTHER_ROWS}, "path": data}})
    if kind == "npz":
        return _written({"npz": {"path": data}})
    example = f"{{{kind}: {{path: {data}, target: COLUMN}}}}" if kind in {"csv", "parquet"} else "{csv: {...}}"
    what = f"{data}: the run was trained on {name!r}, which does not say how to read this"
    raise ConfigError(what, hint=f"write the source in full, such as --data '{example}'")


def _called(run: Run) -> str:
    """Return what the data that the run was trained on is called: its file, or its name."""
    name, arguments = _recorded_source(run)
    path = arguments.get("path")
    return path if isinstance(path, str) else name


def _recorded_source(run: Run) -> tuple[str, Mapping[str, Any]]:
    dataset = run.config.get("dataset")
    written = dataset.get("source") if isinstance(dataset, Mapping) else dataset
    if isinstance(written, Mapping) and len(written) == 1:
        name, arguments = next(iter(written.items()))
        return str(name), arguments if isinstance(arguments, Mapping) else {}
    return str(written), {}


def _written(value: Any) -> str:
    """Return a value as YAML on one line; every JSON value is one."""
    return json.dumps(value, ensure_ascii=False)


def _file_name(origin: str) -> str:
    """Return what the figures of other rows are called: after their file, without what no file name may have."""
    stem = Path(origin).stem if Path(origin).exists() else origin
    return f"data-{re.sub(r'[^A-Za-z0-9_.-]+', '_', stem).strip('_')[:60]}"
