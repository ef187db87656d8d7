"""``dnnrun export`` as a person meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Dnnrun

pytestmark = pytest.mark.slow

CONFIG = """\
name: iris
dataset: {source: iris, test_split: 0.2, preprocess: [Normalization]}
model: {layers: [{Dense: 8}, {Dense: {units: 3, activation: softmax}}]}
optimizer: Adam
loss: sparse_categorical_crossentropy
epochs: 1
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, warm: object) -> Path:
    folder = tmp_path_factory.mktemp("export")
    dnnrun = Dnnrun(folder, warm)  # type: ignore[arg-type]
    dnnrun.write("iris.yaml", CONFIG)
    assert dnnrun("train", "iris.yaml", "--quiet").code == 0
    return folder / "runs"


@pytest.fixture
def with_run(dnnrun: Dnnrun, trained: Path) -> Dnnrun:
    shutil.copytree(trained, dnnrun.folder / "runs")
    return dnnrun


def test_what_is_printed(with_run: Dnnrun) -> None:
    done = with_run("export", "latest", "--format", "onnx")
    assert done.code == 0, done.err
    [run] = with_run.runs()
    path, proof, by = done.out.splitlines()
    assert path == f"runs/{run.name}/exports/onnx/model.onnx"
    assert proof.startswith("  proved on 30 test rows: largest difference ")
    assert proof.endswith(", 1e-05 is allowed")
    assert by.startswith("  by onnxruntime ")
    assert "WARNING" not in done.err
    assert len(done.err.splitlines()) <= 5, "no chatter of converters"
    assert (with_run.folder / path).is_file()


def test_as_json_into_a_folder(with_run: Dnnrun) -> None:
    done = with_run("export", "iris", "--format", "litert", "-o", "phone", "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["path"] == "phone"
    assert said["model"] == "phone/model.tflite"
    assert said["rows"] == 30
    assert said["largest_difference"] <= 1e-5
    quiet = with_run("export", "iris", "--format", "litert", "-o", "phone", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "phone\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nothing", "--format", "onnx"], 4, "nothing: no such run"),
        (["latest", "--format", "onnx", "-o", "iris.yaml"], 2, "iris.yaml: is there already, and is no export"),
        (["latest", "--format", "onnx", "--without-text-layers"], 2, "the model takes no texts"),
    ],
)
def test_what_is_refused(with_run: Dnnrun, arguments: list[str], code: int, says: str) -> None:
    with_run.write("iris.yaml", CONFIG)
    done = with_run("export", *arguments)
    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err


def test_the_formats_are_those_of_the_table() -> None:
    from dnnrun.cli.export import ExportFormat
    from dnnrun.engine.exporting.formats import FORMATS
    from dnnrun.store import layout

    assert [each.value for each in ExportFormat] == list(FORMATS) == list(layout.EXPORTED_MODELS)
