"""The first sentence of an explanation: how far the run got, and what came of it."""

from __future__ import annotations

from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.wording import count, figure, rows_of

_ENDED = {
    "completed": "completed",
    "interrupted": "was interrupted",
    "failed": "failed",
    "diverged": "diverged",
    "running": "is still running",
    "crashed": "crashed: its process is gone",
}


def summarize(evidence: Evidence) -> str:
    """Return how far the run got, and its figures beside those of the trivial guess."""
    return " ".join(filter(None, [_course(evidence), _result(evidence)]))


def _course(evidence: Evidence) -> str:
    config, ended = evidence.config, _ENDED.get(evidence.status, evidence.status)
    failure = evidence.record.get("failure")
    reason = f" ({' '.join(str(failure).split())})" if failure and evidence.status in {"failed", "diverged"} else ""
    if config.is_estimator:
        return f"The fit {ended}{reason}."
    of = f" of {config.epochs:,}" if config.epochs and config.epochs != evidence.epochs else ""
    return f"The run {ended}{reason}, with {count(evidence.epochs, 'epoch')}{of}."


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
