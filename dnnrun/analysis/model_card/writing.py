"""Writes the model card into its run."""

from __future__ import annotations

from dnnrun.analysis.model_card.text import model_card
from dnnrun.errors import DnnrunError, Problem
from dnnrun.store import Run


def write_card(run: Run) -> list[Problem]:
    """Write a run's model card into its directory; return why it could not be, and raise nothing."""
    try:
        run.write_card(model_card(run))
    except DnnrunError as error:
        return [Problem(f"model card: {each.what}", hint=each.hint) for each in error.problems]
    except Exception as error:  # whatever the card stumbles over, the run it describes is sound and must be kept
        return [Problem(f"model card: {type(error).__name__}: {error}")]
    return []
