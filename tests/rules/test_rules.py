"""Every rule has a page, and what the page shows is what happens.

A page holds a config that breaks the rule, the whole message, and a config near it that does not; tables that they read
stand in blocks named after their files. After a change of words, ``DNNRUN_WRITE_CASES=1 pytest tests/rules`` writes the
messages anew: read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from dnnrun.api.validation import problems_of, validate
from dnnrun.config.load import load_config
from dnnrun.data.facts.cheap import cheap_facts
from dnnrun.data.load import load_dataset
from dnnrun.errors import Problem
from dnnrun.rules.table import RULES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


OF_DATA = {"rows-in-two-splits", "feature-is-target"}  # which speak once it has been read


def said_of(config: str, rule: str) -> list[Problem]:
    """Return what is said of a config, with what its data tells where the rule looks at that."""
    if rule not in OF_DATA:
        return validate(config)
    experiment = load_config(config)
    return problems_of(experiment, cheap_facts(experiment), load_dataset(experiment).leaks)


def test_every_rule_has_a_page_and_a_line_in_the_list() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {*RULES, "README"}
    listed = re.findall(
        r"^\| \[([\w-]+)\]\(\1\.md\) \| (\w+) \| (.+) \|$", (PAGES / "README.md").read_text(), re.MULTILINE
    )
    assert listed == [(name, rule.severity, rule.why) for name, rule in RULES.items()]
    assert len(RULES) >= 35


@pytest.mark.parametrize("rule", RULES)
def test_the_page_says_what_happens(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = PAGES / f"{rule}.md"
    text = page.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    for kind, name, content in blocks:
        if kind == "csv":
            Path(name).write_text(content, encoding="utf-8")
    broken, whole = (content for kind, _, content in blocks if kind == "yaml")
    [message] = (content for kind, _, content in blocks if kind == "text")
    Path("config.yaml").write_text(broken, encoding="utf-8")
    found = said_of("config.yaml", rule)
    said = "".join(f"{problem}\n" for problem in found)
    if os.environ.get("DNNRUN_WRITE_CASES"):
        page.write_text(text.replace(f"```text\n{message}```", f"```text\n{said}```"), encoding="utf-8")
        message = said
    assert said == message
    assert [problem.rule for problem in found] == [rule]
    assert {problem.severity for problem in found} == {RULES[rule].severity}
    assert all(problem.where and problem.where.line for problem in found)

    Path("config.yaml").write_text(whole, encoding="utf-8")
    assert said_of("config.yaml", rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_warning_can_be_ignored_and_an_error_cannot(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = _BLOCK.findall((PAGES / f"{rule}.md").read_text(encoding="utf-8"))
    for kind, name, content in blocks:
        if kind == "csv":
            Path(name).write_text(content, encoding="utf-8")
    broken = next(content for kind, _, content in blocks if kind == "yaml")
    Path("config.yaml").write_text(f"{broken}ignore: [{rule}]\n", encoding="utf-8")
    problems = said_of("config.yaml", rule)
    if RULES[rule].severity == "warning":
        assert problems == []
    else:
        assert {problem.rule for problem in problems} == {rule, ""}
        assert any("cannot be ignored" in problem.what for problem in problems)


def test_a_rule_that_does_not_exist_cannot_be_ignored(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text((ROOT / "configs" / "mnist_adam.yaml").read_text() + "ignore: [inputs-not-scale]\n")
    [problem] = validate(config)
    assert problem.what == "there is no rule 'inputs-not-scale'"
    assert problem.hint == "did you mean 'inputs-not-scaled'?"


CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
NEED_A_FILE = {"thoracic_surgery"}  # which is not part of dnnrun, and need not be there


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_no_shipped_config_breaks_a_rule(config: Path) -> None:
    assert len(CONFIGS) >= 40
    problems = validate(config)
    if config.stem in NEED_A_FILE and problems:
        [problem] = problems
        assert "there is no such file" in problem.what
    else:
        assert problems == []


@pytest.mark.parametrize(
    ("preprocess", "column"),
    [("[{Rescaling: 0.004}, RandomFlip]", 59), ("[{Resizing: {height: 32, width: 32}}]", 39)],
)
def test_pictures_without_channels_are_not_mixed_by_preprocessing(
    preprocess: str, column: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "no-channel-axis.md").read_text(encoding="utf-8")
    [_, whole] = (content for kind, _, content in _BLOCK.findall(page) if kind == "yaml")
    text = whole.replace("dataset: mnist", f"dataset: {{source: mnist, preprocess: {preprocess}}}")
    Path("config.yaml").write_text(text, encoding="utf-8")
    [problem] = validate("config.yaml")
    assert problem.rule == "no-channel-axis"
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (1, column)
    assert "put {Reshape: [28, 28, 1]} before it" in str(problem)


def test_metrics_do_not_make_classes_of_what_a_regressor_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "dataset: {source: boston_housing, test_split: 0.2}\nmodel: {sklearn: Ridge}\nmetrics: [accuracy]\n"
    Path("config.yaml").write_text(text, encoding="utf-8")
    [problem] = validate("config.yaml")
    assert (problem.what, problem.rule) == ("accuracy is of classes, and Ridge gives numbers", "estimator-and-labels")
