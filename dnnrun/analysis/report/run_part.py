"""The part of a page that tells of one run alone: what happened, its limits, its plots, how to repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from dnnrun.analysis.explanation import DifferenceExplanation, Explanation, explain, explain_difference
from dnnrun.analysis.model_card.judged import judged_outputs
from dnnrun.analysis.model_card.limits import limits_of
from dnnrun.analysis.recorded import OF_ANOTHER_SHAPE, mapping_of
from dnnrun.analysis.report.pictures import pictures_of
from dnnrun.analysis.run_figures import one_line
from dnnrun.errors import RunError
from dnnrun.store import Run


def run_part(run: Run, *, index: int, with_details: bool) -> dict[str, Any]:
    """Return what is told of one run.

    Args:
        run: whose run.json can be read; of whatever else cannot, ``notes`` has a line.
        index: its place among the runs.
        with_details: whether its plots and its figures by class belong to it.
    """
    record, notes = run.record, [run.history.problem] if run.history.problem else []

    def read(part: Callable[[Run], Any], otherwise: Any) -> Any:
        try:
            return part(run)
        except RunError as error:
            note = one_line(error, run)
        except OSError as error:
            note = f"{PurePath(str(error.filename)).name}: {error.strerror}"
        except OF_ANOTHER_SHAPE as error:
            note = f"its files hold something other than dnnrun writes ({type(error).__name__}: {error})"
        if note not in notes:
            notes.append(note)
        return otherwise

    return {
        "id": f"run-{index}",
        "name": run.name,
        "status": run.status,
        "description": str(record.get("description") or ""),
        "tags": read(_tags, []),
        "explanation": read(lambda run: _explanation(explain(run)), {"summary": "", "findings": []}),
        "limits": read(limits_of, []),
        "outputs": read(_by_class, []) if with_details else [],
        "pictures": read(pictures_of, []) if with_details else [],
        "reproduction": read(_reproduction, []),
        "config": read(_written, ""),
        "notes": notes,
    }


def difference_part(first: Run, second: Run) -> dict[str, Any] | None:
    """Return what goes with the difference of two runs: their names, which the text calls A and B, and the text.

    None where what they have recorded cannot be compared.
    """
    try:
        return {"runs": [first.name, second.name], **_explanation(explain_difference(first, second))}
    except (RunError, *OF_ANOTHER_SHAPE):  # what is damaged is told of in the part of each run
        return None


def _explanation(explanation: Explanation | DifferenceExplanation) -> dict[str, Any]:
    return {
        "summary": explanation.summary,
        "findings": [
            {
                "severity": finding.severity,
                "text": finding.text,
                "remedies": [{"words": each.words, "lines": each.lines()} for each in finding.remedies],
            }
            for finding in explanation.findings
        ],
    }


def _tags(run: Run) -> list[str]:
    return [str(tag) for tag in run.record.get("tags") or ()]


def _by_class(run: Run) -> list[dict[str, Any]]:
    return [
        {
            "output": judged.output,
            "classes": [
                {
                    "name": each.name,
                    "rows": each.rows,
                    "precision": f"{each.precision:.3f}",
                    "recall": f"{each.recall:.3f}",
                    "f1": f"{each.f1:.3f}",
                }
                for each in judged.classes
            ],
        }
        for judged in judged_outputs(run)
        if judged.classes
    ]


def _reproduction(run: Run) -> list[dict[str, str]]:
    """Return what it takes to train the run again: facts, each with ``what`` and ``code``."""
    record, path = run.record, shlex.quote(str(run.path))
    dataset, git = mapping_of(record.get("dataset")), mapping_of(record.get("git"))
    command = record.get("command")
    facts = {
        "the same run again": f"dnnrun train {shlex.quote(str(run.resolved_config))}",
        "whether it comes out the same": f"dnnrun verify {path}",
        "started by": _command(command) if isinstance(command, list) and command else "",
        "seed": str(record.get("seed", "")),
        "SHA-256 of the data": str(dataset.get("fingerprint", "")),
        "git commit": f"{git.get('commit')}{' with changes' if git.get('dirty') else ''}" if git else "",
        "made": str(record.get("created", "")),
    }
    return [{"what": what, "code": code} for what, code in facts.items() if code]


def _command(command: list[Any]) -> str:
    program, *arguments = map(str, command)
    return shlex.join([PurePath(program).name, *arguments])


def _written(run: Run) -> str:
    return run.resolved_config.read_text(encoding="utf-8", errors="replace")
