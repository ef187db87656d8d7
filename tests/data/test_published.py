"""Published files: where they are looked for, how they are downloaded, and what is taken from the user's hand."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from dnnrun.data import published as table
from dnnrun.data.published import PUBLISHED, PublishedFile, download
from dnnrun.data.published.adding import add, note_of
from dnnrun.data.published.places import find, is_offline, locate, own_folder, places
from dnnrun.data.published.reading import read_published
from dnnrun.data.sources.california import california_housing
from dnnrun.errors import DataError

CONTENT = b"published bytes " * 40_000
GOOD = PublishedFile("set.bin", "https://example.org/sets", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "")


class Server(BaseHTTPRequestHandler):
    """Serves one file, or the failure that its path names."""

    def do_GET(self) -> None:
        folder = self.path.split("/")[1]
        if folder == "gone":
            self.send_error(404)
            return
        self.send_response(200)
        if folder != "without_length":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if folder == "silent":
            threading.Event().wait(1)
        elif folder == "broken":
            self.wfile.write(CONTENT[:1000])
        else:
            self.wfile.write(CONTENT[::-1] if folder == "other" else CONTENT)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def online(address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def go(folder: str) -> None:
        monkeypatch.delenv("DNNRUN_OFFLINE")
        monkeypatch.setenv("DNNRUN_DATA_URL", f"{address}/{folder}/")
        monkeypatch.setitem(table.PUBLISHED, "imdb", GOOD)

    return go


def test_the_places_are_named_by_the_environment() -> None:
    default = places({"HOME": "/home/a"})
    assert [place.path for place in default] == [
        None,
        Path("/home/a/.local/share/dnnrun/datasets"),
        Path("/home/a/.keras/datasets"),
    ]
    named = places({"HOME": "/home/a", "DNNRUN_DATA": "/d", "XDG_DATA_HOME": "/x", "KERAS_HOME": "/k"})
    assert [place.path for place in named] == [Path("/d"), Path("/x/dnnrun/datasets"), Path("/k/datasets")]
    assert str(named[0]) == "$DNNRUN_DATA: /d"


def test_the_first_place_that_has_a_file_is_taken(folder: Path) -> None:
    assert find("imdb") is None
    _, own, keras = (place.path for place in places())
    for path in (keras, own, folder):
        assert path is not None
        path.mkdir(parents=True, exist_ok=True)
        (path / "imdb.npz").touch()
        found = find("imdb")
        assert found is not None
        assert found[0] == path / "imdb.npz"
    assert own_folder() == folder


def test_archives_and_what_they_were_unpacked_to_are_found_under_the_names_that_keras_gives(folder: Path) -> None:
    unpacked = folder / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    unpacked.mkdir(parents=True)
    assert find("cifar10") is not None
    assert find("cifar10")[0] == unpacked  # type: ignore[index]
    (folder / "cifar-10-batches-py-target_archive").touch()
    assert find("cifar10")[0].name == "cifar-10-batches-py-target_archive"  # type: ignore[index]


@pytest.mark.parametrize(("text", "offline"), [("", False), ("0", False), ("no", False), ("1", True), ("yes", True)])
def test_offline_is_said_by_the_environment(text: str, offline: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNNRUN_OFFLINE", text)
    assert is_offline() is offline


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_names_its_file_a_checksum_and_who_looks_into_it(name: str, folder: Path) -> None:
    wanted = PUBLISHED[name]
    assert len(wanted.checksum) in {32, 64}
    (folder / wanted.file).write_bytes(b"something else")
    with pytest.raises(DataError, match=rf"remove it, and get it again: dnnrun data fetch {name}"):
        read_published(name)


def test_a_download_arrives_as_a_whole_and_is_told(online: Callable[[str], None], folder: Path) -> None:
    online("good")
    heard: list[tuple[str, int, int | None]] = []
    with download.telling(lambda *what: heard.append(what)):
        assert locate("imdb") == folder / "set.bin"
    assert (folder / "set.bin").read_bytes() == CONTENT
    assert heard[0] == ("set.bin", 0, len(CONTENT))
    assert heard[-1] == ("set.bin", len(CONTENT), len(CONTENT))
    assert [path.name for path in folder.iterdir()] == ["set.bin"]
    online_again = len(heard)
    locate("imdb")  # is here now
    assert len(heard) == online_again


def test_a_server_need_not_tell_the_length(online: Callable[[str], None], folder: Path) -> None:
    online("without_length")
    heard: list[int | None] = []
    with download.telling(lambda _file, _done, total: heard.append(total)):
        assert locate("imdb").read_bytes() == CONTENT
    assert set(heard) == {None}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("gone", r"/gone/set\.bin answers 404 \(Not Found\)"),
        ("broken", r"/broken/set\.bin broke off after 1,000 of 640,000 bytes"),
        ("other", r"/other/set\.bin gave is not the published file: its checksum is [0-9a-f]{64}, not [0-9a-f]{64}"),
        ("silent", r"/silent/set\.bin sends nothing for 0\.2 seconds"),
    ],
)
def test_of_a_download_that_fails_nothing_is_left(
    path: str, said: str, online: Callable[[str], None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path == "silent":
        monkeypatch.setattr(download, "_TIMEOUT", 0.2)
    online(path)
    with pytest.raises(DataError) as caught:
        locate("imdb")
    assert caught.match(rf"^set\.bin is not on this machine, and .*{said}")
    assert caught.match(r"dnnrun data add imdb set\.bin")
    assert not list(folder.iterdir())


def test_a_server_that_is_not_there_and_an_address_that_is_none(
    online: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    online("good")
    monkeypatch.setenv("DNNRUN_DATA_URL", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=r"http://127\.0\.0\.1:9/set\.bin cannot be reached: Connection refused"):
        locate("imdb")
    monkeypatch.setenv("DNNRUN_DATA_URL", "/srv/data")
    with pytest.raises(DataError, match=r"/srv/data/set\.bin is no address of the web"):
        locate("imdb")


def test_an_interrupted_download_leaves_nothing(online: Callable[[str], None], folder: Path) -> None:
    online("good")

    def interrupt(_file: str, done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with download.telling(interrupt), pytest.raises(KeyboardInterrupt):
        locate("imdb")
    assert not list(folder.iterdir())


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """A file with the form of Keras's California housing data, and other numbers."""
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "elsewhere" / "houses.npz"
    x = np.random.default_rng(0).normal(size=(20_640, 8))
    np.savez(file, x=x, y=np.arange(20_640.0))
    return file


def test_a_file_with_the_data_in_other_bytes_is_added_with_a_note(houses: Path, folder: Path) -> None:
    added = add("california_housing", houses)
    assert added.path == folder / "california_housing.npz"
    assert added.path.read_bytes() == houses.read_bytes()
    assert (added.is_published, added.replaced) == (False, False)
    noted = note_of(added.path)
    assert noted is not None
    assert noted["checksum"] == hashlib.sha256(houses.read_bytes()).hexdigest()
    assert noted["from"] == str(houses)
    assert add("california_housing", added.path).replaced, "a file may be added that is in its place already"

    data = california_housing()
    with np.load(houses) as raw:
        order = np.random.RandomState(113).permutation(20_640)
        assert data.x.tolist() == raw["x"][order][:16_512].astype(np.float32).tolist()  # type: ignore[union-attr]
    assert data.y_test is not None
    assert data.y_test.tolist() == order[16_512:].tolist()  # type: ignore[union-attr]
    assert california_housing(test_split=0.0, version="small").y_test is None


def test_the_published_bytes_need_no_note(houses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add("california_housing", houses)
    checksum = hashlib.sha256(houses.read_bytes()).hexdigest()
    published = replace(PUBLISHED["california_housing"], checksum=checksum)
    monkeypatch.setitem(table.PUBLISHED, "california_housing", published)
    added = add("california_housing", houses)
    assert added.is_published
    assert note_of(added.path) is None


def test_what_does_not_hold_the_data_is_refused(houses: Path, folder: Path) -> None:
    np.savez(folder / "short.npz", x=np.zeros((100, 8)), y=np.zeros(100))
    (folder / "index.json").write_text(json.dumps({"the": 1, "and": "2"}))
    for name, file, said in [
        ("california_housing", folder / "short.npz", r"shape \(100, 8\) of float64, not finite numbers of shape"),
        ("imdb", houses, "there is no array 'x_train'"),
        ("imdb_word_index", folder / "index.json", "is no mapping of words to their numbers"),
        ("cifar10", houses, "damaged, or not a .tar.gz file"),
        ("imdb", folder / "none.npz", "there is no such file"),
        ("imdb", folder, "is a folder"),
        ("mnist", houses, "mnist comes with an installed package"),
        ("imbd", houses, "did you mean 'imdb'?"),
    ]:
        with pytest.raises(DataError, match=said):
            add(name, file)
    assert not (folder / "imdb.npz").exists()


def test_a_folder_that_cannot_be_written_to(houses: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").touch()
    monkeypatch.setenv("DNNRUN_DATA", str(folder / "file" / "inside"))
    with pytest.raises(DataError, match=r"cannot be written to: Not a directory\n     = name another folder"):
        add("california_housing", houses)
