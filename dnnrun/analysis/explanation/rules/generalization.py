"""How much worse the model is on rows that it was not trained on, and how far the figures can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.analysis.explanation.edits import remedies, set_key
from dnnrun.analysis.explanation.evidence import Evidence, whole
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.model_edits import hold_back
from dnnrun.analysis.explanation.significance import differ
from dnnrun.analysis.explanation.wording import count, figure, percent

GAP = 0.05
"""The difference of accuracy between training rows and others from which on it is a gap, if the rows can tell it."""
ERROR_RATIO = 1.5
"""How many times the training rows' error that of others has to be, for numbers."""
FEWEST_ROWS = 30
ERRORS_OF_TEST, WORSE_BY = 3.0, 0.02
"""By how many standard errors, and by how much, the accuracy on test rows has to be below that on validation rows."""
SHARE_SEEN = 0.01


def generalization_gap(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the training rows are known much better than others, without the loss on those having turned."""
    text = _gap_of_accuracy(evidence) if evidence.accuracy else _gap_of_errors(evidence)
    if text:
        text += " The model knows the training rows better than what they have in common."
        yield Finding("generalization-gap", "problem", text, hold_back(evidence.config))


def test_below_validation(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the test rows are harder for the model than the validation rows."""
    accuracy, judgement, kept = evidence.accuracy, evidence.judgement, evidence.kept_epoch
    curve = evidence.curve(f"val_{accuracy}")
    if judgement is None or judgement.split != "test" or accuracy is None or curve is None or kept is None:
        return
    test, validation = judgement.metrics.get(accuracy), curve.at(kept)
    if test is None or validation is None or test > validation - WORSE_BY:
        return
    rows = evidence.rows("validation")
    if rows and differ(test, judgement.rows, validation, rows, errors=ERRORS_OF_TEST):
        text = (
            f"The {accuracy} on {count(judgement.rows, 'test row')} ({figure(test)}) is lower than on "
            f"{count(rows, 'validation row')} ({figure(validation)}), by more than the draw of the rows explains. The "
            "test rows are of another kind, or the validation rows were used so often that the config suits them."
        )
        edit = set_key("other validation rows, to see whether it is them", ("dataset", "shuffle"), True)
        has_split = evidence.config.get("dataset", "shuffle") is False and not evidence.config.get(
            "dataset", "validation"
        )
        yield Finding("test-below-validation", "remark", text, remedies(edit if has_split else None))


def no_validation(evidence: Evidence) -> Iterator[Finding]:
    """Yield where no rows watched the training."""
    config = evidence.config
    if config.is_estimator or not evidence.epochs or evidence.curve("val_loss") or not config.get("dataset"):
        return
    if evidence.rows("validation"):
        return
    text = (
        "No rows were kept back to watch the training, so that nothing can be said about overfitting, and no epoch "
        "chosen by anything but the training rows."
    )
    edit = set_key("a fifth of the training rows for validation", ("dataset", "validation_split"), 0.2)
    yield Finding("no-validation", "remark", text, remedies(None if config.get("dataset", "validation") else edit))


def rows_seen(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the rows that judge the model are training rows, or of them."""
    judgement = evidence.judgement
    if judgement is None:
        return
    if judgement.split == "training":
        text = (
            "There are no rows but the training rows, and the figures are of these: they say how well the model "
            "remembers, not how well it does on new rows."
        )
        edit = set_key("a fifth of the rows for testing", ("dataset", "test_split"), 0.2)
        yield Finding("rows-seen", "problem", text, remedies(None if evidence.config.get("dataset", "test") else edit))
        return
    seen = whole(_seen(evidence, judgement.split)) or 0
    if judgement.rows and seen > SHARE_SEEN * judgement.rows:
        text = (
            f"{seen:,} of {judgement.rows:,} {judgement.split} rows ({percent(seen / judgement.rows)}) are training "
            "rows too: the model has seen their answers, and its figures are better than they would be on new rows."
        )
        yield Finding("rows-seen", "problem", text)


def _seen(evidence: Evidence, split: str) -> object:
    found = evidence.mapping("dataset", "rows_among_training").get(split)
    return found.get("rows") if isinstance(found, dict) else None


def _gap_of_accuracy(evidence: Evidence) -> str | None:
    accuracy = str(evidence.accuracy)
    training = _trained(evidence, accuracy)
    held = _held_out(evidence, accuracy)
    if training is None or held is None:
        return None
    value, rows, split = held
    if training - value <= GAP or not rows or not differ(training, evidence.rows("train"), value, rows):
        return None
    return (
        f"{accuracy} is {figure(training)} on the training rows and {figure(value)} on {count(rows, f'{split} row')}, "
        f"{percent(training - value)[:-2]} points less."
    )


def _gap_of_errors(evidence: Evidence) -> str | None:
    for name in ("mae", "mean_absolute_error", "rmse", "root_mean_squared_error"):
        training, held = _trained(evidence, name), _held_out(evidence, name)
        if training is None or held is None or held[1] < FEWEST_ROWS:
            continue
        value, rows, split = held
        if 0 < ERROR_RATIO * training < value:
            return (
                f"{name} is {figure(training)} on the training rows and {figure(value)} on "
                f"{count(rows, f'{split} row')}, {value / training:.1f} times as much."
            )
    return None


def _trained(evidence: Evidence, metric: str) -> float | None:
    curve = evidence.curve(metric)
    if curve is None:
        return None
    kept = curve.at(evidence.kept_epoch) if evidence.kept_epoch else None
    return curve.end if kept is None else kept


def _held_out(evidence: Evidence, metric: str) -> tuple[float, int, str] | None:
    """Return a metric on rows that the model was not trained on, how many they are, and which."""
    curve, judgement = evidence.curve(f"val_{metric}"), evidence.judgement
    if curve is not None and evidence.rows("validation"):
        kept = curve.at(evidence.kept_epoch) if evidence.kept_epoch else None
        return (curve.end if kept is None else kept), evidence.rows("validation"), "validation"
    if judgement is not None and judgement.split != "training" and metric in judgement.metrics:
        return judgement.metrics[metric], judgement.rows, judgement.split
    return None
