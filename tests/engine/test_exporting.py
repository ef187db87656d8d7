"""Exports predict what the run's model does, in the runtime of their format; what they cannot carry, they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import dnnrun
from dnnrun.api.exporting import export
from dnnrun.engine.exporting import formats
from dnnrun.engine.exporting.formats import FORMATS, Format
from dnnrun.engine.exporting.proof import largest_differences
from dnnrun.engine.exporting.serving import Served
from dnnrun.errors import ConfigError, ExportError, RunError
from dnnrun.store import Run
from tests.engine.conftest import train_lines

DENSE = "name: dense\ndataset: {source: iris, test_split: 0.2, preprocess: [Normalization]}\nepochs: 2\n"
CONVOLUTIONAL = """\
name: convolutional
dataset: {source: digits, test_split: 0.2}
model:
  layers:
    - {Reshape: {target_shape: [8, 8, 1]}}
    - {Conv2D: {filters: 4, kernel_size: 3, activation: relu}}
    - BatchNormalization
    - MaxPooling2D
    - Flatten
    - {Dropout: 0.5}
    - {Dense: 10}
loss: {SparseCategoricalCrossentropy: {from_logits: true}}
epochs: 1
"""
TEXT = """\
name: text
dataset:
  source: {text: {path: text.csv, text: review, target: label}}
  test_split: 0.5
  preprocess: [{TextVectorization: {max_tokens: 40, output_sequence_length: 6}}]
model:
  layers:
    - {Embedding: {input_dim: 40, output_dim: 4}}
    - GlobalAveragePooling1D
    - {Dense: {units: 1, activation: sigmoid}}
loss: binary_crossentropy
epochs: 1
"""
MIXED = """\
name: mixed
dataset: {source: {csv: {path: mixed.csv, target: survived}}, test_split: 0.5}
model: {layers: [{Dense: 4}, {Dense: {units: 1, activation: sigmoid}}]}
loss: binary_crossentropy
epochs: 1
"""
CONFIGS = {"dense": DENSE, "convolutional": CONVOLUTIONAL, "text": TEXT, "mixed": MIXED}
CLASSES = {
    "dense": ["Iris-setosa", "Iris-versicolor", "Iris-virginica"],
    "convolutional": [str(digit) for digit in range(10)],
    "text": ["bad", "good"],
    "mixed": ["no", "yes"],
}
ROWS = {"dense": 30, "convolutional": 256, "text": 256, "mixed": 256}
BOTH = {"keras", "tensorflow"}  # TensorFlow imports Keras by itself
ALONE = {"onnx": {"onnxruntime"}, "litert": {"ai_edge_litert"}}


def write_tables(folder: Path) -> None:
    drawn = np.random.default_rng(0)
    reviews = [" ".join(drawn.choice(["A", "film!", "plot", "Zürich", "great", "dull"], 5)) for _ in range(600)]
    labels = [("good" if "great" in review else "bad") for review in reviews]
    lines = [f"{review},{label}" for review, label in zip(reviews, labels, strict=True)]
    (folder / "text.csv").write_text("\n".join(["review,label", *lines]), encoding="utf-8")
    ports = drawn.choice(["Cherbourg", "Zürich", "Cobh"], 600)
    lines = [f"{row % 80},{port},{row % 4},{('no', 'yes')[row % 2]}" for row, port in enumerate(ports)]
    (folder / "mixed.csv").write_text("\n".join(["age,port,deck level,survived", *lines]), encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run of each kind of model, trained once."""
    folder = tmp_path_factory.mktemp("exporting")
    write_tables(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return {kind: Run(train_lines(lines).run.path.absolute()) for kind, lines in CONFIGS.items()}


@pytest.fixture(autouse=True)
def beside_the_tables(runs: dict[str, Run], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sources' paths are relative."""
    monkeypatch.chdir(runs["text"].path.parents[1])


def parity(path: Path) -> Any:
    return json.loads((path / "parity.json").read_text())


def run_readme(path: Path) -> str:
    """Run the lines of Python of an export's page in its folder, in a process of their own; return what they print."""
    [code] = re.findall(r"```python\n(.*?)```", (path / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
# Of Keras's own two formats mostly the models whose preprocessing is hardest to carry: each proof starts TensorFlow.
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(
            (kind, name)
            for kind in CONFIGS
            for name in FORMATS
            if kind in {"text", "mixed"} or name in {"onnx", "litert"}
        ),
        ("dense", "keras"),
    ],
)
def test_an_export_predicts_the_same_in_its_own_runtime(kind: str, name: str, runs: dict[str, Run]) -> None:
    cut = kind == "text" and name in ("onnx", "litert")
    exported = export(runs[kind], name, without_text_layers=cut)
    assert exported.path == runs[kind].path / "exports" / name
    assert exported.rows == ROWS[kind]
    assert exported.origin == "test"
    assert exported.proof.difference is not None
    assert exported.proof.difference <= 1e-5
    facts = parity(exported.path)
    assert facts["holds"] is True
    assert facts["largest_difference"] == exported.proof.difference
    assert facts["runtime"]
    labels = json.loads((exported.path / "labels.json").read_text())
    assert list(labels.values()) == CLASSES[kind]
    loaded = set(exported.proof.modules)
    assert "dnnrun" not in loaded
    assert loaded & {"tensorflow", "keras", "onnxruntime", "ai_edge_litert"} == ALONE.get(name, BOTH)
    assert (exported.path / "text_layers.json").exists() == cut
    if kind == "mixed" or (kind, name) == ("dense", "keras"):
        assert run_readme(exported.path)


@pytest.mark.slow
def test_the_proof_would_have_seen_other_weights(runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    target = runs["dense"].path / "exports" / "tampered"
    honest = FORMATS["onnx"].write

    def write(served: Served, classes: Any, path: Path) -> None:
        for variable in served.model.trainable_variables:
            variable.assign(variable + 1e-3)
        honest(served, classes, path)

    monkeypatch.setattr(Format, "write", property(lambda self: write))
    with pytest.raises(ExportError, match="predicts something else than the run's model") as caught:
        export(runs["dense"], "onnx", target)
    assert "onnx" not in [path.name for path in target.parent.iterdir() if path == target]
    aside = target.with_name("tampered-failed")
    assert str(aside) in caught.value.problems[0].hint
    assert parity(aside)["holds"] is False
    assert parity(aside)["largest_difference"] > 1e-5
    assert "Not proved" in (aside / "README.md").read_text()
    assert not target.exists()


@pytest.mark.slow
def test_what_its_runtime_cannot_load_is_said(runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Format, "write", property(lambda self: lambda served, classes, path: path.write_text("x")))
    with pytest.raises(ExportError, match="the export to LiteRT failed its proof: LiteRT cannot run it"):
        export(runs["dense"], "litert", runs["dense"].path / "exports" / "damaged")
    assert parity(runs["dense"].path / "exports" / "damaged-failed")["failure"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_texts_that_a_format_cannot_split_are_refused_with_the_layer(name: str, runs: dict[str, Run]) -> None:
    target = runs["text"].path / "exports" / f"refused-{name}"
    with pytest.raises(
        ConfigError, match=r"cannot carry the layer 'text_vectorization' \(TextVectorization\)"
    ) as caught:
        export(runs["text"], name, target)
    assert "StaticRegexReplace" in str(caught.value)
    assert "--without-text-layers" in str(caught.value)
    assert not target.exists()
    assert not [path for path in target.parent.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_the_layers_left_out_are_kept_beside(runs: dict[str, Run]) -> None:
    exported = export(runs["mixed"], "onnx", runs["mixed"].path / "exports" / "cut", without_text_layers=True)
    left_out = json.loads((exported.path / "text_layers.json").read_text(encoding="utf-8"))
    [layer] = left_out["port"]
    assert layer["layer"] == "StringLookup"
    assert set(layer["vocabulary"]) >= {"Cherbourg", "Zürich", "Cobh"}
    assert "string" not in (exported.path / "README.md").read_text().split("```")[0]
    with pytest.raises(ConfigError, match="the model takes no texts"):
        export(runs["dense"], "onnx", without_text_layers=True)


@pytest.mark.slow
def test_class_names_are_inside_the_file(runs: dict[str, Run]) -> None:
    import onnx
    import tensorflow as tf

    paths = {name: export(runs["dense"], name).model for name in FORMATS}
    metadata = {entry.key: entry.value for entry in onnx.load(paths["onnx"]).metadata_props}
    assert json.loads(metadata["class_names"]) == {"output": CLASSES["dense"]}
    with zipfile.ZipFile(paths["litert"]) as archive:
        assert archive.read("labels.txt").decode().split() == CLASSES["dense"]
    with zipfile.ZipFile(paths["keras"]) as archive:
        assert list(json.loads(archive.read("labels.json")).values()) == CLASSES["dense"]
    assert (paths["savedmodel"] / "assets" / "labels.txt").read_text().split() == CLASSES["dense"]
    given = tf.saved_model.load(str(paths["savedmodel"])).signatures["class_names"]()
    assert [name.decode() for name in given["output"].numpy()] == CLASSES["dense"]


@pytest.mark.slow
def test_several_inputs_and_outputs_keep_their_names(train: Callable[..., Any]) -> None:
    Path("two.py").write_text(
        "import numpy as np\n\n\ndef rows():\n"
        "    drawn = np.random.default_rng(0)\n"
        "    x = {'size': drawn.normal(size=(80, 3)), 'place': drawn.normal(size=(80, 2))}\n"
        "    return x, {'price': drawn.normal(size=80) * 1e5, 'river': drawn.integers(0, 2, 80)}\n"
    )
    run = train(
        "dataset: {source: two:rows, test_split: 0.25}\n"
        "model:\n  layers:\n    - {Dense: {units: 3, inputs: size, name: left}}\n"
        "    - {Concatenate: {inputs: [left, place], name: both}}\n"
        "    - {Dense: {units: 1, inputs: both, name: price}}\n"
        "    - {Dense: {units: 1, activation: sigmoid, inputs: both, name: river}}\n"
        "loss: {price: mse, river: binary_crossentropy}\nepochs: 1\n"
    ).run
    exported = export(run, "onnx", allow_code=True)
    page = (exported.path / "README.md").read_text()
    for name in ("`size` | (rows, 3)", "`place` | (rows, 2)", "`price` | (rows, 1)", "`river` | (rows, 1)"):
        assert name in page
    assert json.loads((exported.path / "labels.json").read_text()) == {"river": {"0": "0", "1": "1"}}


@pytest.mark.slow
def test_layers_of_a_users_own(train: Callable[..., Any]) -> None:
    run = train("model: {layers: [{'own:Gate': 3}, {Dense: {units: 3, activation: softmax}}]}\nepochs: 1\n").run
    with pytest.raises(ConfigError, match="'own:Gate' would run code of your own") as caught:
        export(run, "keras")
    assert "--allow-code" in str(caught.value)
    exported = export(run, "keras", allow_code=True)
    assert exported.proof.holds
    assert "code that is not in it, as `custom_objects` of `load_model`: `own:Gate`" in (
        exported.path / "README.md"
    ).read_text(encoding="utf-8")
    assert export(run, "onnx", allow_code=True).proof.holds


@pytest.mark.slow
def test_without_its_data_made_up_rows_are_used_and_that_is_said(runs: dict[str, Run], tmp_path: Path) -> None:
    table = Path("mixed.csv").rename("gone.csv")
    try:
        exported = export(runs["mixed"], "onnx", tmp_path / "out")
    finally:
        table.rename("mixed.csv")
    assert (exported.rows, exported.origin) == (256, "random")
    assert exported.remark.startswith("the data cannot be read: ")
    assert "mixed.csv" in exported.remark
    facts = parity(exported.path)
    assert facts["rows_from"] == "random"
    assert "mixed.csv" in facts["remark"]
    assert "256 random rows" in (exported.path / "README.md").read_text()


def test_a_damaged_model_is_one_line(runs: dict[str, Run], tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(runs["dense"].path, tmp_path / "copy"))
    (copy / "model.keras").write_bytes(b"no archive")
    with pytest.raises(RunError, match=r"model\.keras: damaged: ") as caught:
        export(copy, "keras")
    assert len(str(caught.value).splitlines()) <= 2


def test_formats_and_their_packages(runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="'onx' is not a format") as caught:
        export(runs["dense"], "onx")
    assert "did you mean 'onnx'?" in str(caught.value)
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="onnx needs tf2onnx and onnx and onnxruntime, which are not") as caught:
        export(runs["dense"], "onnx")
    assert "pip install 'dnnrun[onnx]'" in str(caught.value)
    with pytest.raises(ConfigError, match="litert needs ai_edge_litert, which is not installed") as caught:
        export(runs["dense"], "litert")
    assert "pip install 'dnnrun[litert]'" in str(caught.value)


def test_the_runtimes_of_the_proofs_are_installed_where_the_tests_run() -> None:
    for to in FORMATS.values():
        to.check_packages()


@pytest.mark.parametrize(
    ("wanted", "given", "relative", "absolute"),
    [
        ([0.5, 1.0], [0.5, 1.0], 0.0, 0.0),
        ([0.5], [0.6], 0.1, 0.1),
        ([1000.0], [1001.0], 1e-3, 1.0),
        ([np.nan, 1.0], [np.nan, 1.0], 0.0, 0.0),
        ([np.inf], [np.inf], 0.0, 0.0),
        ([np.nan], [1.0], np.inf, np.inf),
        ([1.0], [np.nan], np.inf, np.inf),
        ([np.inf], [-np.inf], np.inf, np.inf),
    ],
)
def test_how_far_predictions_are_apart(wanted: Any, given: Any, relative: float, absolute: float) -> None:
    assert largest_differences(np.array(wanted), np.array(given)) == pytest.approx((relative, absolute))


def test_names_that_other_formats_take() -> None:
    names = ["deck level", "deck_level", "2nd", "self", "größe"]
    inputs = {name: keras.Input((1,), name=name) for name in names}
    model = keras.Model(inputs, keras.layers.Concatenate()(list(inputs.values())))
    served = Served.of(model)
    assert served.inputs["deck_level"] != served.inputs["deck level"]
    assert all(re.fullmatch(r"[A-Za-z]\w*", safe, re.ASCII) for safe in served.inputs.values())
    assert "self" not in served.inputs.values()
    rows = {safe: np.full((2, 1), position, "float32") for position, safe in enumerate(served.inputs.values())}
    [given] = served.predict(rows).values()
    assert given.shape == (2, 5)


def test_it_is_offered_from_python() -> None:
    assert dnnrun.export is export
