"""What ``dnnrun data`` prints, and where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from dnnrun.cli.app import app

LIST = """\
name                rows             where         size      what
mnist               60,000 + 10,000  dnnrun                  60,000 training and 10,000 test images of handwritten digits, bundled.
fashion_mnist       60,000 + 10,000  dnnrun                  60,000 training and 10,000 test images of ten kinds of clothes, bundled.
iris                150              dnnrun                  150 flowers of three species with four lengths each, bundled.
pima                768              dnnrun                  768 patients, eight measurements, diabetes or not, bundled.
boston_housing      506              dnnrun                  506 districts of Boston, thirteen features, house values, bundled.
wine                178              scikit-learn            178 wines of three growers, thirteen measurements, from scikit-learn.
breast_cancer       569              scikit-learn            569 tumours, malignant or benign, thirty measurements, from scikit-learn.
digits              1,797            scikit-learn            1,797 images of handwritten digits, 8 by 8, from scikit-learn.
diabetes            442              scikit-learn            442 patients, ten measurements, progress of the disease, from scikit-learn.
cifar10             50,000 + 10,000  not here      170.5 MB  50,000 and 10,000 colour images of ten kinds of things.
cifar100            50,000 + 10,000  not here      169.0 MB  50,000 and 10,000 colour images of a hundred kinds of things.
imdb                25,000 + 25,000  $DNNRUN_DATA  5 bytes   25,000 and 25,000 film reviews, negative or positive, as word numbers.
reuters             8,982 + 2,246    not here      2.1 MB    11,228 newswires on 46 topics, as word numbers.
california_housing  16,512 + 4,128   not here      743.5 kB  20,640 districts of California, eight features, house values.
"""  # noqa: E501


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which data sets are sought."""
    monkeypatch.setenv("DNNRUN_DATA", str(tmp_path / "sets"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DNNRUN_OFFLINE", "")  # so that what --offline sets is put back
    for name in ("XDG_DATA_HOME", "KERAS_HOME", "DNNRUN_DATA_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sets").mkdir()
    return tmp_path / "sets"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def test_the_list(folder: Path) -> None:
    (folder / "imdb.npz").write_bytes(b"12345")
    assert run("list").stdout == LIST
    listed = {entry["name"]: entry for entry in json.loads(run("list", "--json").stdout)}
    assert (listed["mnist"]["here"], listed["imdb"]["here"], listed["reuters"]["here"]) == (True, True, False)
    assert listed["imdb"]["path"] == str(folder / "imdb.npz")
    assert listed["reuters"]["size"] == 2_110_848


def test_the_places(folder: Path) -> None:
    home = folder.parent
    assert run("where").stdout.splitlines() == [
        f"$DNNRUN_DATA: {folder}",
        f"dnnrun's own folder: {home}/.local/share/dnnrun/datasets, not there yet",
        f"Keras's cache: {home}/.keras/datasets, not there yet",
    ]


def test_where_one_lies(folder: Path) -> None:
    done = run("where", "imdb")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "imdb is not on this machine\n     = looked in $DNNRUN_DATA" in done.stderr
    (folder / "imdb.npz").write_bytes(b"12345")
    done = run("where", "imdb")
    assert (done.exit_code, done.stdout) == (0, f"{folder / 'imdb.npz'}\n")
    assert done.stderr == "$DNNRUN_DATA; 5 bytes; not the published file, by its checksum\n"
    done = run("where", "imdv")
    assert done.exit_code == 3
    assert "did you mean 'imdb'?" in done.stderr


def test_adding_a_file(folder: Path) -> None:
    file = folder.parent / "houses.npz"
    np.savez(file, x=np.zeros((20_640, 8)), y=np.arange(20_640.0))
    done = run("add", "california_housing", file)
    assert (done.exit_code, done.stdout) == (0, f"{folder / 'california_housing.npz'}\n")
    assert done.stderr.startswith("note: its checksum is ")
    assert "in place of the file that was there" in run("add", "california_housing", file).stderr
    assert run("fetch", "california_housing").stdout == done.stdout, "it is here, so nothing is downloaded"
    assert run("where", "california_housing").stderr.endswith("what is in it was checked when it was added\n")
    done = run("add", "imdb", file)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        f"error: {file}: there is no array 'x_train'",
        "     = wanted is imdb.npz as Keras has it, or the same data in other bytes; the file was left alone",
    ]


def test_offline_nothing_is_fetched(folder: Path) -> None:
    done = run("fetch", "reuters", "--offline")
    assert os.environ["DNNRUN_OFFLINE"] == "1"
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        "error: reuters.npz is not on this machine, and nothing is downloaded offline (--offline, DNNRUN_OFFLINE)",
        f"     = looked in $DNNRUN_DATA: {folder}",
        f"     = looked in dnnrun's own folder: {folder.parent}/.local/share/dnnrun/datasets",
        f"     = looked in Keras's cache: {folder.parent}/.keras/datasets",
        "     = get it where there is a network: https://storage.googleapis.com/tensorflow/tf-keras-datasets/reuters.npz",
        "     = then put it in its place: dnnrun data add reuters reuters.npz",
    ]


def test_a_misspelt_name_is_told_before_anything_is_downloaded() -> None:
    done = run("fetch", "reuters", "imbd")
    assert done.exit_code == 3
    assert done.stderr.startswith("error: there is no data set called 'imbd' to get\n     = did you mean 'imdb'?")


def test_a_download_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNRUN_DATA_URL", "http://127.0.0.1:9/mirror")
    done = run("fetch", "reuters")
    assert done.exit_code == 3
    assert "http://127.0.0.1:9/mirror/reuters.npz cannot be reached: Connection refused" in done.stderr
