"""The model card as Markdown, made of a run's files."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dnnrun.analysis.explanation import explain
from dnnrun.analysis.model_card.judged import SPLITS, ClassFigures, judged_outputs
from dnnrun.analysis.model_card.limits import limits_of
from dnnrun.analysis.model_card.markdown import code, escaped, listed, table
from dnnrun.analysis.model_card.usage import usage_of
from dnnrun.analysis.number_text import config_text, metric_text
from dnnrun.analysis.recorded import OF_ANOTHER_SHAPE, mapping_of
from dnnrun.analysis.run_figures import one_line
from dnnrun.config.positions import is_estimator
from dnnrun.errors import RunError
from dnnrun.store import Run

_MOST_CLASSES = 20  # with a line each; of more, the weakest
_WEAKEST = 10
_MOST_LISTED = 12
_WIDTH = 120
SAID_BY_THE_LIMITS = {"divergence", "no-better-than-guess", "rows-seen", "unnamed-classes"}
"""Rules of the explanation whose findings the limits tell already, in fewer words."""


def model_card(run: Run) -> str:
    """Return the model card of a run, however it ended, as Markdown.

    Args:
        run: finished or not; parts that are missing or damaged are said to be.

    Raises:
        RunError: run.json is missing or damaged, so that nothing certain can be said of the run.
    """
    title = run.record.get("name") or run.name
    sections = {
        "Data": _data,
        "Results": _results,
        "How to use it": usage_of,
        "Limits": _limits,
        "How it was made": _making,
    }
    lines = [f"# {escaped(title)}", "", *_summary(run)]
    for heading, section in sections.items():
        try:
            found = list(section(run))
        except RunError as error:
            found = [f"Not known: {escaped(one_line(error, run))}"]
        except OF_ANOTHER_SHAPE as error:
            found = [f"Not known: the files of the run hold something other than dnnrun writes ({escaped(error)})."]
        if found:
            lines += ["", f"## {heading}", "", *found]
    return "".join(f"{line}\n" for line in lines)


def _summary(run: Run) -> Iterator[str]:
    record = run.record
    if record.get("description"):
        yield from _wrapped(escaped(record["description"]))
        yield ""
    epochs = len(run.history.epochs)
    fitted = is_estimator(run.config.get("model"))
    made = f"{'fitted' if fitted else 'trained'} by dnnrun {_version(run)}"
    made += "" if fitted else f" for {epochs} epoch{'' if epochs == 1 else 's'}"
    when = str(record.get("created", ""))[:10]
    weights = record.get("weights_from_epoch")
    kept = f" Its weights are those of epoch {weights}." if weights and weights != epochs and not fitted else ""
    text = f"{_model(run)}, {made}{f' on {when}' if when else ''}; status: {run.status}.{kept}"
    yield from _wrapped(text)


def _model(run: Run) -> str:
    """Return the model in a few words."""
    model = run.config.get("model")
    parameters = run.record.get("parameters")
    size = f" of {parameters:,} parameters" if isinstance(parameters, int) else ""
    if isinstance(model, Mapping) and is_estimator(model):
        return f"scikit-learn's {_estimator(model['sklearn'])}"
    layers = model.get("layers") if isinstance(model, Mapping) else None
    if not isinstance(layers, list):
        return f"A network{size}" + (f" made by {code(model)}" if isinstance(model, str) else "")
    names = [_component(layer) for layer in layers]
    if len(names) > _MOST_LISTED:
        names = [*names[: _MOST_LISTED - 2], "…", names[-1]]
    return f"A network{size}: {', '.join(names)}"


def _component(layer: Any) -> str:
    """Return a component by its name and its first argument where that is a number."""
    if not isinstance(layer, Mapping) or not layer:
        return escaped(layer)
    name, arguments = next(iter(layer.items()))
    first = next(iter(arguments.values()), None) if isinstance(arguments, Mapping) else arguments
    is_number = isinstance(first, int | float) and not isinstance(first, bool)
    return escaped(f"{name} {first}" if is_number else name)


def _estimator(estimator: Any) -> str:
    """Return an estimator by its name and its arguments."""
    if not isinstance(estimator, Mapping) or not estimator:
        return escaped(estimator)
    name, arguments = next(iter(estimator.items()))
    if not isinstance(arguments, Mapping) or not arguments:
        return escaped(name)
    return escaped(f"{name} ({', '.join(f'{key}: {config_text(value)}' for key, value in arguments.items())})")


def _data(run: Run) -> Iterator[str]:
    dataset: Mapping[str, Any] = run.record.get("dataset") or {}
    if not dataset:
        yield "Not recorded."
        return
    rows = ", ".join(
        f"{count:,} {'training' if split == 'train' else split}" for split, count in (dataset.get("rows") or {}).items()
    )
    yield f"- source: {code(dataset.get('source', 'not recorded'))}; rows: {rows}"
    for output, task, classes in _by_name(dataset.get("task"), dataset.get("classes")):
        named = f", {len(classes)} classes: {listed(classes, _MOST_LISTED)}" if classes else ""
        yield f"- task{_of(output)}: {task}{named}"
    for name, shape, features in _by_name(dataset.get("input_shape"), dataset.get("features")):
        what = f" {escaped(name)}" if name else ""
        of_what = f": {listed(features, _MOST_LISTED)}" if features else ""
        yield f"- input{what}: {' x '.join(map(str, shape or [])) or 'one'} values a row{of_what}"
    filled = dataset.get("filled")
    if filled:
        yield f"- gaps were filled in: {listed(list(filled), _MOST_LISTED)}"
    yield f"- fingerprint (SHA-256): {code(dataset.get('fingerprint', 'not recorded'))}"


def _by_name(first: Any, second: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield what is recorded of each input or output; under an empty name what is recorded of the only one."""
    if isinstance(first, Mapping):
        others = second if isinstance(second, Mapping) else {}
        yield from ((name, value, others.get(name)) for name, value in first.items())
    else:
        yield "", first, second


def _results(run: Run) -> Iterator[str]:
    evaluation = run.evaluation
    if evaluation is None:
        yield "There is no evaluation."
        return
    trivial = evaluation.get("trivial") or {}
    guessed: Mapping[str, Any] = trivial.get("metrics") or {}
    split, rows = str(evaluation.get("split")), evaluation.get("rows", 0)
    head = [f"{rows:,} {SPLITS.get(split, 'rows')}", "model", *(["trivial guess"] if guessed else [])]
    metrics: Mapping[str, Any] = evaluation.get("metrics") or {}
    yield from table(
        head,
        [
            [escaped(name), _number(value), *([_number(guessed[name]) if name in guessed else ""] if guessed else [])]
            for name, value in metrics.items()
        ],
    )
    if guessed:
        yield ""
        yield f"Trivial guess: {escaped(trivial.get('guess'))}."
    yield from _over_folds(evaluation)
    for judged in judged_outputs(run):
        if judged.errors:
            values = ", ".join(f"{name} {_number(value)}" for name, value in judged.errors.items())
            yield ""
            yield f"Errors{_of(judged.output)} in the unit of the target: {values}."
        if judged.classes:
            yield ""
            yield from _class_table(judged.classes, _of(judged.output))


def _of(output: str) -> str:
    return f" of {escaped(output)}" if output else ""


def _over_folds(evaluation: Mapping[str, Any]) -> Iterator[str]:
    found = evaluation.get("cross_validation") or {}
    if found.get("metrics"):
        values = ", ".join(
            f"{name} {_number(spread.get('mean'))} ± {_number(spread.get('deviation'))}"
            for name, spread in found["metrics"].items()
        )
        yield ""
        yield f"Over the folds of a cross-validation of its training rows: {values}."


def _class_table(classes: Sequence[ClassFigures], of_output: str) -> list[str]:
    shown, head = classes, f"class{of_output}"
    if len(classes) > _MOST_CLASSES:
        shown = sorted((each for each in classes if each.rows), key=lambda each: each.f1)[:_WEAKEST]
        head = f"the {len(shown)} weakest of {len(classes)} classes{of_output}"
    rows = [[listed([c.name], 1), f"{c.rows:,}", f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}"] for c in shown]
    return table([head, "rows", "precision", "recall", "F1"], rows)


def _limits(run: Run) -> Iterator[str]:
    found = explain(run).problems
    sentences = [*limits_of(run), *(each.text for each in found if each.rule not in SAID_BY_THE_LIMITS)]
    for sentence in sentences or ["The numbers of this run show none."]:
        yield from textwrap.wrap(
            f"- {escaped(sentence)}", _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )


def _making(run: Run) -> Iterator[str]:
    record, files = run.record, run.files
    versions: Mapping[str, Any] = record.get("versions") or {}
    if "config" in files:
        again = code(f"dnnrun train {files['config'].name}")
        yield f"- the same run again, in this folder: {again}; whether it comes out the same: `dnnrun verify .`"
    yield f"- seed: {record.get('seed')}"
    git = record.get("git")
    if isinstance(git, Mapping):
        changed = ", with changes" if git.get("dirty") else ""
        yield f"- git commit of the folder it was started in: {git.get('commit')}{changed}"
    devices = record.get("devices") or []
    yield f"- on: {escaped(', '.join(map(str, devices)) or 'not recorded')}"
    if versions:
        yield f"- with: {', '.join(f'{name} {version}' for name, version in versions.items())}"


def _version(run: Run) -> str:
    return str(mapping_of(run.record.get("versions")).get("dnnrun", "of an unknown version"))


def _number(value: Any) -> str:
    """Return a metric as text; a number that was not finite is null on disk."""
    return metric_text(float(value)) if isinstance(value, int | float) else "nan"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
