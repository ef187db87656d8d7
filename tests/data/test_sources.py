"""Sources: their arguments, arrays from a file, functions of a user's own, fingerprints."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnrun.api.datasets import meanings_of
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.data.dataset import Dataset, SourceData
from dnnrun.data.defaults import with_defaults
from dnnrun.data.load import load_dataset
from dnnrun.errors import ConfigError, DataError

SPARSE = "sparse_categorical_crossentropy"
X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.arange(6) % 2
Load = Callable[..., Dataset]


@pytest.mark.parametrize("name", SOURCES)
def test_the_table_of_sources_names_the_arguments_that_the_functions_take(name: str) -> None:
    module, _, function = SOURCES[name].function.partition(":")
    parameters = inspect.signature(getattr(importlib.import_module(module), function)).parameters.values()
    assert SOURCES[name].required == tuple(p.name for p in parameters if p.default is p.empty)
    assert SOURCES[name].optional == {p.name: p.default for p in parameters if p.default is not p.empty}
    assert list(meanings_of(name)) == [p.name for p in parameters], "each is described in the docstring, in order"


def test_no_tensorflow_is_needed() -> None:
    code = "import sys, dnnrun.data.load; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_npz_under_the_names_of_keras(load: Load) -> None:
    np.savez("t.npz", x_train=X, y_train=Y, x_test=X[:2] + 100, y_test=Y[:2])
    data = load("source: {npz: t.npz}", loss=SPARSE)
    assert data.train.x.tolist() == X.tolist()
    assert data.train.y.tolist() == Y.tolist()
    assert data.splits["test"].x.tolist() == (X[:2] + 100).tolist()
    assert not data.is_image


def test_npz_under_short_names_and_names_of_ones_own(load: Load) -> None:
    np.savez("t.npz", x=X, y=Y)
    assert load("source: {npz: t.npz}", loss=SPARSE).train.x.tolist() == X.tolist()
    np.savez("u.npz", features=X, targets=Y, held=X[:3], out=Y[:3])
    data = load(
        "source: {npz: {path: u.npz, x_train: features, y_train: targets, x_test: held, y_test: out}}", loss=SPARSE
    )
    assert data.train.x.tolist() == X.tolist()
    assert len(data.splits["test"]) == 3


def test_npz_of_bytes_in_two_dimensions_are_images(experiment: Callable[..., Experiment]) -> None:
    np.savez("t.npz", x=np.zeros((6, 4, 4, 3), np.uint8), y=Y)
    config = experiment("source: {npz: t.npz}", loss=SPARSE)
    data = load_dataset(config)
    assert data.is_image
    preprocess = with_defaults(config, inputs=data.inputs, images=data.images).dataset.preprocess
    assert preprocess is not None
    assert [layer.notation() for layer in preprocess] == [{"Rescaling": {"scale": 1 / 255}}]


def test_what_is_no_image_or_has_its_own_preprocessing_gets_none(experiment: Callable[..., Experiment]) -> None:
    table = experiment("source: iris", loss=SPARSE)
    assert with_defaults(table, inputs=["rows"], images=load_dataset(table).images).dataset.preprocess == ()
    images = experiment("{source: mnist, limit: 5, preprocess: []}", loss=SPARSE)
    assert with_defaults(images, inputs=["rows"], images=load_dataset(images).images).dataset.preprocess == ()


def test_features_of_one_dimension_become_a_column_as_in_keras(load: Load) -> None:
    np.savez("t.npz", x=X[:, 0], y=Y, x_test=X[:2, 0], y_test=Y[:2])
    data = load("source: {npz: t.npz}")
    assert data.train.x.shape == (6, 1)
    assert data.splits["test"].x.shape == (2, 1)
    assert data.input_shape == (1,)


def test_a_validation_source_of_its_own(load: Load) -> None:
    np.savez("t.npz", x=X, y=Y)
    np.savez("v.npz", x=X[:3] + 50, y=Y[:3])
    data = load("{source: {npz: t.npz}, validation: {npz: v.npz}, test_split: 0.5}", loss=SPARSE)
    assert data.splits["validation"].x.tolist() == (X[:3] + 50).tolist()
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 3, "validation": 3, "test": 3}


def test_the_fingerprint_is_the_checksum_of_the_file(load: Load) -> None:
    np.savez("t.npz", x=X, y=Y)
    expected = hashlib.sha256(Path("t.npz").read_bytes()).hexdigest()
    assert load("source: {npz: t.npz}").fingerprint == expected
    assert load("{source: {npz: t.npz}, test_split: 0.5}").facts()["fingerprint"] == expected


def test_the_fingerprint_covers_every_file(load: Load) -> None:
    Path("t.csv").write_text("a,y\n1,2\n2,3\n")
    Path("u.csv").write_text("a,y\n1,2\n2,3\n")
    with_test, with_validation = (
        "source: {csv: {path: t.csv, target: y, test: u.csv}}",
        "{source: {csv: {path: t.csv, target: y}}, validation: {csv: {path: u.csv, target: y}}}",
    )
    before = [load(dataset).fingerprint for dataset in (with_test, with_validation)]
    Path("u.csv").write_text("a,y\n1,2\n2,4\n")
    after = [load(dataset).fingerprint for dataset in (with_test, with_validation)]
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_the_fingerprint_of_arrays_depends_on_their_values_types_and_labels() -> None:
    texts = np.array(["a", "b"] * 3, dtype=object)
    sources = [
        SourceData(X, Y),
        SourceData(X + 1, Y),
        SourceData(X.astype(float), Y),
        SourceData(X, Y[::-1]),
        SourceData(X, Y, X, Y),
        SourceData(X, texts),
        SourceData(X, texts[::-1]),
    ]
    assert len({source.fingerprint() for source in sources}) == len(sources)
    assert SourceData(X.copy(), Y.copy()).fingerprint() == sources[0].fingerprint()


@pytest.mark.parametrize(
    "result",
    [
        "x, y", "(x, y), (x, y)", "[(x, y), (x, y)]", "x.tolist(), y.tolist()", "SourceData(x, y)",
        "SourceData(x.tolist(), y.tolist())", "pd.DataFrame(x), pd.Series(y)",
    ],
)  # fmt: skip
def test_a_function_may_return(result: str, load: Load) -> None:
    Path("mine.py").write_text(
        "import numpy as np\nimport pandas as pd\nfrom dnnrun.data.dataset import SourceData\n"
        f"x, y = np.arange(12.0).reshape(6, 2), np.arange(6) % 2\ndef make():\n    return {result}\n"
    )
    data = load("source: mine:make", loss=SPARSE)
    assert data.train.x.tolist() == X.tolist()
    assert data.train.y.tolist() == Y.tolist()
    assert ("test" in data.splits) == (result.count("(x, y)") == 2)
    assert data.source == "mine:make"


def test_a_function_gets_its_arguments(load: Load) -> None:
    Path("mine.py").write_text("def make(rows, scale=1):\n    return [[i * scale] for i in range(rows)], range(rows)\n")
    assert load("source: {mine:make: {rows: 3, scale: 2}}").train.x.tolist() == [[0], [2], [4]]
    assert load("source: {mine:make: 3}").train.x.tolist() == [[0], [1], [2]]


def test_a_function_of_texts_from_pandas(load: Load) -> None:
    Path("mine.py").write_text(
        "import pandas as pd\ndef make():\n    return pd.DataFrame({'a': [1, 2]}), pd.Series(['p', 'q'])\n"
    )
    assert load("source: mine:make", loss=SPARSE).class_names == ("p", "q")


def test_code_has_to_be_allowed(experiment: Callable[..., Experiment]) -> None:
    Path("mine.py").write_text("raise SystemExit('this must not run')\ndef make(): ...\n")
    with pytest.raises(
        ConfigError, match=r"config.yaml:2:3: 'mine:make' would run code of your own[\s\S]*--allow-code"
    ):
        load_dataset(experiment("source: mine:make"))


def test_the_cause_of_a_failure_is_kept_for_a_traceback(load: Load) -> None:
    Path("mine.py").write_text("def make():\n    return {}['key']\n")
    with pytest.raises(DataError, match="KeyError: 'key'") as caught:
        load("source: mine:make")
    causes = []
    cause: BaseException | None = caught.value
    while cause := cause.__cause__:
        causes.append(type(cause))
    assert KeyError in causes


def test_ctrl_c_inside_a_function_is_not_a_failure_of_it(load: Load) -> None:
    Path("mine.py").write_text("def make():\n    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load("source: mine:make")


def test_a_bundled_file_that_is_gone(monkeypatch: pytest.MonkeyPatch, load: Load, folder: Path) -> None:
    monkeypatch.setattr("dnnrun.data.sources.bundled.FILES", folder)
    with pytest.raises(DataError, match=r"iris.csv: this bundled file is missing[\s\S]*install dnnrun again"):
        load("source: iris", loss=SPARSE)


def test_facts_of_regression(load: Load) -> None:
    np.savez("t.npz", x=X, y=Y + 0.5)
    assert load("{source: {npz: t.npz}, test_split: 0.5}").facts() == {
        "source": "npz",
        "task": "regression",
        "fingerprint": hashlib.sha256(Path("t.npz").read_bytes()).hexdigest(),
        "input_shape": [2],
        "dtype": "float32",
        "rows": {"train": 3, "test": 3},
        "classes": None,
        "label_counts": {"train": None, "test": None},
        "rows_among_training": {"test": {"rows": 0, "same_label": 0}},
        "features_equal_to_target": [],
        "features": None,
    }


def test_the_columns_of_a_validation_table_are_found_by_name(load: Load, folder: Path) -> None:
    (folder / "t.csv").write_text("a,b,y\n1,10,0\n2,20,1\n3,30,0\n")
    (folder / "v.csv").write_text("b,y,a\n50,1,5\n")
    data = load("{source: {csv: {path: t.csv, target: y}}, validation: {csv: {path: v.csv, target: y}}}")
    assert data.splits["validation"].x.tolist() == [[5, 50]]


def test_fractions_of_one_split_are_not_cut_off_by_the_whole_numbers_of_another(load: Load) -> None:
    np.savez("t.npz", x_train=np.arange(8).reshape(4, 2), y_train=np.arange(4), x_test=[[0.5, 1.5]], y_test=[1])
    data = load("source: {npz: t.npz}")
    assert {rows.x.dtype for rows in data.splits.values()} == {np.dtype("float32")}
    assert data.splits["test"].x.tolist() == [[0.5, 1.5]]


def test_whole_numbers_that_would_wrap_are_refused(load: Load) -> None:
    np.savez("t.npz", x=np.array([[1, 2**33 + 5], [2, 3]]), y=[0, 1])
    with pytest.raises(DataError, match="whole numbers beyond 2,147,483,647"):
        load("source: {npz: t.npz}")


@pytest.mark.parametrize(
    ("loss", "metrics", "task"),
    [
        ("mse", "[vaccines.metrics:mape]", "regression"),
        ("indices.losses:mine", "[]", "regression"),
        ("losses:sparse_focal_crossentropy", "[]", "classification"),
        ("mse", "[metrics:accuracy]", "classification"),
    ],
)
def test_what_modules_are_called_says_nothing_of_the_task(loss: str, metrics: str, task: str, load: Load) -> None:
    np.savez("t.npz", x=X, y=np.array([0, 1, 0, 1, 0, 1]))
    for path in ("vaccines/metrics", "indices/losses", "losses", "metrics"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(f"{path}.py").write_text("mape = mine = sparse_focal_crossentropy = accuracy = print\n")
    assert load("source: {npz: t.npz}", loss=loss, metrics=metrics).task == task
