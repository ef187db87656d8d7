"""Runs that differ in the seed only, as groups, and what is said of groups against one another."""

from __future__ import annotations

import copy
import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from dnnrun.analysis.comparison import compare_runs
from dnnrun.analysis.comparison_formats import groups_to_csv, to_json, to_latex, to_markdown
from dnnrun.analysis.grouping import verdict_of
from dnnrun.cli import comparison_table
from dnnrun.errors import ConfigError

CASES = Path(__file__).parent / "compared"
SMALL, LARGE = (0.90, 0.91, 0.92), (0.94, 0.955, 0.96)


@pytest.fixture
def sweep(make_run, config):
    """Two sizes with three seeds each, a third size with one."""

    def run(units, seed, accuracy, **keys):
        own = copy.deepcopy({**config, **keys, "seed": seed})
        own["model"]["layers"][1]["Dense"]["units"] = units
        history = {"loss": [0.5, 0.4], "val_accuracy": [accuracy - 0.05, accuracy]}
        dataset = {"fingerprint": "f" * 8}
        return make_run(f"u{units}_s{seed}", config=own, history=history, dataset=dataset, parameters=units * 795 + 10)

    runs = [run(32, seed, value) for seed, value in enumerate(SMALL)]
    runs += [run(128, seed, value) for seed, value in enumerate(LARGE)]
    return [*runs, run(512, 0, 0.97)]


def test_groups_are_those_that_differ_in_the_seed_only(sweep):
    comparison = compare_runs(sweep)
    assert [(group.label, len(group.runs)) for group in comparison.groups] == [
        ("units=512", 1),
        ("units=128", 3),
        ("units=32", 3),
    ]
    summary = comparison.groups[2].summaries["final val_accuracy"]
    assert (summary.n, summary.mean, summary.deviation) == (3, pytest.approx(0.91), pytest.approx(0.01))
    assert comparison.has_groups


def test_other_data_is_another_group(make_run, config):
    runs = [
        make_run(f"r{seed}", config={**config, "seed": seed}, history={"loss": [1.0]}, dataset={"fingerprint": data})
        for seed, data in ((1, "a"), (2, "b"))
    ]
    assert not compare_runs(runs).has_groups


def test_a_name_and_tags_are_of_no_account(make_run, config):
    runs = [
        make_run(
            f"r{seed}",
            config={**config, "seed": seed, "name": f"n{seed}", "tags": [str(seed)]},
            history={"loss": [1.0]},
        )
        for seed in (1, 2)
    ]
    assert compare_runs(runs).has_groups


def test_a_run_repeated_with_its_seed_is_no_group_and_counts_once(make_run, config):
    def run(seed, value):
        return make_run(f"r{seed}", config={**config, "seed": seed}, history={"val_loss": [value]})

    twice = [run(1, 0.5), run(1, 0.5)]
    assert not compare_runs(twice).has_groups
    assert len(compare_runs(twice).groups) == 2
    [group] = compare_runs([*twice, run(2, 0.7)]).groups
    assert group.summaries["final val_loss"].n == 2
    assert group.summaries["final val_loss"].mean == pytest.approx(0.6)


@pytest.mark.parametrize("word", ["units=32", "=32", "3", "u32_s1"])
def test_what_a_baseline_may_be_called(sweep, word):
    comparison = compare_runs(sweep, baseline=word)
    assert comparison.baseline is not None
    assert comparison.baseline.label == "units=32"


def test_what_no_baseline_is_called(sweep):
    with pytest.raises(ConfigError, match="no group or run is called 'units=33'") as caught:
        compare_runs(sweep, baseline="units=33")
    assert "3: units=32" in caught.value.problems[0].hint
    with pytest.raises(ConfigError, match="3 groups are meant by 'units'"):
        compare_runs(sweep, baseline="units")


def test_effects_against_the_baseline_are_corrected_and_put_in_words(sweep):
    comparison = compare_runs(sweep, baseline="units=32")
    single, large, baseline = comparison.groups
    figure = "final val_accuracy"
    assert baseline.effects == {}
    effect = large.effects[figure]
    assert (effect.method, effect.n) == ("paired t-test", 3)
    assert effect.difference == pytest.approx(0.125 / 3)
    assert effect.p == effect.corrected  # the only one that can be tested
    assert verdict_of(effect, figure) == "better"
    assert verdict_of(single.effects[figure], figure) == "not enough runs to tell"
    turned = compare_runs(sweep, baseline="units=128").groups[2].effects[figure]
    assert verdict_of(turned, figure) == "worse"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("groups.md", to_markdown),
        ("groups.tex", to_latex),
        ("groups.csv", groups_to_csv),
    ],
)
def test_groups_as_text(sweep, name, write):
    """``DNNRUN_WRITE_CASES=1`` writes the expected texts anew."""
    text = write(compare_runs(sweep, baseline="units=32"))
    text = re.sub(r"\d{8}-\d{6}", "TIME", text)
    if os.environ.get("DNNRUN_WRITE_CASES"):
        (CASES / name).write_text(text, encoding="utf-8")
    assert text == (CASES / name).read_text(encoding="utf-8")


def test_groups_as_json(sweep):
    value = to_json(compare_runs(sweep, baseline="units=32"))
    assert [(group["label"], len(group["runs"])) for group in value["groups"]] == [
        ("units=512", 1),
        ("units=128", 3),
        ("units=32", 3),
    ]
    [figure] = value["groups"][1]["figures"]
    assert (figure["figure"], figure["test"], figure["verdict"]) == ("final val_accuracy", "paired t-test", "better")
    assert value["groups"][0]["figures"][0]["deviation"] is None


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen(sweep, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(width=width, file=io.StringIO(), highlight=False)
    monkeypatch.setattr(comparison_table, "console_of", lambda: console)
    comparison_table.print_comparison(compare_runs(sweep, baseline="units=32"))
    text = re.sub(r"\d{8}-\d{6}", "20261128-031500", console.file.getvalue())
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= width
    if os.environ.get("DNNRUN_WRITE_CASES"):
        (CASES / f"screen_{width}.txt").write_text(text, encoding="utf-8")
    assert text == (CASES / f"screen_{width}.txt").read_text(encoding="utf-8")
