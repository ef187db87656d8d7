"""Tags and notes that a person adds to a run, beside a training that rewrites its record."""

from __future__ import annotations

import concurrent.futures
import json
from pathlib import Path

import pytest

from dnnrun.errors import ConfigError, RunError
from dnnrun.store import Run, RunWriter, layout, note_run, tag_run


@pytest.fixture
def writer(runs_dir: Path) -> RunWriter:
    return RunWriter.create(runs_dir, "mnist", {"tags": ["mnist", "baseline"], "config": {}})


def test_tags_of_the_config_come_first(writer: RunWriter) -> None:
    run = writer.read()
    assert run.tags == ["mnist", "baseline"]
    assert tag_run(run, ["best", "mnist", "paper"]) == ["mnist", "baseline", "best", "paper"]
    assert tag_run(run, ["best"]) == ["mnist", "baseline", "best", "paper"]
    assert Run(run.path).tags == ["mnist", "baseline", "best", "paper"]


def test_a_tag_of_the_config_is_taken_away_and_given_back(writer: RunWriter) -> None:
    run = writer.read()
    assert tag_run(run, ["best"], remove=["baseline"]) == ["mnist", "best"]
    assert tag_run(run, remove=["best"]) == ["mnist"]
    assert tag_run(run, ["baseline"]) == ["mnist", "baseline"]
    assert run.notes.removed == ()


def test_a_training_neither_loses_them_nor_is_changed(writer: RunWriter) -> None:
    tag_run(writer.read(), ["best"])
    note_run(writer.read(), "a note")
    writer.update(parameters=5)
    writer.finish("completed")
    run = Run(writer.path)
    assert run.tags == ["mnist", "baseline", "best"]
    assert run.notes.text == "a note"
    assert run.record["tags"] == ["mnist", "baseline"]


def test_other_tags_after_a_resume(writer: RunWriter) -> None:
    tag_run(writer.read(), ["best"], remove=["baseline"])
    writer.update(tags=["baseline", "new", "best"])
    assert Run(writer.path).tags == ["new", "best"]


def test_many_at_once_lose_none(writer: RunWriter) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: tag_run(Run(writer.path), [f"tag{number}"]), range(40)))
    assert sorted(writer.read().tags[2:]) == sorted(f"tag{number}" for number in range(40))


@pytest.mark.parametrize("tag", ["", " ", "a\nb", "a ", "\x1b[31m"])
def test_what_is_no_tag(writer: RunWriter, tag: str) -> None:
    with pytest.raises(ConfigError, match="is not a tag"):
        tag_run(writer.read(), ["good", tag])
    assert not (writer.path / layout.NOTES).exists()


def test_a_tag_that_is_not_there(writer: RunWriter) -> None:
    with pytest.raises(ConfigError) as caught:
        tag_run(writer.read(), ["best"], remove=["basline"])
    assert caught.value.problems[0].what == f"{writer.path.name} has no tag 'basline'"
    assert caught.value.problems[0].hint == "did you mean 'baseline'?\nit has mnist, baseline"
    with pytest.raises(ConfigError, match="to be added and to be removed"):
        tag_run(writer.read(), ["x"], remove=["x"])
    assert not (writer.path / layout.NOTES).exists()


def test_a_note_is_replaced_and_taken_away(writer: RunWriter) -> None:
    run = writer.read()
    note_run(run, "  first  ")
    tag_run(run, ["best"])
    note_run(run, "two\nlines")
    assert (run.notes.text, run.tags[-1]) == ("two\nlines", "best")
    note_run(run, "")
    assert (run.notes.text, run.tags[-1]) == ("", "best")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"note": 3}', '{"added_tags": "x"}', '{"removed_tags": [1]}'])
def test_a_damaged_file_is_said_in_one_line_and_left_alone(writer: RunWriter, text: str) -> None:
    (writer.path / layout.NOTES).write_text(text)
    run = writer.read()
    for use in (lambda: run.tags, lambda: tag_run(run, ["x"]), lambda: note_run(run, "x")):
        with pytest.raises(RunError, match=r"notes\.json: damaged"):
            use()
    assert (writer.path / layout.NOTES).read_text() == text


def test_a_run_of_before_has_no_file(writer: RunWriter) -> None:
    writer.update(tags=None)
    assert writer.read().tags == []
    tag_run(writer.read(), ["x"])
    assert json.loads((writer.path / layout.NOTES).read_text()) == {"added_tags": ["x"], "removed_tags": [], "note": ""}
