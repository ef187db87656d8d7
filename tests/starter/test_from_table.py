"""From a file to its config: what it says, that training takes it, and what is said of files that are no use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnnrun.api.validation import problems_of
from dnnrun.components import plain
from dnnrun.config.load import load_config
from dnnrun.config.resolved import to_plain as experiment_to_plain
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.facts.of_arrays import facts_of_dataset
from dnnrun.data.load import load_dataset
from dnnrun.errors import ConfigError, DataError, DnnrunError
from dnnrun.starter.beginning import begin
from dnnrun.starter.commented import WIDTH
from dnnrun.starter.from_table import likely_target, propose_for_table
from tests.starter.conftest import write_table
from tests.starter.test_commented import TEXTS
from tests.starter.test_templates import uncommented

A = [i * 7 % 13 for i in range(60)]
B = [i * 5 % 11 / 2 for i in range(60)]
Y = [i % 2 for i in range(60)]
CONFIG = Path("c.yaml")
ONE_FOLDER = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


def loaded(target: str = "y", file: str = "t.csv", **options: Any) -> tuple[Experiment, Dataset]:
    """Propose a config for a table, and load it and its data as training does, which finds nothing to say of them."""
    text, _ = propose_for_table(Path(file), target, config=CONFIG, **options)
    CONFIG.write_text(text, encoding="utf-8")
    experiment = load_config(CONFIG)
    dataset = load_dataset(experiment)
    assert problems_of(experiment, facts_of_dataset(dataset)) == []
    return experiment, dataset


def refusal(content: str | bytes, target: str | None = "y", **options: Any) -> str:
    """Return what is said of a file with this content."""
    Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DnnrunError) as caught:
        propose_for_table(Path("t.csv"), target, config=CONFIG, **options)
    assert any(problem.hint for problem in caught.value.problems)
    return str(caught.value)


def rows(*lines: str, header: str = "a,b,y", times: int = 6) -> str:
    return "\n".join([header, *(lines * times), ""])


def test_the_bundled_tables(bundled: tuple[Path, str]) -> None:
    file, target = bundled
    text, proposal = propose_for_table(file, target, config=CONFIG)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert uncommented(text) == []
    experiment, dataset = loaded(target, str(file))
    assert (proposal.left_out, len(proposal.features)) == ({}, dataset.input_shape[0])
    assert [len(split) for split in dataset.splits.values()] == [
        proposal.splits.train,
        proposal.splits.validation,
        proposal.splits.test,
    ]
    assert dataset.task == ("classification" if proposal.is_for_classes else "regression")
    assert dataset.feature_names == proposal.features
    assert [layer.name for layer in experiment.dataset.preprocess or ()] == ["Normalization"]


def test_a_proposal_in_full() -> None:
    write_table({"id": range(60), "a": A, "note": ["x, y # z"] * 59 + ["w"], "twin": ["no", "yes"] * 30, "y": Y})
    experiment, _ = loaded(drop=["twin"])
    plain = experiment_to_plain(experiment)
    assert plain["dataset"]["source"]["csv"] == {
        "path": str(Path.cwd() / "t.csv"),
        "target": "y",
        "drop": ["id", "twin"],
    }
    assert plain["model"]["layers"] == [
        {"Dense": {"units": 16, "activation": "relu"}},
        {"Dropout": {"rate": 0.1}},
        {"Dense": {"units": 1, "activation": "sigmoid"}},
    ]
    assert plain["optimizer"] == {"Adam": {"learning_rate": 0.01}}
    assert (plain["loss"], plain["metrics"]) == ("binary_crossentropy", ["accuracy"])
    assert plain["callbacks"] == [
        {"EarlyStopping": {"monitor": "val_loss", "patience": 30, "restore_best_weights": True}}
    ]
    text = CONFIG.read_text()
    assert "        # It counts the rows.\n        - id\n" in text
    assert "        # It gives each" not in text
    assert "        # As --drop says.\n        - twin\n" in text


def test_texts_and_gaps() -> None:
    cells = {"a": ["", *A[1:]], "kind": ["red", "", *["red", "blue"] * 29], "y": Y}
    write_table(cells)
    experiment, dataset = loaded()
    source = experiment.dataset.source.arguments
    assert plain(source["impute"]) == {"a": "median", "kind": "most_frequent"}
    assert experiment.dataset.preprocess is None
    assert set(dataset.train.x) == {"a", "kind"}
    assert dataset.filled["kind"] == ("red", 1)
    text = CONFIG.read_text()
    assert "        # 1 row lacks it: the most frequent text.\n        kind: most_frequent\n" in text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_table_written_otherwise(separator: str, encoding: str, end: str) -> None:
    lines = ["a,b,y", *(f"{a},{b},{y}" for a, b, y in zip(A, B, Y, strict=True)), ""]
    Path("t.csv").write_bytes(end.join(lines).replace(",", separator).encode(encoding))
    experiment, dataset = loaded()
    assert dataset.feature_names == ("a", "b")
    assert experiment.dataset.source.arguments.get("separator", ",") == separator


@pytest.mark.parametrize(("config", "path"), [("c.yaml", "data/t.csv"), ("deep/er/c.yaml", "../../data/t.csv")])
def test_the_path_is_seen_from_the_config(folder: Path, config: str, path: str) -> None:
    (folder / "data").mkdir()
    (folder / "deep" / "er").mkdir(parents=True)
    write_table({"a": A, "y": Y}, "data/t.csv")
    text, _ = propose_for_table(Path("data/t.csv"), "y", config=Path(config))
    assert f"path: {path}\n" in text
    absolute = folder / "data" / "t.csv"
    assert f"path: {absolute}\n" in propose_for_table(absolute, "y", config=Path(config))[0]


def test_labels_of_class_weights_are_those_of_the_data() -> None:
    from dnnrun.data.class_weights import class_weights

    for labels in ([0, 1], [-3, 7], ["no", "yes"], ["true", "false"], ["1", "x"], ["01", "x: y"]):
        write_table({"a": A, "y": [labels[i % 10 == 0] for i in range(60)]})
        experiment, dataset = loaded()
        weights = class_weights(experiment, dataset)
        assert sorted((weights or {}).values()) == [pytest.approx(0.5556), 5]


COUNTS = st.lists(st.integers(1, 40), min_size=2, max_size=6).filter(lambda counts: sum(counts) >= 10)


@settings(ONE_FOLDER, max_examples=50)
@given(COUNTS)
def test_however_many_rows_the_classes_have_training_takes_them(counts: list[int]) -> None:
    labels = [f"c{number}" for number, count in enumerate(counts) for _ in range(count)]
    write_table({"a": [i * 7 % 13 for i in range(len(labels))], "b": [*range(len(labels))][::-1], "y": labels})
    experiment, dataset = loaded()
    assert dataset.class_names is not None
    assert len(dataset.class_names) == len(counts)
    assert len(experiment.class_weight or counts) == len(counts)


@settings(ONE_FOLDER, max_examples=100)
@given(st.lists(TEXTS.map(str.strip), min_size=3, max_size=6, unique=True), TEXTS)
def test_any_names_of_columns_survive(names: list[str], cell: str) -> None:
    target, feature, *others = names
    if not feature:
        target, feature = feature, target
    write_table({target: Y, feature: A, **{name: [f"{cell} {i} x" for i in range(60)] for name in others}})
    experiment, dataset = loaded(target)
    assert dataset.feature_names == (feature,)
    arguments = experiment.dataset.source.arguments
    assert (arguments["target"], list(arguments["drop"])) == (target, others)


CASES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the file is empty"),
    "header only": ("a,b,y\n", "no rows below the first line"),
    "not text": (b"a,y\n\xff,1\n", "not a UTF-8 text file"),
    "ragged": (rows("1,2,0", "1,2"), "2 cells where the first line has 3 columns"),
    "a name twice": (rows("1,2,0", header="a,a,y"), "the column 'a' stands twice"),
    "another target": (rows("1,2,0", header="a,b,Y"), "did you mean 'Y'?"),
    "few rows": (rows("1,2,0", times=9), "9 rows are too few"),
    "gaps in the target": (rows("1,2,0", "2,3,"), "the target 'y' has no value in 6 rows (lines 3, 5, 7, 9, 11, ...)"),
    "slips": (rows("1,2,0", "3,?,1", "4,2,1"), "column 'b' holds text, such as '?'"),
    "infinite": (rows("1,2,0", "inf,4,1", "4,2,1"), "column 'a' is infinite"),
    "decimal commas": (rows("1,5;2;0", "3;4;1", "2,5;4;0", header="a;b;y"), "write decimal points, not commas: 1.5"),
    "one class": (rows("1,2,x", "3,4,x"), "the target 'y' is 'x' in every row"),
    "dates": (rows(*(f"1,2,2024-01-{i:02}" for i in range(1, 21)), times=1), "holds dates"),
    "texts only": (rows("u,v,0", "w,x,1"), "'a': it gives each class of the target another name"),
    "null character": (rows("1,2,0", "3,4,1", "5,6,0", header="a,b\0,y"), "a null character stands in the name"),
    "essays": (rows(f"1,2,{'u' * 300}", "3,4,v"), "holds texts of more than 200 characters, such as 'uuu"),
    "one column": (rows("0", "1", header="y"), "there is no column beside the target"),
}


@pytest.mark.parametrize("name", CASES)
def test_tables_that_are_no_use(name: str) -> None:
    content, says = CASES[name]
    assert says in refusal(content)


def test_files_that_are_none(folder: Path) -> None:
    (folder / "t.csv").mkdir()
    write_table({"a": A, "y": Y}, "table.csv")
    for file, says in (("tabel.csv", "did you mean 'table.csv'?"), ("t.csv", "name a file inside it")):
        with pytest.raises(DataError) as caught:
            propose_for_table(Path(file), "y", config=CONFIG)
        assert str(caught.value).startswith("--csv: ")
        assert says in str(caught.value)
    with pytest.raises(DataError, match="not a file that can be read again"):
        propose_for_table(Path("/dev/null"), "y", config=CONFIG)


def test_no_target_is_guessed_aloud() -> None:
    said = refusal(rows("1,2,0", header="a,Price,z"), target=None)
    assert "which of its 3 columns is to be predicted?" in said
    assert "for example --target Price" in said
    assert "columns: a, Price, z" in said


@pytest.mark.parametrize(
    ("columns", "likely"),
    [
        (["a", "Label", "b"], "Label"),
        (["class", "target", "b"], "target"),
        (["a", "b", "c"], "c"),
        (["y", "Y", "b"], "y"),
    ],
)
def test_likely_target(columns: Sequence[str], likely: str) -> None:
    assert likely_target(columns) == likely


def test_columns_that_are_dropped_must_be_there_and_not_the_target() -> None:
    table = rows("1,2,0", "2,3,1")
    assert "--drop: t.csv: there is no column 'c'" in refusal(table, drop=["c"])
    assert "the target 'y' cannot be left out" in refusal(table, drop=["y"])
    assert "'a': as --drop says\n     = 'b': as --drop says" in refusal(table, drop=["a", "b"])


def test_an_unknown_task() -> None:
    assert refusal(rows("1,2,0"), task="binry").startswith("--task: unknown task 'binry'")


def test_what_the_config_begins_from() -> None:
    with pytest.raises(ConfigError, match="a template, or a table"):
        begin()
    with pytest.raises(ConfigError, match="take the one or the other"):
        begin("mnist", target="y")
    assert begin("mnist").proposal is None
    write_table({"a": A, "y": Y})
    proposal = begin(csv="t.csv", target="y").proposal
    assert proposal is not None
    assert math.isclose(proposal.imbalance, 1)


@pytest.mark.parametrize("count", [10, 12, 49, 50, 300, 1500])
def test_no_number_of_rows_or_columns_calls_for_a_warning(count: int) -> None:
    wide = {f"c{number}": [(i * 7 + number) % 13 for i in range(count)] for number in range(400 if count < 20 else 3)}
    for y in ([i % 2 for i in range(count)], [1.5 * i for i in range(count)]):
        write_table({**wide, "y": y})
        loaded()
