"""What is filled in of a config before its data is read is what a run would fill in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dnnrun.api.validation import resolve, validate
from dnnrun.config.load import load_config
from dnnrun.config.origins import origins
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.data.load import resolve_data
from dnnrun.errors import ConfigError

CONFIGS = Path(__file__).parents[2] / "configs"
REST = "model: {layers: [Flatten, {Dense: 2}]}\noptimizer: Adam\nloss: sparse_categorical_crossentropy\nseed: null\n"


# One of each way to use the data that is part of dnnrun: reading them takes a second.
FORMS = ["boston_regression", "fashion_onehot", "iris_branches", "iris_softmax", "mnist_adam", "pima_early_stopping"]


@pytest.mark.parametrize("path", [CONFIGS / f"{name}.yaml" for name in FORMS], ids=lambda path: path.stem)
def test_shipped_configs(path: Path) -> None:
    kept, _ = resolve_data(load_config(path))
    assert to_yaml(resolve(path)) == to_yaml(kept)


MIXED = "n,s,t,p,y\n" + "".join(f"{n},{'ab'[n % 2]},{str(n % 3 == 0).lower()},{n % 2},{n % 2}\n" for n in range(20))
OF_TABLE = "  test_split: 0.2\n"
OF_INPUTS = "  inputs: {one: [n, t], other: [s, p]}\n  preprocess: {one: [{Rescaling: 2}], p: [Normalization]}\n"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("{csv: {path: t.csv, target: y}}", OF_TABLE),
        ("{csv: {path: t.csv, target: y}}", OF_TABLE + "  preprocess: {s: [{Hashing: 3}]}\n"),
        ("{csv: {path: t.csv, target: y}}", OF_TABLE + OF_INPUTS),
        ("{csv: {path: t.csv, target: y, drop: s}}", OF_TABLE),
        ("{csv: {path: t.csv, target: y, drop: s}}", OF_TABLE + "  preprocess: {n: [Normalization]}\n"),
        ("iris", "  preprocess: {petal_width: [{Rescaling: 2}]}\n"),
    ],
)
def test_tables_prepared_by_column(source: str, lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(MIXED)
    both = "{layers: [{Concatenate: {inputs: [one, other]}}, {Dense: 2}]}"
    layers = both if "inputs" in lines else "{layers: [{Dense: 3}]}"
    rest = REST.replace("{layers: [Flatten, {Dense: 2}]}", layers).replace("null", "1")
    Path("c.yaml").write_text(f"dataset:\n  source: {source}\n{lines}{rest}")
    kept, _ = resolve_data(load_config("c.yaml"))
    resolved = resolve("c.yaml")
    assert kept.dataset.preprocess is not None
    assert resolved.dataset.preprocess == kept.dataset.preprocess
    written = {} if "preprocess" not in lines else load_config("c.yaml").dataset.preprocess
    assert isinstance(written, dict)
    for path, origin in origins(resolved).items():
        if path[:2] == ("dataset", "preprocess"):
            assert (origin == "default, chosen by the data") == (path[2:3] not in {(name,) for name in written})


def test_names_that_a_table_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(MIXED)
    Path("c.yaml").write_text(
        f"dataset: {{source: {{csv: {{path: t.csv, target: y}}}}, preprocess: {{m: [Normalization]}}}}\n{REST}"
    )
    problem, *others = [problem for problem in validate("c.yaml") if problem.severity == "error"]
    assert [other.rule for other in others] == ["no-probabilities"] * len(others)
    assert problem.what == "preprocess names 'm', which is no input or column of the data"
    assert "there are: rows, n, s, t, p" in problem.hint
    with pytest.raises(ConfigError, match="names 'm'"):
        resolve("c.yaml")
    Path("c.yaml").write_text(
        "dataset: {source: {csv: {path: t.csv, target: y}}, inputs: {one: [n, s, t, q]}}\n"
        + REST.replace("Flatten, {Dense: 2}", "{Dense: {units: 2, inputs: one}}")
    )
    assert [problem.what for problem in validate("c.yaml") if not problem.rule] == [
        "the data has no column 'q' for the input 'one'"
    ]


def test_what_gaps_are_filled_with_may_decide(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"{MIXED}1,a,true,,1\n")
    source = f"{{csv: {{path: {tmp_path / 't.csv'}, target: y, impute: {{p: mean}}}}}}"
    (tmp_path / "c.yaml").write_text(f"dataset: {{source: {source}}}\n{REST}")
    assert resolve(tmp_path / "c.yaml").dataset.preprocess is None
    assert isinstance(
        resolve(tmp_path / "c.yaml", ["dataset.source.csv.impute.p=most_frequent"]).dataset.preprocess, dict
    )


def test_what_only_the_data_can_tell_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("def make(): ...\n")
    config = tmp_path / "config.yaml"
    config.write_text("dataset: {source: 'own:make'}\n" + REST)
    assert resolve(config).dataset.preprocess is None
    np.savez(tmp_path / "small.npz", x=np.zeros((4, 3, 3), np.uint8), y=np.arange(4) % 2)
    config.write_text("dataset: {source: {npz: small.npz}}\n" + REST)
    assert to_plain(resolve(config))["dataset"]["preprocess"] == [{"Rescaling": {"scale": 1 / 255}}]
    assert resolve(config, ["dataset.preprocess=[]"]).dataset.preprocess == ()
    assert resolve(config).seed is None


@pytest.mark.parametrize(
    ("dataset", "what"),
    [
        ("source: iris\n  test_split: 0.999", "0.999 of 150 rows leaves nothing on one side"),
        ("source: iris\n  validation: test", "iris comes without any"),
        ("source: iris\n  in_memory: false", "iris is read into memory"),
        ("source: {csv: {path: a.csv, target: y, impute: {'x:mean': null}}}", "must be a text or a mapping of texts"),
        ("source: mnist\n  test_split: 0.2", "mnist comes with a test set of 10,000 rows of its own"),
        ("source: {csv: {path: a.csv, target: y}}\n  test: {csv: {path: none.csv, target: y}}", "no such file"),
        ("source: {csv: {path: a.csv, target: y}}\n  test: {csv: {path: b.csv, target: y}}", "has no column 'w'"),
        ("source: {csv: {path: a.csv, target: y, test: b.csv}}", "there is no column 'w'"),
        ("source: {csv: {path: a.csv, target: y}}\n  stratify: true\n  test_split: 0.5", "which has one row only"),
        ("source: {csv: {path: a.csv, target: y, group: x}}\n  shuffle: false\n  test_split: 0.5", "shuffle: false"),
        ("source: {csv: {path: a.csv, target: y, time: x}}\n  shuffle: true\n  test_split: 0.5", "shuffle: true"),
        ("source: {csv: {path: a.csv, target: y, time: x, group: w}}\n  test_split: 0.5", "both by their group and"),
        ("source: {csv: {path: a.csv, target: y}}\ncross_validation: 5", "5 folds need at least 5 rows"),
        (
            "source: {csv: {path: c.csv, target: y, impute: mean}}\n  in_memory: false",
            "has no value in any training row",
        ),
    ],
)
def test_how_rows_cannot_be_divided(dataset: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x,w,z,y\n1,1,5,0\n2,1,6,1\n3,1,7,1\n4,1,8,1\n")
    Path("b.csv").write_text("x,z,y\n1,5,0\n")
    Path("c.csv").write_text("x,y\n,0\n,1\n")
    Path("config.yaml").write_text(f"dataset:\n  {dataset}\n" + REST)
    errors = [problem for problem in validate("config.yaml") if not problem.rule]
    assert [what in error.what for error in errors] == [True], errors
    assert errors[0].where is not None


def test_rows_that_can_be_divided_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dnnrun.data.load.load_dataset", lambda _: pytest.fail("the rows are read"))
    Path("a.csv").write_text("x,w,y\n" + "1,1,0\n2,1,1\n" * 20)
    tables = "csv: {path: a.csv, target: y}"
    for dataset in (
        "source: mnist\n  validation: test",
        "source: iris\n  stratify: true\n  test_split: 0.2\n  validation_split: 0.2\ncross_validation: 5",
        f"source: {{{tables}}}\n  test: {{{tables}}}\n  stratify: true\n  validation_split: 0.2",
        "source: {csv: {path: a.csv, target: y, group: x}}\n  test_split: 0.5",
        "source: {csv: {path: a.csv, target: y, time: x}}\n  shuffle: false\n  test_split: 0.5",
    ):
        Path("config.yaml").write_text(f"dataset:\n  {dataset}\n" + REST)
        assert not [problem for problem in validate("config.yaml") if not problem.rule]
