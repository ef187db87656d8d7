"""The first sentence of an explanation: how far the run got, and what came of it."""

from __future__ import annotations

from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.wording import count, figure, rows_of

_ENDED = {
    "completed": "completed",
    "interrupted": "was interrupted after",
    "failed": "failed after",
    "diverged": "diverged after",
    "running": "is still running, after",
    "crashed": "crashed after",
}
_TO_BE_RESUMED = {"interrupted", "crashed"}
_NOTHING, _NOTHING_YET = "Nothing stands out.", "There is nothing to judge."


def summarize(evidence: Evidence, *, stands_out: bool) -> str:
    """Return how far the run got, and its figures beside those of the trivial guess.

    Args:
        evidence: of the run.
        stands_out: whether there is more to say of it.
    """
    is_measured = bool(evidence.epochs or evidence.judgement)
    nothing = "" if stands_out else _NOTHING if is_measured else _NOTHING_YET
    return " ".join(filter(None, [_course(evidence), _result(evidence), nothing]))


def _course(evidence: Evidence) -> str:
    config, ended = evidence.config, _ENDED.get(evidence.status, evidence.status)
    failure = evidence.record.get("failure")
    reason = f": {' '.join(str(failure).split())}" if failure and evidence.status in {"failed", "diverged"} else ""
    if config.is_estimator:
        return f"The fit {ended.removesuffix(' after').removesuffix(',')}{reason}."
    if config.epochs and config.epochs != evidence.epochs:
        resume = f" 'dnnrun resume {evidence.handle}' goes on with it." if evidence.status in _TO_BE_RESUMED else ""
        return f"The run {ended} {evidence.epochs:,} of {count(config.epochs, 'epoch')}{reason}.{resume}"
    return f"The run {ended} {count(evidence.epochs, 'epoch')}{reason}."


def _result(evidence: Evidence) -> str:
    judgement = evidence.judgement
    if judgement is None or not judgement.metrics:
        return ""
    metric = evidence.metric if evidence.metric in judgement.metrics else None
    name = metric or next(iter(judgement.metrics))
    text = f"On {judgement.rows:,} {rows_of(judgement.split).removeprefix('the ')} it has {name} "
    text += figure(judgement.metrics[name])
    if name in judgement.guessed:
        text += f", where a trivial guess has {figure(judgement.guessed[name])}"
    return f"{text}."
