"""The facts of data sets that may not have been downloaded yet, as published, for the arguments of a config.

Where the data is at hand, a test compares them with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.data.facts import SourceFacts
from dnnrun.data.published.contents import CALIFORNIA, CIFAR10, CIFAR100_COARSE, CIFAR100_FINE, REUTERS_TOPICS


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is known of texts that are kept as word numbers.

    Args:
        rows: all of them, or those of the training set where there is a test set.
        test_rows: of the test set, or None where it is taken off the rows.
        words: the greatest word number in the training rows.
        longest: how many words the longest text has.
        label_counts: of the training rows, by class number.
        class_names: likewise.
    """

    rows: int
    test_rows: int | None
    words: int
    longest: int
    label_counts: tuple[int, ...]
    class_names: tuple[str, ...]


_IMDB = _Texts(25_000, 25_000, 88_584, 2493, (12_500, 12_500), ("negative", "positive"))
# Counted by others with the default arguments; for another share of test rows they are about in proportion.
_REUTERS_COUNTS = (
    *(55, 432, 74, 3159, 1949, 17, 48, 16, 139, 101, 124, 390, 49, 172, 26, 20, 444, 39, 66, 549, 269, 100, 15, 41, 62),
    *(92, 24, 15, 48, 19, 45, 39, 32, 11, 50, 10, 49, 19, 19, 24, 36, 30, 13, 21, 12, 18),
)
_REUTERS = _Texts(11_228, None, 30_979, 2375, _REUTERS_COUNTS, REUTERS_TOPICS)
_OF_NO_CONSEQUENCE = {"skip_top", "padding", "truncating", "seed"}
_CALIFORNIA_ROWS = {"small": 600, "large": 20_640}


def facts_of_published(name: str, arguments: Mapping[str, Any]) -> SourceFacts | None:
    """Return what a published data set holds, or None for another one, or where its arguments leave that open.

    Args:
        name: of the source.
        arguments: as a config gives them.
    """
    try:
        return _FACTS[name](**arguments) if name in _FACTS else None
    except (TypeError, ValueError, KeyError):  # wrong arguments, which the source itself explains
        return None


def _cifar10() -> SourceFacts:
    return _of_pictures(CIFAR10)


def _cifar100(label_mode: str = "fine") -> SourceFacts:
    return _of_pictures({"fine": CIFAR100_FINE, "coarse": CIFAR100_COARSE}[label_mode])


def _imdb(**arguments: Any) -> SourceFacts | None:
    return _of_texts(_IMDB, **arguments)


def _reuters(test_split: float = 0.2, **arguments: Any) -> SourceFacts | None:
    return _of_texts(_REUTERS, test_split=test_split, **arguments)


def _california(version: str = "large", test_split: float = 0.2, seed: int = 113) -> SourceFacts:
    del seed  # only orders the rows
    rows, test_rows = _parted(_CALIFORNIA_ROWS[version], test_split)
    return SourceFacts(
        rows=rows,
        test_rows=test_rows,
        shape=(len(CALIFORNIA),),
        is_whole=False,
        is_image=False,
        input_range=(-124.35, 35_682.0),
        label_columns=1,
        has_numbers=True,
        has_fractions=False,
        are_one_hot=False,
        label_counts=None,
        label_range=(14_999.0, 500_001.0),
        columns=dict.fromkeys(CALIFORNIA, "number"),
    )


_FACTS: dict[str, Callable[..., SourceFacts | None]] = {
    "cifar10": _cifar10,
    "cifar100": _cifar100,
    "imdb": _imdb,
    "reuters": _reuters,
    "california_housing": _california,
}


def _of_pictures(class_names: tuple[str, ...]) -> SourceFacts:
    classes = len(class_names)
    return SourceFacts(
        rows=50_000,
        test_rows=10_000,
        shape=(32, 32, 3),
        is_whole=True,
        is_image=True,
        input_range=(0.0, 255.0),
        label_columns=1,
        has_numbers=True,
        has_fractions=False,
        are_one_hot=False,
        label_counts={str(number): 50_000 // classes for number in range(classes)},
        label_range=(0.0, classes - 1.0),
        class_names=class_names,
    )


def _of_texts(
    texts: _Texts,
    num_words: int | None = None,
    maxlen: int | None = None,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    test_split: float | None = None,
    **others: Any,
) -> SourceFacts | None:
    if not set(others) <= _OF_NO_CONSEQUENCE:
        return None
    if maxlen is None and oov_char is None:
        return None  # how long the longest is then depends on which words are left out
    rows, test_rows = (texts.rows, texts.test_rows) if test_split is None else _parted(texts.rows, test_split)
    greatest = texts.words + index_from
    counted = sum(texts.label_counts)
    return SourceFacts(
        rows=rows,
        test_rows=test_rows,
        shape=(maxlen or texts.longest + (start_char is not None),),
        is_whole=True,
        is_image=False,
        input_range=(0.0, float(min(num_words or greatest, greatest + 1) - 1)),
        label_columns=1,
        has_numbers=True,
        has_fractions=False,
        are_one_hot=False,
        label_counts={str(n): max(1, count * rows // counted) for n, count in enumerate(texts.label_counts)},
        label_range=(0.0, len(texts.class_names) - 1.0),
        class_names=texts.class_names,
    )


def _parted(rows: int, test_split: float) -> tuple[int, int | None]:
    """Return how many rows remain and are held out, counted as Keras does."""
    kept = int(rows * (1 - test_split))
    return kept, (rows - kept) or None
