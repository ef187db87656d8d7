"""Data sets of TensorFlow Datasets and Hugging Face, made here and read without a network.

The packages are an extra: where they are not installed, only what is said then is tested. One process reads all.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.config.paths import with_absolute_paths
from dnnrun.data.dataset import Dataset
from dnnrun.data.sources.feature_arrays import are_columns, together
from dnnrun.data.sources.hub import not_to_be_had, package
from dnnrun.errors import DataError

TFDS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf, tensorflow_datasets as tfds
rows = tf.data.Dataset.from_tensor_slices(
    {"image": np.arange(96, dtype=np.uint8).reshape(6, 4, 4, 1), "size": np.arange(6.0, dtype=np.float32),
     "label": np.array([0, 1] * 3)})
features = tfds.features.FeaturesDict({
    "image": tfds.features.Image(shape=(4, 4, 1)), "size": np.float32,
    "label": tfds.features.ClassLabel(names=["cat", "dog"])})
tfds.dataset_builders.store_as_tfds_dataset(
    "tiny", version="1.0.0", features=features, split_datasets={"train": rows.take(6), "test": rows.take(2)},
    data_dir="sets")
from dnnrun.data.sources.tfds import read_tfds as read
"""
TFDS_CASES = {
    "image": "read('tiny', target='label', features='image', data_dir='sets')",
    "half": "read('tiny', target='label', features='size', train='train[:50%]', data_dir='sets')",
    "inputs": "read('tiny', target='label', data_dir='sets')",
    "no target": "read('tiny', data_dir='sets')",
    "no feature": "read('tiny', target='lable', data_dir='sets')",
    "no split": "read('tiny', target='label', train='trian', data_dir='sets')",
    "no part": "read('tiny', target='label', train='train[:x]', data_dir='sets')",
    "no such set": "read('mnsit', data_dir='sets')",
    "not there": "read('mnist', data_dir='sets')",
}
FACE = """
import datetime, numpy as np
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image, List, Value
from PIL import Image as Picture
rows = Dataset.from_dict(
    {"text": ["good", "bad", "fine"], "label": [1, 0, 1], "size": [1.5, 2.5, 3.5], "gap": [1, None, None],
     "ragged": [[1], [1, 2], [3]], "when": [datetime.datetime(2020, 1, 1)] * 3,
     "image": [Picture.fromarray(np.full((4, 5, 3), i, np.uint8)) for i in range(3)]},
    features=Features({"text": Value("string"), "label": ClassLabel(names=["neg", "pos"]), "size": Value("float32"),
        "gap": Value("int32"), "ragged": List(Value("int32")), "when": Value("timestamp[s]"), "image": Image()}))
DatasetDict({"train": rows, "test": rows.select([0])}).save_to_disk("saved")
rows.rename_column("label", "stars").save_to_disk("single")
from dnnrun.data.sources.huggingface import read_huggingface as read
"""
FACE_CASES = {
    "text": "read('mine', folder='saved', features='text')",
    "columns": "read('mine', folder='saved', features=('text', 'size'))",
    "images": "read('mine', folder='saved', features='image')",
    "single": "read('mine', folder='single', features='size', target='stars')",
    "gaps": "read('mine', folder='saved', features='gap')",
    "ragged": "read('mine', folder='saved', features='ragged')",
    "dates": "read('mine', folder='saved', features='when')",
    "no target": "read('mine', folder='single')",
    "no column": "read('mine', folder='saved', features='txt')",
    "no split": "read('mine', folder='saved', train='trian')",
    "no folder": "read('mine', folder='nowhere')",
    "other folder": "read('mine', folder='.')",
    "not there": "read('nobody/no-such-data')",
}
SHOW = """
import json
from dnnrun.errors import DataError
def shown(x):
    return {name: shown(value) for name, value in x.items()} if isinstance(x, dict) else [x.dtype.kind, list(x.shape)]
found = {}
for name, code in json.loads(CASES).items():
    try:
        data = eval(code)
        found[name] = [shown(data.x), data.y.tolist(), data.class_names, data.feature_names,
                       None if data.y_test is None else len(data.y_test)]
    except DataError as error:
        found[name] = str(error)
print(json.dumps(found))
"""


def outcome(code: str, cases: dict[str, str], folder: Path) -> dict[str, Any]:
    script = folder / "read.py"
    script.write_text(f"CASES = {json.dumps(cases)!r}\n{textwrap.dedent(code)}\n{SHOW}")
    environment = {**os.environ, "DNNRUN_OFFLINE": "1", "HOME": str(folder)}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def installed(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed: pip install 'dnnrun[hub]'")


@pytest.fixture(scope="module")
def of_tfds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    installed("tensorflow_datasets")
    return outcome(TFDS, TFDS_CASES, tmp_path_factory.mktemp("tfds"))


@pytest.fixture(scope="module")
def of_face(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    installed("datasets")
    return outcome(FACE, FACE_CASES, tmp_path_factory.mktemp("face"))


def test_tensorflow_datasets(of_tfds: dict[str, Any]) -> None:
    labels = [0, 1] * 3
    x, y, class_names, feature_names, test_rows = of_tfds["image"]
    assert (x, class_names, feature_names, test_rows) == (["u", [6, 4, 4, 1]], ["cat", "dog"], None, 2)
    assert sorted(y) == sorted(labels)
    assert of_tfds["half"][0] == ["f", [3, 1]]
    assert of_tfds["half"][3] == ["size"]
    assert of_tfds["inputs"][0] == {"image": ["u", [6, 4, 4, 1]], "size": ["f", [6]]}


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("no target", "tiny does not say what is to be predicted\n     = name the target; its features: "),
        ("no feature", "tiny has no feature 'lable'\n     = did you mean 'label'?"),
        ("no split", "tiny has no split 'trian'\n     = did you mean 'train'?"),
        ("no part", "tiny: ValueError: Error parsing split 'train[:x]'"),
        ("no such set", "TensorFlow Datasets has no 'mnsit', nor is it in sets: "),
        ("not there", "mnist of TensorFlow Datasets is not in sets/mnist/3.0.1, and nothing may be downloaded"),
    ],
)
def test_what_tensorflow_datasets_has_not(case: str, message: str, of_tfds: dict[str, Any]) -> None:
    assert of_tfds[case].startswith(message)


def test_hugging_face(of_face: dict[str, Any]) -> None:
    assert of_face["text"] == [["O", [3, 1]], [1, 0, 1], ["neg", "pos"], ["text"], 1]
    assert of_face["columns"][0] == {"text": ["O", [3, 1]], "size": ["f", [3, 1]]}
    assert of_face["images"][0] == ["u", [3, 4, 5, 3]]
    assert of_face["single"] == [["f", [3, 1]], [1, 0, 1], ["neg", "pos"], ["size"], None]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("gaps", "the column 'gap' has no value in 2 of 3 rows; the first is row 1, counted from 0"),
        ("ragged", "the rows of the column 'ragged' differ in length"),
        ("dates", "the column 'when' holds Value('timestamp[s]'), which is neither numbers nor text"),
        ("no target", "mine does not say what is to be predicted\n     = name the target; its columns: text, "),
        ("no column", "mine has no column 'txt'\n     = did you mean 'text'?"),
        ("no split", "mine has no split 'trian'\n     = did you mean 'train'?"),
        ("no folder", "nowhere: no such folder"),
        ("other folder", ".: no data set of save_to_disk"),
        ("not there", "nobody/no-such-data of Hugging Face is not in the cache "),
    ],
)
def test_what_hugging_face_has_not(case: str, message: str, of_face: dict[str, Any]) -> None:
    assert of_face[case].startswith(message)


def test_a_package_that_is_not_installed() -> None:
    with pytest.raises(DataError, match=r"tfds needs its package, and 'no_such_package' is not installed") as caught:
        package("no_such_package", "tfds", "its package")
    assert caught.value.problems[0].hint == "pip install no-such-package, or pip install 'dnnrun[hub]'"


@pytest.mark.parametrize("source", ["{tfds: mnist}", "{huggingface: imdb}"])
def test_a_config_of_them_is_read_or_told_what_is_missing(source: str, load: Callable[..., Dataset]) -> None:
    module = "tensorflow_datasets" if "tfds" in source else "datasets"
    if importlib.util.find_spec(module) is not None:
        pytest.skip(f"{module} is installed")
    with pytest.raises(DataError, match=r"config\.yaml:2:12: (tfds|huggingface) needs [\s\S]* pip install "):
        load(f"source: {source}")


def test_a_name_is_no_path() -> None:
    config = {"dataset": {"source": {"tfds": "mnist"}}}
    assert with_absolute_paths(config, Path("/elsewhere")) == config
    config = {"dataset": {"source": {"huggingface": {"name": "imdb", "folder": "data"}}}}
    made = with_absolute_paths(config, Path("/elsewhere"))["dataset"]["source"]["huggingface"]
    assert made == {"name": "imdb", "folder": "/elsewhere/data"}


def test_what_the_network_said_is_told() -> None:
    asked = not_to_be_had("imdb", "Hugging Face", "the cache", ConnectionError("no route\nto host"))
    assert "imdb of Hugging Face is not in the cache, and it cannot be had: ConnectionError: no route" in str(asked)


def test_features_together() -> None:
    import numpy as np

    a, b, image = np.arange(3), np.arange(3) / 2, np.zeros((3, 2, 2))
    assert together({"a": a, "b": b}).tolist() == [[0, 0], [1, 0.5], [2, 1]]
    assert together({"image": image}) is image
    assert set(together({"image": image, "a": a})) == {"image", "a"}
    assert (are_columns({"a": a}), are_columns({"a": a, "image": image})) == (True, False)
