"""The data sources by name: the one table a new source is added to.

Each is a function in `dnnrun.data.sources`, named here by import path so that a config can be checked without loading
it; a test holds the arguments given here against its signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_HOME = "dnnrun.data.sources"


# The arguments of keras.datasets.imdb.load_data and keras.utils.pad_sequences, with their defaults.
_WORD_NUMBERS = {
    "num_words": None,
    "skip_top": 0,
    "maxlen": None,
    "padding": "pre",
    "truncating": "pre",
    "seed": 113,
    "start_char": 1,
    "oov_char": 2,
    "index_from": 3,
}


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """Where a source's function is, what it gives, and the arguments that a config may give it.

    Args:
        function: by import path.
        doc: what it gives, in a line.
        required: arguments that must be given.
        optional: the others, with their defaults.
        files: which of these name files.
        stream: the function, by import path, that leaves the features on disk; it takes the same arguments. None where
            there is none.
        expands: how many bytes of memory a byte of the files makes, roughly.
        takes: the function, by import path, that says how many bytes of memory the rows take, where the sizes of the
            files tell little; it takes the same arguments.
        is_slow: whether reading it starts a package that takes seconds, so that it is not tried while a config is
            checked.
    """

    function: str
    doc: str
    required: tuple[str, ...] = ()
    optional: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    stream: str | None = None
    expands: float = 1.0
    takes: str | None = None
    is_slow: bool = False


SOURCES: dict[str, SourceEntry] = {
    "mnist": SourceEntry(
        f"{_HOME}.bundled:mnist", "60,000 training and 10,000 test images of handwritten digits, bundled."
    ),
    "fashion_mnist": SourceEntry(
        f"{_HOME}.bundled:fashion_mnist", "60,000 training and 10,000 test images of ten kinds of clothes, bundled."
    ),
    "iris": SourceEntry(f"{_HOME}.bundled:iris", "150 flowers of three species with four lengths each, bundled."),
    "pima": SourceEntry(f"{_HOME}.bundled:pima", "768 patients, eight measurements, diabetes or not, bundled."),
    "boston_housing": SourceEntry(
        f"{_HOME}.bundled:boston_housing", "506 districts of Boston, thirteen features, house values, bundled."
    ),
    "wine": SourceEntry(
        f"{_HOME}.scikit:wine", "178 wines of three growers, thirteen measurements, from scikit-learn."
    ),
    "breast_cancer": SourceEntry(
        f"{_HOME}.scikit:breast_cancer", "569 tumours, malignant or benign, thirty measurements, from scikit-learn."
    ),
    "digits": SourceEntry(f"{_HOME}.scikit:digits", "1,797 images of handwritten digits, 8 by 8, from scikit-learn."),
    "diabetes": SourceEntry(
        f"{_HOME}.scikit:diabetes",
        "442 patients, ten measurements, progress of the disease, from scikit-learn.",
        optional={"scaled": True},
    ),
    "cifar10": SourceEntry(f"{_HOME}.cifar:cifar10", "50,000 and 10,000 colour images of ten kinds of things."),
    "cifar100": SourceEntry(
        f"{_HOME}.cifar:cifar100",
        "50,000 and 10,000 colour images of a hundred kinds of things.",
        optional={"label_mode": "fine"},
    ),
    "imdb": SourceEntry(
        f"{_HOME}.word_numbers:imdb",
        "25,000 and 25,000 film reviews, negative or positive, as word numbers.",
        optional=_WORD_NUMBERS,
    ),
    "reuters": SourceEntry(
        f"{_HOME}.word_numbers:reuters",
        "11,228 newswires on 46 topics, as word numbers.",
        optional={**_WORD_NUMBERS, "test_split": 0.2},
    ),
    "california_housing": SourceEntry(
        f"{_HOME}.california:california_housing",
        "20,640 districts of California, eight features, house values.",
        optional={"version": "large", "test_split": 0.2, "seed": 113},
    ),
    "csv": SourceEntry(
        f"{_HOME}.csv:read_csv",
        "A table in CSV files, packed by gzip or not: numbers, true and false, and text.",
        ("path", "target"),
        {
            **dict.fromkeys(("test", "separator", "header"), None),
            **dict.fromkeys(("columns", "drop"), ()),
            **dict.fromkeys(("weights", "group", "time", "impute", "fill"), None),
            "missing": (),
            "decimal": ".",
            "encoding": "utf-8",
        },
        ("path", "test"),
        stream=f"{_HOME}.csv:stream_csv",
        expands=0.5,  # a number takes four bytes, and about ten as text
    ),
    "parquet": SourceEntry(
        f"{_HOME}.parquet:read_parquet",
        "A table in Parquet files: numbers, truths and text.",
        ("path", "target"),
        {
            "test": None,
            "drop": (),
            **dict.fromkeys(("weights", "group", "time", "impute", "fill"), None),
            "missing": (),
        },
        ("path", "test"),
        stream=f"{_HOME}.parquet:stream_parquet",
        expands=2.0,
    ),
    "npz": SourceEntry(
        f"{_HOME}.npz:read_npz",
        "Arrays in a file made with numpy.savez.",
        ("path",),
        dict.fromkeys(("x_train", "y_train", "x_test", "y_test", "class_names")),
        ("path",),
    ),
    "npy": SourceEntry(
        f"{_HOME}.npy:read_npy",
        "Arrays, each in a file made with numpy.save.",
        ("x", "y"),
        dict.fromkeys(("x_test", "y_test", "class_names")),
        ("x", "y", "x_test", "y_test"),
    ),
    "text": SourceEntry(
        f"{_HOME}.text:read_text",
        "Texts with labels: a column of CSV files, or .txt files in a folder for each class.",
        ("path",),
        {**dict.fromkeys(("text", "target", "test", "separator")), "encoding": "utf-8"},
        ("path", "test"),
    ),
    "tfrecord": SourceEntry(
        f"{_HOME}.tfrecord:read_tfrecord",
        "Records in TFRecord files, described feature by feature.",
        ("path", "features", "target"),
        {"test": None, "weights": None, "compression": "auto", "class_names": None},
        ("path", "test"),
        stream=f"{_HOME}.tfrecord:stream_tfrecord",
    ),
    "images": SourceEntry(
        f"{_HOME}.images:read_images",
        "Pictures in files, a folder for each class.",
        ("path",),
        {"size": None, "color": "auto", "test": None},
        ("path", "test"),
        stream=f"{_HOME}.images:stream_images",
        takes=f"{_HOME}.images:bytes_of_images",
    ),
    "tfds": SourceEntry(
        f"{_HOME}.tfds:read_tfds",
        "A data set of TensorFlow Datasets, by name.",
        ("name",),
        {"train": "train", **dict.fromkeys(("test", "features", "target", "data_dir"))},
        ("data_dir",),
        is_slow=True,
    ),
    "huggingface": SourceEntry(
        f"{_HOME}.huggingface:read_huggingface",
        "A data set of Hugging Face, by name, or saved in a folder.",
        ("name",),
        {
            **dict.fromkeys(("folder", "config")),
            "train": "train",
            **dict.fromkeys(("test", "features", "target")),
        },
        ("folder",),
        is_slow=True,
    ),
}
