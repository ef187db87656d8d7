"""What ``dnnrun data show`` says and draws."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from dnnrun.cli.app import app

CONFIG = """\
dataset:
  source: {csv: {path: t.csv, target: price, impute: {size: mean}}}
  test_split: 0.4
  shuffle: false
model: {layers: [{Dense: 1}]}
optimizer: Adam
loss: mse
"""
TABLE = "size,city,price\n30,Rome,100\n45,Paris,150\n,Rome,230\n80,Oslo,280\n90,Paris,310\n"
SHOWN = """\
mine  csv: 2 columns

train  3 rows
           type        least  mean  greatest  missing
  size  float32           30  37.5        45        0
  city     text  2 different                        0
  labels  100 to 230, mean 160
  first rows
  size   city  label
  30     Rome    100
  45    Paris    150
  37.5   Rome    230

test  2 rows
           type        least  mean  greatest  missing
  size  float32           80    85        90        0
  city     text  2 different                        0
  labels  280 to 310, mean 295
  first rows
  size   city  label
  80     Oslo    280
  90    Paris    310
gaps of size: 1 filled with 37.5
"""
IRIS = """\
iris  iris: rows of 4

train  150 rows
                   type  least   mean  greatest  missing
  sepal_length  float32    4.3  5.843       7.9        0
  sepal_width   float32      2  3.057       4.4        0
  petal_length  float32      1  3.758       6.9        0
  petal_width   float32    0.1  1.199       2.5        0
  labels  Iris-setosa: 50 (33%), Iris-versicolor: 50 (33%), Iris-virginica: 50 (33%)
  first rows
  sepal_length  sepal_width  petal_length  petal_width        label
  5.1                   3.5           1.4          0.2  Iris-setosa
  4.9                     3           1.4          0.2  Iris-setosa
  4.7                   3.2           1.3          0.2  Iris-setosa
  4.6                   3.1           1.5          0.2  Iris-setosa
  5                     3.6           1.4          0.2  Iris-setosa
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOME": str(tmp_path), "DNNRUN_DATA": str(tmp_path), "DNNRUN_OFFLINE": "1"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def show(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", "show", *map(str, arguments)])


def size_of(file: Path) -> tuple[int, int]:
    """The width and height of a PNG file."""
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    return struct.unpack(">II", content[16:24])


def test_a_data_set_by_its_name(folder: Path) -> None:
    done = show("iris")
    assert (done.exit_code, done.stdout) == (0, IRIS)
    assert done.stderr == "wrote iris.png: histograms\n"
    assert size_of(folder / "iris.png") > (500, 500)
    assert show("iris").stderr == "wrote iris.png, in place of the file that was there: histograms\n"


def test_a_config_as_it_divides_its_data(folder: Path) -> None:
    (folder / "mine.yaml").write_text(CONFIG)
    (folder / "t.csv").write_text(TABLE)
    done = show("mine.yaml", "--no-picture")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == SHOWN
    assert not list(folder.glob("*.png"))
    assert show("mine.yaml", "--split", "test", "--output", "p.png").stderr == "wrote p.png: histograms\n"


def test_the_figures_as_json(folder: Path) -> None:
    told = json.loads(show("breast_cancer", "--json").stdout)
    assert told["classes"] == ["malignant", "benign"]
    split = told["splits"]["train"]
    assert (split["rows"], split["label_counts"]) == (569, {"malignant": 212, "benign": 357})
    radius = split["features"][0]
    assert (radius["name"], radius["type"], radius["missing"]) == ("mean radius", "float32", 0)
    assert radius["least"] == pytest.approx(6.981)
    assert radius["mean"] == pytest.approx(14.127, abs=1e-3)
    assert split["first_rows"][0]["labels"] == "malignant"
    assert told["picture"] is None
    assert not list(folder.glob("*.png"))


def test_what_a_source_of_ones_own_prints_is_no_result(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "own_rows.py").write_text(
        "import os\ndef make():\n    print('on stdout')\n    os.write(2, b'as TensorFlow does')\n"
        "    return [[1.0], [2.0], [3.0]], [0, 1, 0]\n"
    )
    (folder / "c.yaml").write_text(CONFIG)
    arguments = ("--set", "dataset.source=own_rows:make", "--set", "dataset.test_split=0", "--allow-code", "--json")
    assert json.loads(show("c.yaml", *arguments).stdout)["splits"]["train"]["rows"] == 3
    assert "as TensorFlow does" not in capfd.readouterr().err


def test_images_and_the_numbers_of_one(folder: Path) -> None:
    np.savez(folder / "c.npz", x=np.arange(2 * 75, dtype=np.uint8).reshape(2, 5, 5, 3), y=np.arange(2))
    (folder / "c.yaml").write_text(CONFIG)
    images = ("c.yaml", "--set", "dataset.source={npz: c.npz}", "--set", "dataset.test_split=0")
    done = show(*images)
    assert "  5x5x3  uint8      0  74.5       149        0" in done.stdout
    assert done.stderr == "wrote c.png: samples\n"
    done = show(*images, "--index", "1")
    assert done.stderr == "wrote c-1.png: heat map\n"
    assert size_of(folder / "c-1.png")[0] > 2 * size_of(folder / "c-1.png")[1], "a panel for each channel"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["irsi"], "there is neither a config nor a data set called 'irsi'\n     = did you mean 'iris'?"),
        (["t.csv"], "t.csv is no config, but data\n     = 'dnnrun init --csv t.csv --target COLUMN' writes a config"),
        (["none.yaml"], "none.yaml: cannot be read: No such file or directory"),
        (["iris", "--split", "test"], "there is no split 'test'\n     = there are: train"),
        (
            ["digits", "--index", "1797"],
            "there is no row 1797 among the 1,797 training rows\n     = count from 0",
        ),
        (["diabetes", "--set", "scaled"], "there is no '=' in it"),
        (["diabetes", "--set", "scale=1"], "diabetes has no argument 'scale'"),
        (["iris", "--output", "iris.jpg"], "--output iris.jpg: the picture is a PNG file"),
        (["iris", "--output", "no/such/folder.png"], "cannot write no/such/folder.png: No such file or directory"),
    ],
    ids=str,
)
def test_mistakes(arguments: list[str], said: str, folder: Path) -> None:
    (folder / "t.csv").write_text(TABLE)
    done = show(*arguments)
    assert done.exit_code in {2, 3, 4}
    assert said in done.stderr


def test_texts_are_shown_in_words_where_these_are_known(folder: Path) -> None:
    texts = np.empty(11_228, object)
    texts[:] = [[1, 2, 3]] * 11_228
    np.savez(folder / "reuters.npz", x=texts, y=np.arange(11_228) % 46)
    done = show("reuters", "--set", "maxlen=5", "--no-picture")
    assert "  0 1 4 5 2 -> " in done.stdout
    (folder / "reuters_word_index.json").write_text(json.dumps({"oil": 1, "prices": 2, "rise": 3}))
    done = show("reuters", "--set", "maxlen=5")
    assert "  oil prices [...] -> " in done.stdout
    assert done.stderr == "wrote reuters.png: histograms\n"
