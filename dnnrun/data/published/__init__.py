"""The data sets that others publish as files: what they are called, where they come from, how they are known again.

Names, addresses and checksums are those in the source of `keras.datasets`, where the files lie under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_TORONTO = "https://www.cs.toronto.edu/~kriz"
_READERS = "dnnrun.data.sources"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file that is looked for on this machine, and else downloaded.

    Args:
        file: its name.
        url: the folder from which it is downloaded.
        checksum: MD5 or SHA-256 in hexadecimal digits, told apart by their number.
        size: in bytes, as published.
        check: import path of the function that returns what is in the file at a path, and raises `DataError` where that
            is something else.
        other_names: under which it is found as well.
        folders: what its archive is unpacked to, which does as well.
    """

    file: str
    url: str
    checksum: str
    size: int
    check: str
    other_names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


PUBLISHED: dict[str, PublishedFile] = {
    "cifar10": PublishedFile(
        "cifar-10-python.tar.gz",
        _TORONTO,
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        170_498_071,
        f"{_READERS}.cifar:check_cifar10",
        ("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"),
        ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"),
    ),
    "cifar100": PublishedFile(
        "cifar-100-python.tar.gz",
        _TORONTO,
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        169_001_437,
        f"{_READERS}.cifar:check_cifar100",
        ("cifar-100-python-target_archive",),
        ("cifar-100-python-target/cifar-100-python", "cifar-100-python"),
    ),
    "imdb": PublishedFile(
        "imdb.npz",
        _KERAS,
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        17_464_789,
        f"{_READERS}.word_numbers:check_imdb",
    ),
    "imdb_word_index": PublishedFile(
        "imdb_word_index.json",
        _KERAS,
        "bfafd718b763782e994055a2d397834f",
        1_641_221,
        f"{_READERS}.word_numbers:check_word_index",
    ),
    "reuters": PublishedFile(
        "reuters.npz",
        _KERAS,
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        2_110_848,
        f"{_READERS}.word_numbers:check_reuters",
    ),
    "reuters_word_index": PublishedFile(
        "reuters_word_index.json",
        _KERAS,
        "4d44cc38712099c9e383dc6e5f11a921",
        550_378,
        f"{_READERS}.word_numbers:check_word_index",
    ),
    "california_housing": PublishedFile(
        "california_housing.npz",
        _KERAS,
        "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
        743_530,
        f"{_READERS}.california:check_california",
    ),
}
