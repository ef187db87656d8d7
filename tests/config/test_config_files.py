"""Files that are no text, no file, or not there: each is one line, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dnnrun.config import layering, reader
from dnnrun.config.load import load_config
from dnnrun.errors import ConfigError


def message_of(path: str | Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("epochs: 3\nname: café\n".encode("latin-1"))
    message = message_of(path)
    assert f"{path}: not a text file: byte 19, in line 2, is not UTF-8" in message
    assert "save the config as UTF-8" in message


def test_a_byte_order_mark_is_skipped(tmp_path: Path, valid: str) -> None:
    path = tmp_path / "bom.yaml"
    path.write_text(valid, encoding="utf-8-sig")
    assert load_config(path).dataset.source.name == "mnist"


def test_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(bytes(range(256)))
    assert "not a text file" in message_of(path)


def test_missing_file_names_a_near_one_and_those_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mnist_adam.yaml", "iris.yml", "notes.txt"):
        Path(name).write_text("epochs: 3\n")
    message = message_of("mnist_adm.yaml")
    assert "mnist_adm.yaml: cannot be read: No such file or directory" in message
    assert "did you mean 'mnist_adam.yaml'?" in message
    assert "configs in '.': iris.yml, mnist_adam.yaml" in message
    assert "notes.txt" not in message


def test_missing_folder(tmp_path: Path) -> None:
    assert f"there is no folder '{tmp_path}/configs'" in message_of(tmp_path / "configs" / "a.yaml")


def test_a_folder_without_configs(tmp_path: Path) -> None:
    assert f"no config lies in '{tmp_path}'" in message_of(tmp_path / "a.yaml")


def test_directory(tmp_path: Path) -> None:
    message = message_of(tmp_path)
    assert "Is a directory" in message
    assert "it is a folder; name a file in it" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path, valid: str) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(valid)
    path.chmod(0)
    assert f"{path}: cannot be read: Permission denied" in message_of(path)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "configs").write_text("")
    assert "cannot be read: Not a directory" in message_of(tmp_path / "configs" / "a.yaml")


@pytest.mark.parametrize("name", ["a\0b.yaml", "a" * 300 + ".yaml"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    assert "cannot be read" in message_of(name)


def test_too_large_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    path.write_text("# " + "x" * reader.MAX_BYTES)
    assert "larger than 1,000,000 bytes" in message_of(path)
    assert "dataset.source" in message_of(path)


def test_an_endless_file_is_not_read_to_its_end() -> None:
    assert "larger than" in message_of("/dev/zero")


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "{a: " * 20_000, "- " * 20_000, "a:\n" + "\n".join(" " * i + "b:" for i in range(900))]
)
def test_endless_nesting(tmp_path: Path, text: str) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text(text)
    assert "nested more than 60 deep" in message_of(path)


def test_extends_of_too_many_files(tmp_path: Path) -> None:
    for number in range(layering.MAX_BASES + 2):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    assert "extends goes through more than 20 files" in message_of(tmp_path / "0.yaml")


@pytest.mark.parametrize("entry", ['"a\\tb"', "~nobody/a.yaml", "a" * 300, "missing/../../b.yaml", "''", "/dev/null"])
def test_extends_of_what_is_no_file(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"extends: {entry}\n")
    assert "which is not a file" in message_of(path)


def test_a_path_in_the_home_of_nobody_is_left_to_the_data(tmp_path: Path, valid: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(valid.replace("mnist", "{source: {csv: {path: ~nobody-is-called-this/a.csv, target: y}}}"))
    assert load_config(path).dataset.source.arguments["path"] == str(tmp_path / "~nobody-is-called-this/a.csv")


def test_the_config_is_kept_as_it_is_written(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfdataset: mnist # mine\r\nmodel: {layers: [Flatten]}\r\noptimizer: SGD\r\nloss: mse\r\n"
    (tmp_path / "c.yaml").write_bytes(content)
    document = load_config(tmp_path / "c.yaml", ["epochs=3"]).document
    assert document is not None
    assert document.written == content
