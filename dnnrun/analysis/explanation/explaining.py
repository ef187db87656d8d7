"""What is to be said about a run: every rule is asked, problems come first."""

from __future__ import annotations

from dnnrun.analysis.explanation.evidence import Evidence, gather
from dnnrun.analysis.explanation.finding import Explanation, Finding
from dnnrun.analysis.explanation.summary import summarize
from dnnrun.analysis.explanation.table import RULES, SETTLED_BY, load_rule
from dnnrun.store import Run


def explain(run: Run) -> Explanation:
    """Say in plain sentences what a run's history and evaluation show, and what to try.

    Reads the run's files, and nothing else. The rules are described in docs/explain.md.

    Args:
        run: finished or not; what is missing in it is not judged.

    Raises:
        RunError: run.json is missing or damaged, so that nothing certain can be said of the run.
    """
    evidence = gather(run)
    findings = find(evidence)
    summary = summarize(evidence, stands_out=bool(findings))
    return Explanation(run.name, evidence.status, summary, findings, evidence.unread)


def find(evidence: Evidence) -> tuple[Finding, ...]:
    """Return what the rules find, the problems first, else in the order of the table."""
    found: list[Finding] = []
    for name in RULES:
        if not any(finding.rule in SETTLED_BY.get(name, ()) for finding in found):
            found += load_rule(name)(evidence)
    return tuple(sorted(found, key=lambda finding: finding.severity != "problem"))
