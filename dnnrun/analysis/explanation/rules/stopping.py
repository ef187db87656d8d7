"""What EarlyStopping chose, and which weights the run is left with."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.analysis.explanation.curve import Curve
from dnnrun.analysis.explanation.edits import remedies, set_key, stop_at_best
from dnnrun.analysis.explanation.evidence import Evidence, whole
from dnnrun.analysis.explanation.finding import Finding, Remedy
from dnnrun.analysis.explanation.recorded_config import Part, argument
from dnnrun.analysis.explanation.rules.overfitting import NOISES
from dnnrun.analysis.explanation.wording import count, figure

SHORT_PATIENCE = 5
"""Below so many epochs noise may end a run; Prechelt (1998) found patient criteria to generalize a little better."""
WORSE = 0.02  # the share by which the kept weights are worse than the best before that is worth a word


def early_stopping(evidence: Evidence) -> Iterator[Finding]:
    """Yield what EarlyStopping did: when it stopped and why, and which weights are left."""
    stopping = evidence.config.callback("EarlyStopping")
    if stopping is None or evidence.status != "completed":
        return
    monitor = str(argument(stopping, "callbacks", "monitor"))
    curve = evidence.curve(monitor)
    if curve is None:
        return
    planned, ended = evidence.config.epochs, evidence.epochs
    best = evidence.history.best(monitor, curve.direction)
    epoch, value = best or (curve.best_epoch, curve.best)
    patience = whole(argument(stopping, "callbacks", "patience")) or 0
    kept = evidence.kept_epoch
    if planned is not None and ended >= planned:
        if kept is not None and kept < ended:
            yield Finding(
                "early-stopping",
                "remark",
                f"EarlyStopping did not end the training, but put back the weights of epoch {kept}, where {monitor} "
                f"was best ({figure(value)}; {figure(curve.last)} at the end).",
                epoch=kept,
            )
        return
    text = (
        f"EarlyStopping ended the training after epoch {ended}"
        + (f" of {planned}" if planned else "")
        + f": {monitor} was best in epoch {epoch} ({figure(value)}), and did not get better in the "
        f"{count(ended - epoch, 'epoch')} after that (patience: {patience})."
    )
    lost = kept is not None and kept > epoch
    is_worse = lost and abs(curve.last - value) > WORSE * abs(value)
    if kept is not None:
        text += f" The model has the weights of epoch {kept}"
        text += f", where {monitor} was {figure(curve.last)}, and not the best ones." if lost else ", the best ones."
    hasty = _hasty(evidence, stopping, patience, curve)
    if hasty:
        text += (
            f" A patience of {patience} is short: {monitor} jumps by {figure(curve.noise)} from epoch to epoch, and "
            "the training loss was still falling."
        )
    yield Finding(
        "early-stopping",
        "problem" if is_worse else "remark",
        text,
        remedies(stop_at_best(evidence.config) if lost else None, hasty),
        epoch,
    )


def _hasty(evidence: Evidence, stopping: Part, patience: int, curve: Curve) -> Remedy | None:
    """Return more patience where the noise, and not overfitting, may have ended the training."""
    loss = evidence.curve("loss")
    if patience >= SHORT_PATIENCE or loss is None or loss.best_index < len(loss) - 1 or not curve.noise:
        return None
    if abs(curve.last - curve.best) > NOISES * curve.noise:
        return None
    return set_key("more patience", (*stopping.path, "patience"), 2 * SHORT_PATIENCE)
