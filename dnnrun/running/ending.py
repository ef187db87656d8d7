"""How a run ended, for whoever looks after it before what ended it is raised."""

from __future__ import annotations

from dataclasses import dataclass

from dnnrun.errors import DnnrunError
from dnnrun.store import Run


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Args:
        run: its directory.
        failure: what ended it before its time, to be raised once the run has been looked after; None if nothing did.
    """

    run: Run
    failure: DnnrunError | KeyboardInterrupt | None = None
