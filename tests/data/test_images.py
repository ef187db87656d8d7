"""Folders of images: what is read, in which order and form, and what is told of them without reading."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dnnrun.components import Component
from dnnrun.config.load import complete
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.defaults import with_defaults
from dnnrun.data.facts.cheap import cheap_facts
from dnnrun.data.facts.of_arrays import facts_of_source
from dnnrun.data.facts.of_images import facts_of_images
from dnnrun.data.facts.sizes import MOST_FILES, is_small
from dnnrun.data.load import load_dataset
from dnnrun.data.memory import expected_bytes
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.images import read_images, stream_images
from dnnrun.errors import DataError

SPARSE = "sparse_categorical_crossentropy"
GREY = np.arange(60, dtype=np.uint8).reshape(6, 10) * 4
COLOR = np.stack([GREY, 255 - GREY, GREY // 2], axis=-1)
Load = Callable[..., Dataset]


def save(path: str, pixels: np.ndarray | Image.Image, **options: object) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)


def two_classes(folder: str = "pets", pixels: np.ndarray = GREY) -> None:
    save(f"{folder}/cat/a.png", pixels)
    save(f"{folder}/cat/b.png", pixels[::-1])
    save(f"{folder}/dog/a.png", pixels // 2)


def test_grey_images_with_the_names_of_their_folders(load: Load) -> None:
    two_classes()
    data = load("source: {images: pets}", loss=SPARSE)
    assert data.train.x.dtype == np.uint8
    assert data.train.x.tolist() == [GREY.tolist(), (GREY // 2).tolist(), GREY[::-1].tolist()]
    assert data.class_names == ("cat", "dog")
    assert data.train.y.tolist() == [0, 1, 0]
    assert data.is_image


@pytest.mark.parametrize("form", ["png", "bmp", "gif", "PNG"])
def test_formats_that_lose_nothing(form: str) -> None:
    save(f"pets/cat/a.{form}", GREY)
    save(f"pets/dog/a.{form}", GREY // 2)
    assert read_images("pets").x.tolist() == [GREY.tolist(), (GREY // 2).tolist()]


def test_a_photograph(load: Load) -> None:
    save("pets/cat/a.jpeg", np.full((40, 30, 3), (200, 100, 0), np.uint8), quality=95)
    save("pets/dog/a.JPG", np.full((40, 30, 3), (0, 100, 200), np.uint8), quality=95)
    x = load("source: {images: pets}", loss=SPARSE).train.x
    assert x.shape == (2, 40, 30, 3)
    assert np.abs(x[0, 5, 5].astype(int) - [200, 100, 0]).max() < 8


def test_images_are_rescaled_by_default(experiment: Callable[..., Experiment]) -> None:
    two_classes(pixels=COLOR)
    config = experiment("source: {images: pets}", loss=SPARSE)
    data = load_dataset(config)
    preprocess = with_defaults(config, inputs=data.inputs, images=data.images).dataset.preprocess
    assert [layer.name for layer in preprocess or ()] == ["Rescaling"]


def test_one_image_with_colours_gives_all_three_channels() -> None:
    two_classes()
    save("pets/dog/z.png", COLOR)
    x = read_images("pets").x
    assert x.shape == (4, 6, 10, 3)
    assert x[0].tolist() == np.repeat(GREY[..., None], 3, axis=-1).tolist()
    assert x[3].tolist() == COLOR.tolist()


def test_colours_as_they_are_asked_for() -> None:
    two_classes(pixels=COLOR)
    grey = read_images("pets", color="grey").x
    assert grey[0].tolist() == np.asarray(Image.fromarray(COLOR).convert("L")).tolist()
    two_classes("grey")
    assert read_images("grey", color="rgb").x.shape == (3, 6, 10, 3)


@pytest.mark.parametrize(
    ("mode", "shape"), [("1", ()), ("L", ()), ("LA", ()), ("P", (3,)), ("RGB", (3,)), ("RGBA", (3,))]
)
def test_every_kind_of_png(mode: str, shape: tuple[int, ...]) -> None:
    for name in ("cat", "dog"):
        save(f"pets/{name}/a.png", Image.fromarray(COLOR).convert(mode))
    x = read_images("pets").x
    assert x.shape == (2, 6, 10, *shape)
    expected = Image.fromarray(COLOR).convert(mode).convert("RGB" if shape else "L")
    assert x[0].tolist() == np.asarray(expected).tolist()


def test_sixteen_bits_a_pixel_are_not_cut_off() -> None:
    for name in ("cat", "dog"):
        save(f"pets/{name}/a.png", Image.fromarray(GREY.astype(np.uint16) * 257))
    assert read_images("pets").x[0].tolist() == GREY.tolist()


def test_images_of_several_sizes_are_resized_to_the_one_asked_for() -> None:
    two_classes()
    save("pets/dog/z.png", np.full((50, 20), 77, np.uint8))
    x = read_images("pets", size=(5, 4)).x
    assert x.shape == (4, 5, 4)
    assert (x[3] == 77).all()
    assert x[0].tolist() == np.asarray(Image.fromarray(GREY).resize((4, 5), Image.Resampling.BILINEAR)).tolist()


def test_a_test_set_and_validation_rows_of_their_own(load: Load) -> None:
    two_classes()
    save("held/dog/a.png", GREY)
    two_classes("more")
    data = load("{source: {images: {path: pets, test: held}}, validation: {images: more}}", loss=SPARSE)
    assert data.splits["test"].y.tolist() == [1], "a class that the test set lacks moves no number"
    assert len(data.splits["validation"]) == 3


def test_folders_called_train_and_test_are_taken_for_that() -> None:
    two_classes("pets/train")
    two_classes("pets/test", GREY // 3)
    two_classes("pets/val")
    data = read_images("pets")
    assert sorted(data.y.tolist()) == ["cat", "cat", "dog"]
    assert data.x_test is not None
    assert data.x_test[0].tolist() == (GREY // 3).tolist()


def test_a_class_may_be_called_train() -> None:
    save("vehicles/train/a.png", GREY)
    save("vehicles/bus/a.png", GREY)
    assert read_images("vehicles").y.tolist() == ["bus", "train"]


def test_folders_in_folders_hidden_files_and_links() -> None:
    two_classes()
    save("pets/dog/more/deep.png", GREY)
    Path("pets/dog/.DS_Store").write_text("x")
    Path("pets/dog/Thumbs.db").write_text("x")
    Path("pets/README.md").write_text("about it")
    Path("pets/.git").mkdir()
    Path("pets/dog/link.png").symlink_to(Path("pets/cat/a.png").resolve())
    Path("pets/bird").symlink_to(Path("pets/cat").resolve())
    data = read_images("pets")
    names = [str(file.relative_to("pets")) for file in data.files]
    assert names == ["cat/a.png", "dog/a.png", "cat/b.png", "dog/more/deep.png"]


def test_the_fingerprint_is_that_of_the_files_and_their_classes() -> None:
    two_classes()
    before = read_images("pets").fingerprint()
    assert read_images("pets", size=(3, 3)).fingerprint() == before
    Path("pets/cat/b.png").rename("pets/dog/b.png")  # the files follow each other as before
    moved = read_images("pets").fingerprint()
    Path("pets/dog/b.png").rename("pets/cat/b.png")
    assert (moved != before, read_images("pets").fingerprint()) == (True, before)
    save("pets/dog/a.png", GREY)
    assert read_images("pets").fingerprint() not in {before, moved}


def test_reading_twice_gives_the_same_whatever_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(200):
        save(f"pets/{'cat' if i % 2 else 'dog'}/{i}.png", np.full((4, 4), i, np.uint8))
    first = read_images("pets")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    second = read_images("pets")
    assert (first.x == second.x).all()
    assert first.fingerprint() == second.fingerprint()
    assert sorted(first.x[:, 0, 0].tolist()) == list(range(200))


def test_the_classes_take_turns() -> None:
    for i in range(12):
        save(f"pets/{'cat' if i < 8 else 'dog'}/{i:02}.png", GREY)
    assert "".join(label[0] for label in read_images("pets").y) == "cdccdccdccdc"


def test_pieces_are_the_same_rows_as_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(7):
        save(f"pets/train/{'cat' if i % 2 else 'dog'}/{i}.png", GREY + i if i != 3 else COLOR)
        save(f"pets/test/{'cat' if i % 2 else 'dog'}/{i}.png", GREY - i)
    monkeypatch.setattr("dnnrun.data.sources.images._PIECE", 3 * COLOR.size)
    whole, parts = read_images("pets"), stream_images("pets")
    for chunks, x in ((parts.x, whole.x), (parts.x_test, whole.x_test)):
        assert chunks.rows == (3, 3, 1)
        pieces = [chunks.read(piece) for piece in (2, 0, 1)]
        assert np.concatenate([pieces[1], pieces[2], pieces[0]]).tolist() == x.tolist()
    assert (parts.y == whole.y).all()
    assert parts.fingerprint() == whole.fingerprint()
    save("pets/train/cat/9.png", GREY[:3])
    with pytest.raises(ArgumentError, match="there are 2 sizes"):
        stream_images("pets")
    resized = stream_images("pets", size=(2, 3))
    assert resized.x.read(0).tolist() == read_images("pets", size=(2, 3)).x[: resized.x.rows[0]].tolist()


def test_how_much_memory_they_take() -> None:
    two_classes(pixels=COLOR)
    two_classes("more")
    source = Component("images", {"path": "pets", "test": "more"})
    assert expected_bytes(source) == 6 * COLOR.size
    assert expected_bytes(Component("images", {"path": "more", "size": (2, 3)})) == 3 * 6
    assert expected_bytes(Component("images", {"path": "nowhere"})) == 0


def test_images_stay_on_disk_by_config(load: Load) -> None:
    two_classes()
    lines = "{source: {images: pets}, test_split: 0.34, in_memory: %s, shuffle: false}"
    kept, read = load(lines % "false", loss=SPARSE), load(lines % "true", loss=SPARSE)
    assert kept.is_streamed
    for name, rows in read.splits.items():
        assert kept.splits[name].take(slice(None)).x.tolist() == rows.x.tolist()
        assert kept.splits[name].y.tolist() == rows.y.tolist()
    assert kept.images == read.images
    assert kept.fingerprint == read.fingerprint


def test_what_becomes_of_a_file_during_the_training() -> None:
    two_classes()
    chunks = stream_images("pets").x
    save("pets/cat/b.png", GREY)
    with pytest.raises(DataError, match=r"cat/b.png: the file has changed since the training began"):
        chunks.read(0)
    Path("pets/cat/b.png").unlink()
    with pytest.raises(DataError, match=r"cat/b.png: cannot be read: No such file"):
        chunks.read(0)


@pytest.mark.parametrize(
    ("form", "pixels", "arguments"),
    [
        ("png", GREY, {}),
        ("png", COLOR, {}),
        ("jpg", GREY, {}),
        ("jpg", COLOR, {"size": (4, 4)}),
        ("bmp", COLOR, {}),
        ("gif", COLOR, {"color": "rgb"}),
        ("gif", GREY, {"color": "grey", "size": (3, 5)}),
    ],
)
def test_facts_told_by_the_first_bytes_are_those_of_the_arrays(
    form: str, pixels: np.ndarray, arguments: dict[str, object]
) -> None:
    for name in ("train/cat/a", "train/cat/b", "train/dog/a", "test/cat/a"):
        save(f"pets/{name}.{form}", pixels)
    told, found = facts_of_images("pets", **arguments), facts_of_source(read_images("pets", **arguments))
    assert told is not None
    assert found is not None
    assert (told.rows, told.test_rows, told.shape) == (found.rows, found.test_rows, found.shape)
    assert told.label_counts == found.label_counts == {"cat": 2, "dog": 1}
    assert (told.is_image, told.is_whole, told.has_numbers) == (found.is_image, found.is_whole, found.has_numbers)


def test_nothing_is_told_of_images_that_may_be_refused_or_take_decoding() -> None:
    assert facts_of_images("none") is None
    two_classes()
    save("pets/dog/z.png", GREY[:3])
    assert facts_of_images("pets") is None
    assert facts_of_images("pets", size=(3, 3)) is not None
    Path("pets/dog/z.png").write_bytes(b"")
    assert facts_of_images("pets") is None
    save("palettes/cat/a.gif", GREY)
    save("palettes/dog/a.gif", GREY)
    assert facts_of_images("palettes") is None
    assert facts_of_images("palettes", size=(3,)) is None


def test_a_config_of_images_is_checked_without_numpy() -> None:
    two_classes()
    code = (
        "import sys; from dnnrun.data.facts.of_images import facts_of_images; print(facts_of_images('pets').shape, "
        "[m for m in ('numpy', 'PIL', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(6, 10) []\n"


def test_what_a_config_is_told() -> None:
    two_classes()
    layers = ["Flatten", {"Dense": 2}]
    config = complete(
        {"dataset": {"source": {"images": "pets"}}, "model": {"layers": layers}, "optimizer": "Adam", "loss": SPARSE}
    )
    facts = cheap_facts(config)
    assert facts is not None
    assert (facts.task, facts.classes, facts.label_counts) == ("classification", ("cat", "dog"), (2, 1))


def test_only_a_small_folder_is_read_while_a_config_is_checked() -> None:
    two_classes()
    assert is_small(Path("pets"))
    for i in range(MOST_FILES):
        Path(f"pets/cat/{i}.txt").touch()
    assert not is_small(Path("pets"))
