"""`extends`: one config laid over another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.config import layering
from dnnrun.config.layering import read_layers
from dnnrun.config.load import load_config
from dnnrun.config.merging import merge
from dnnrun.config.reader import Document, read_file, read_text

Write = Callable[..., Path]


def merged(base: str, over: str) -> Any:
    return merge(read_text(base, "base"), read_text(over, "over")).value


def optimizer(base: str, over: str) -> Any:
    return merged(f"optimizer: {base}", f"optimizer: {over}")["optimizer"]


def test_mappings_merge_at_every_depth() -> None:
    assert merged("{a: 1, b: {c: 2, d: {e: 3}}}", "{b: {d: {f: 4}}, g: 5}") == {
        "a": 1,
        "b": {"c": 2, "d": {"e": 3, "f": 4}},
        "g": 5,
    }


def test_lists_and_plain_values_are_replaced() -> None:
    assert merged("{tags: [a, b], epochs: 3}", "{tags: [c], epochs: 4}") == {"tags": ["c"], "epochs": 4}


def test_a_null_replaces() -> None:
    assert merged("{seed: 3, class_weight: {0: 1}}", "{seed: null, class_weight: null}") == {
        "seed": None,
        "class_weight": None,
    }


def test_neither_side_is_changed() -> None:
    base, over = read_text("a: {b: [1]}", "base"), read_text("a: {c: 2}", "over")
    merge(base, over)
    assert base.value == {"a": {"b": [1]}}
    assert over.value == {"a": {"c": 2}}


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{Adam: {learning_rate: 0.1}}", "{Adam: {beta_1: 0.8}}", {"Adam": {"learning_rate": 0.1, "beta_1": 0.8}}),
        ("{Adam: 0.1}", "{Adam: {beta_1: 0.8}}", {"Adam": {"learning_rate": 0.1, "beta_1": 0.8}}),
        ("{Adam: {beta_1: 0.8}}", "{Adam: 0.1}", {"Adam": {"beta_1": 0.8, "learning_rate": 0.1}}),
        ("{Adam: 0.1}", "{Adam: 0.2}", {"Adam": {"learning_rate": 0.2}}),
        ("Adam", "{Adam: {beta_1: 0.8}}", {"Adam": {"beta_1": 0.8}}),
        ("{Adam: }", "{Adam: {beta_1: 0.8}}", {"Adam": {"beta_1": 0.8}}),
        ("{Adam: {beta_1: 0.8}}", "{SGD: 0.1}", {"SGD": 0.1}),
        ("{Adam: {beta_1: 0.8}}", "SGD", "SGD"),
        ("{Adam: {beta_1: 0.8}}", "Adam", "Adam"),  # a name alone starts over
        ("{'my:Opt': 3}", "{'my:Opt': {rate: 4}}", {"my:Opt": {"rate": 4}}),  # whose first argument is not known
        (
            "{Adam: {learning_rate: {CosineDecay: {decay_steps: 9}}}}",
            "{Adam: {learning_rate: {CosineDecay: {alpha: 0.1}}}}",
            {"Adam": {"learning_rate": {"CosineDecay": {"decay_steps": 9, "alpha": 0.1}}}},
        ),
        (
            "{Adam: {learning_rate: {CosineDecay: {decay_steps: 9}}}}",
            "{Adam: {learning_rate: {ExponentialDecay: {decay_rate: 0.1}}}}",
            {"Adam": {"learning_rate": {"ExponentialDecay": {"decay_rate": 0.1}}}},
        ),
    ],
)
def test_components(base: str, over: str, expected: Any) -> None:
    assert optimizer(base, over) == expected


def test_a_fault_is_shown_where_it_is_written_also_below_a_replaced_list() -> None:
    base = read_text("model: {layers: [Flatten, {Dense: {units: 10}}]}", "base")
    over = read_text("model: {layers: [Flatten, {Dense: 3}]}", "over")
    place = merge(base, over).place(("model", "layers", 1, "Dense", "units"))
    assert place is not None
    assert place.file == "over"


@pytest.mark.parametrize(
    ("base", "over", "path", "file"),
    [
        ("{Adam: 0.1}", "{Adam: {beta_1: 0.8}}", "learning_rate", "base"),
        ("{Adam: 0.1}", "{Adam: {beta_1: 0.8}}", "beta_1", "over"),
        ("{Adam: 0.1}", "{Adam: 0.2}", "learning_rate", "over"),
        ("{Adam: {learning_rate: 0.1, beta_1: 0.8}}", "{Adam: 0.2}", "learning_rate", "over"),
        ("{Adam: {learning_rate: 0.1, beta_1: 0.8}}", "{Adam: 0.2}", "beta_1", "base"),
        ("{adam: {learning_rate: 0.1}}", "{Adam: {beta_1: 0.8}}", "learning_rate", "base"),
        ("{adam: 0.1}", "{Adam: {beta_1: 0.8}}", "learning_rate", "base"),
    ],
)
def test_each_argument_keeps_its_place(base: str, over: str, path: str, file: str) -> None:
    document = merge(read_text(f"optimizer: {base}", "base"), read_text(f"optimizer: {over}", "over"))
    place = document.place(("optimizer", "Adam", path))
    assert place is not None
    assert place.file == file
    assert place.text[place.column - 1 :].startswith("0.")


def test_extends_one(write: Write, valid: str) -> None:
    write(base=valid + "epochs: 3\n", config="extends: base.yaml\nbatch_size: 64\n")
    experiment = load_config("config.yaml")
    assert (experiment.epochs, experiment.batch_size, experiment.name) == (3, 64, "config")


def test_of_several_bases_the_later_wins_and_the_file_itself_over_all(write: Write, valid: str) -> None:
    write(
        a=valid + "epochs: 1\nbatch_size: 1\nseed: 1\ntags: [a]\n",
        b="epochs: 2\nbatch_size: 2\noptimizer: {Adam: {beta_1: 0.8}}\n",
        config="epochs: 3\nextends: [a.yaml, b.yaml]\n",
    )
    experiment = load_config("config.yaml")
    assert (experiment.epochs, experiment.batch_size, experiment.seed, experiment.tags) == (3, 2, 1, ("a",))
    assert experiment.optimizer.arguments == {"learning_rate": 1e-3, "beta_1": 0.8}


def test_bases_have_bases_each_named_from_its_own_folder(write: Write, valid: str) -> None:
    write(
        shared__root=valid,
        shared__mid__base="extends: ../root.yaml\nepochs: 7\n",
        config="extends: shared/mid/base.yaml",
    )
    assert load_config("config.yaml").epochs == 7


def test_a_base_may_be_reached_on_two_ways(write: Write, valid: str) -> None:
    write(
        root=valid,
        a="extends: root.yaml\nepochs: 2",
        b="extends: root.yaml\nseed: 2",
        config="extends: [a.yaml, b.yaml]",
    )
    experiment = load_config("config.yaml")
    assert (experiment.epochs, experiment.seed) == (2, 2)


@pytest.mark.parametrize("nothing", ["", "[]"])
def test_extends_of_nothing(write: Write, valid: str, nothing: str) -> None:
    assert load_config(write(config=f"extends: {nothing}\n{valid}")).epochs == 1


def test_a_data_sets_name_merges_as_the_mapping_it_is_short_for(write: Write, valid: str) -> None:
    write(base=valid, config="extends: base.yaml\ndataset: {validation_split: 0.2}\n")
    dataset = load_config("config.yaml").dataset
    assert (dataset.source.name, dataset.validation_split) == ("mnist", 0.2)
    write(base="dataset: {source: iris, stratify: true}", config="extends: base.yaml\n" + valid)
    dataset = load_config("config.yaml").dataset
    assert (dataset.source.name, dataset.stratify) == ("mnist", True)


def test_extends_is_gone_from_the_document(write: Write, valid: str) -> None:
    document: Document = read_layers(write(base=valid, config="extends: base.yaml"))
    assert "extends" not in document.value


def test_bases_that_share_their_bases_are_read_once_each(
    write: Callable[..., Path], valid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 15 files extends the next one twice: 2 ** 15 readings, were they not remembered."""
    read: list[str] = []
    monkeypatch.setattr(layering, "read_file", lambda path, name: read.append(name) or read_file(path, name))
    write(base15=valid)
    for number in range(14, -1, -1):
        write(**{f"base{number}": f"extends: [base{number + 1}.yaml, base{number + 1}.yaml]\ntags: [n{number}]\n"})
    assert load_config("base0.yaml").tags == ("n0",)
    assert read == [f"base{number}.yaml" for number in range(16)]
