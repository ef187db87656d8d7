"""What is different between two runs: config, data, versions, and results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dnnrun.analysis.run_description import finite, show_run
from dnnrun.config.directions import known_direction
from dnnrun.config.pairing import differing_keys
from dnnrun.store import Run

_ENVIRONMENT = ("machine", "devices", "workers", "threads", "git")
_OF_RUN = ("status", "epochs", "seconds", "parameters", "weights_from_epoch")


def diff_runs(first: Run, second: Run) -> dict[str, Any]:
    """Return what is different between two runs, as what `json.dumps` takes.

    Returns:
        ``runs``: ``run``, ``path`` and ``status`` of both. ``config``, ``data``, ``versions`` and ``environment``: a
        list of what differs, each with ``key``, ``first`` and ``second``; null where one has not got it. ``results``:
        every figure that one of them has, with ``figure``, ``first``, ``second``, ``difference`` (the second less the
        first), and which is ``better`` (``first``, ``second``, or null: also where the data or, for a loss, the losses
        are not the same). ``problems``: what could not be read, a line each.

    Raises:
        RunError: the record of one cannot be read.
    """
    _ = first.status, second.status  # says what is wrong with a broken one
    one, other = show_run(first), show_run(second)
    return {
        "runs": [{key: shown[key] for key in ("run", "path", "status")} for shown in (one, other)],
        "config": [
            {"key": each.key, "first": finite(each.first), "second": finite(each.second)}
            for each in differing_keys(_mapping(one["config"]), _mapping(other["config"]))
        ],
        "data": list(_differing(_data_of(one), _data_of(other))),
        "versions": list(_differing(_mapping(one["versions"]), _mapping(other["versions"]))),
        "environment": list(_differing(_environment_of(one), _environment_of(other))),
        "results": list(_results(one, other)),
        "problems": [f"{shown['path']}: {problem}" for shown in (one, other) for problem in shown["problems"]],
    }


def _data_of(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_mapping(shown["dataset"]), "fold": shown["fold"]}


def _environment_of(shown: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: shown[key] for key in _ENVIRONMENT}


def _differing(first: Mapping[str, Any], second: Mapping[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    for key in dict.fromkeys([*first, *second]):
        one, other = first.get(key), second.get(key)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _differing(one, other, f"{prefix}{key}.")
        elif one != other:
            yield {"key": f"{prefix}{key}", "first": one, "second": other}


def _results(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _OF_RUN:
        if one[key] is not None or other[key] is not None:
            yield _compared(key, one[key], other[key], None)
    first, second = _figures(one), _figures(other)
    is_same_data = _data_of(one).get("fingerprint") == _data_of(other).get("fingerprint")
    is_same_loss = _mapping(one["config"]).get("loss") == _mapping(other["config"]).get("loss")
    for figure in dict.fromkeys([*first, *second]):
        metric = figure.split(" ", 1)[1]
        can_be_better = is_same_data and (is_same_loss or not metric.endswith("loss"))
        yield _compared(
            figure, first.get(figure), second.get(figure), known_direction(metric) if can_be_better else None
        )


def _figures(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a run's metrics by the names that a comparison gives them."""
    figures = {}
    for prefix, kind in ((f"{shown['split']} ", "evaluated"), ("final val_", "validation"), ("final ", "training")):
        figures.update({f"{prefix}{name}": metric[kind] for name, metric in shown["metrics"].items()})
    for metric in shown["metrics"].values():
        best = _mapping(metric["best"])
        figures[f"best {best.get('of')}"] = best.get("value")
    return {name: value for name, value in figures.items() if isinstance(value, int | float)}


def _compared(figure: str, first: Any, second: Any, direction: str | None) -> dict[str, Any]:
    are_numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (first, second))
    difference = second - first if are_numbers else None
    better = None
    if direction and difference:
        better = "second" if (difference > 0) == (direction == "max") else "first"
    return {"figure": figure, "first": first, "second": second, "difference": difference, "better": better}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
