"""What the numbers of a run say against relying on it; docs/model-card.md lists these rules with their thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dnnrun.analysis.model_card.judged import SPLITS, ClassFigures, Judged, absolute_errors, judged_outputs
from dnnrun.analysis.number_text import metric_text
from dnnrun.config.directions import known_direction
from dnnrun.store import Run

WIDE_SHARE = 0.01
"""The standard error of a share of right rows from which on the rows are said to be few."""
WIDE_ERROR = 0.05
"""The same of a mean absolute error, as a part of it."""
FEW_OF_A_CLASS = 10
"""Rows of a class below which its own figures say little."""
_MOST_NAMED = 5


def limits_of(run: Run) -> list[str]:
    """Return what speaks against relying on the run's model, a sentence each, the gravest first.

    Raises:
        RunError: one of the run's files is damaged.
    """
    return [sentence for rule in _RULES for sentence in rule(run)]


def _early_end(run: Run) -> Iterator[str]:
    status, failure = run.status, run.record.get("failure")
    if status != "completed":
        epochs = len(run.history.epochs)
        why = f": {' '.join(str(failure).split())}" if failure else ""
        yield f"The training did not reach its end ({status} after {_count(epochs, 'epoch')}){why}."


def _no_test_rows(run: Run) -> Iterator[str]:
    evaluation = run.evaluation
    if evaluation is None:
        yield "It was not evaluated: how good it is, is not known."
    elif evaluation.get("split") == "validation":
        yield (
            "There were no test rows. The figures are of the validation rows; where epochs or settings were chosen "
            "by these, new rows will fare worse rather than better."
        )
    elif evaluation.get("split") == "training":
        yield (
            "There were no rows but those it was trained on. The figures say how well it fits these, and nothing "
            "of how it does on new rows."
        )


def _leaks(run: Run) -> Iterator[str]:
    dataset = run.record.get("dataset") or {}
    for split, found in (dataset.get("rows_among_training") or {}).items():
        if found.get("rows"):
            total = (dataset.get("rows") or {}).get(split)
            of_all = f" of {total:,}" if total else ""
            same = found.get("same_label") or 0
            yield (
                f"Among the {split} rows, {found['rows']:,}{of_all} can be found among the training rows too, {same:,} "
                f"with the same label: the {split} figures flatter it."
            )
    telling = dataset.get("features_equal_to_target") or []
    by_output = telling if isinstance(telling, Mapping) else {"": telling}
    for output, names in by_output.items():
        if names:
            what = f"target {output}" if output else "target"
            verb = "is" if len(names) == 1 else "are"
            yield f"{_listed(names)} {verb} the {what} itself under another name: on real rows it may not be known."


def _no_better_than_guess(run: Run) -> Iterator[str]:
    evaluation = run.evaluation or {}
    trivial = evaluation.get("trivial") or {}
    guessed: Mapping[str, Any] = trivial.get("metrics") or {}
    for name, value in (evaluation.get("metrics") or {}).items():
        guess, direction = guessed.get(name), known_direction(name)
        if direction is None or guess is None:
            continue
        if value is None:
            yield f"Its {name} is no number."
        elif (value <= guess) if direction == "max" else (value >= guess):
            yield (
                f"Its {name} of {metric_text(value)} is no better than the {metric_text(guess)} of a trivial guess "
                f"({trivial.get('guess')})."
            )


def _few_rows(run: Run) -> Iterator[str]:
    split = (run.evaluation or {}).get("split")
    for judged in judged_outputs(run):
        yield from _uncertain_share(judged, str(split))
        yield from _uncertain_error(run, judged, str(split))


def _uncertain_share(judged: Judged, split: str) -> Iterator[str]:
    rows, right = sum(c.rows for c in judged.classes), sum(c.right for c in judged.classes)
    if not rows:
        return
    low, high = wilson_interval(right, rows)
    share = right / rows
    error = math.sqrt(share * (1 - share) / rows)
    if (high - low) / 4 < WIDE_SHARE:
        return
    with_error = f"a standard error of {error:.3f} and " if error else ""
    yield (
        f"{_capital(judged.subject)} was judged by {_count(rows, SPLITS.get(split, 'rows'))} only: an accuracy of "
        f"{share:.3f} ({right:,} right) has {with_error}a 95 % interval from {low:.3f} to {high:.3f}."
    )


def _uncertain_error(run: Run, judged: Judged, split: str) -> Iterator[str]:
    errors = absolute_errors(run, judged.output) if judged.errors else None
    if errors is None or not errors.size > 1:
        return
    mean, error = float(errors.mean()), float(errors.std(ddof=1) / math.sqrt(errors.size))
    if math.isfinite(mean) and error > WIDE_ERROR * mean:
        yield (
            f"{_capital(judged.subject)} was judged by {_count(errors.size, SPLITS.get(split, 'rows'))} only: the mean "
            f"absolute error of {metric_text(mean)} has a standard error of {metric_text(error)}."
        )


def _weakest_class(run: Run) -> Iterator[str]:
    for judged in judged_outputs(run):
        weakest = min((c for c in judged.classes if c.rows), key=lambda c: c.f1, default=None)
        if weakest is not None and weakest.f1 < 1 and len(judged.classes) > 1:
            yield _weakness(weakest, judged)


def _weakness(weakest: ClassFigures, judged: Judged) -> str:
    taken = ""
    if weakest.taken_for:
        name, count = weakest.taken_for
        taken = f"; most often taken for {name!r} ({count:,})"
    return (
        f"{_capital(judged.subject)} is weakest on {weakest.name!r}: recall {weakest.recall:.3f} ({weakest.right:,} of "
        f"{_count(weakest.rows, 'rows')}), precision {weakest.precision:.3f}{taken}."
    )


def _rare_classes(run: Run) -> Iterator[str]:
    for judged in judged_outputs(run):
        classes = judged.classes
        never = [c.name for c in classes if not c.predicted and c.rows]
        if never:
            yield f"{_capital(judged.subject)} predicted no row to be {_listed(never, 'or')}."
        unseen = [c.name for c in classes if not c.rows]
        if unseen:
            yield f"There is no row of {_listed(unseen, 'or')} to judge {judged.subject} by."
        few = [c.name for c in classes if 0 < c.rows < FEW_OF_A_CLASS]
        if few:
            yield f"There are fewer than {FEW_OF_A_CLASS} rows of {_listed(few, 'or')} to judge {judged.subject} by."


def _cut_down(run: Run) -> Iterator[str]:
    limit = (run.config.get("dataset") or {}).get("limit")
    if limit:
        yield f"It was trained on a part of the data only (dataset.limit: {limit})."


_RULES: tuple[Callable[[Run], Iterator[str]], ...] = (
    _early_end, _no_test_rows, _leaks, _no_better_than_guess, _few_rows, _weakest_class, _rare_classes, _cut_down,
)  # fmt: skip


def wilson_interval(right: int, rows: int) -> tuple[float, float]:
    """Return between what the share of right rows lies with 95 % confidence, by Wilson's score interval."""
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    interval = binomtest(right, rows).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _count(number: int, what: str) -> str:
    singular = what.removesuffix("s")
    return f"{number:,} {singular if number == 1 else singular + 's'}"


def _listed(names: list[str], last: str = "and") -> str:
    shown = [repr(name) for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        shown.append(f"{len(names) - _MOST_NAMED} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"
