"""What a user's function may return beside arrays: tables of pandas, and tf.data.Dataset.

TensorFlow takes seconds to load: one process reads all of these, and the tests look at what it found.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.data.dataset import Dataset
from dnnrun.errors import DataError

Load = Callable[..., Dataset]

DATASETS = {
    "elements": "slices((x, y))",
    "batches": "slices((x, y)).batch(4)",
    "full batches": "slices((x, y)).batch(3, drop_remainder=True)",
    "prefetched": "slices((x, y)).shuffle(6, seed=0).batch(4).map(lambda a, b: (a, b)).prefetch(1)",
    "a pair": "(slices((x, y)).batch(4), slices((x[:2], y[:2])).batch(4))",
    "weights": "slices((x, y, w)).batch(4)",
    "one-hot": "slices((x, tf.one_hot(y, 2)))",
    "wide elements like their labels": "slices((x, x))",
    "images": "slices((np.zeros((6, 6, 5), np.uint8), y))",
    "named": "slices(({'left': x, 'right': x[:, :1]}, {'a': y, 'b': y}))",
    "texts": "slices((tf.constant(['né', 'b'] * 3), tf.constant(['no', 'yes'] * 3))).batch(4)",
    "unknown length": "slices((x, y)).filter(lambda a, b: b == 0)",
    "a generator": "tf.data.Dataset.from_generator(lambda: zip(x, y), output_types=(tf.float32, tf.int64))",
    "endless": "slices((x, y)).repeat()",
    "empty": "slices((x, y)).take(0)",
    "no labels": "slices(x)",
    "four": "slices((x, y, w, w))",
    "ragged": "slices((tf.ragged.constant([[1.0], [2.0, 3.0]]), [0, 1]))",
    "shapes that differ": (
        "tf.data.Dataset.from_generator(lambda: [([1.0], 0), ([1.0, 2.0], 1)], (tf.float32, tf.int64))"
    ),
    "fails": "slices((x, y)).map(lambda a, b: (tf.io.decode_raw(tf.io.read_file('nowhere.bin'), tf.uint8), b))",
    "nested": "slices(((x, x), y))",
    "named weights": "slices((x, y, {'w': w}))",
    "not UTF-8": "slices((tf.constant([b'a', b'\\xff']), [0, 1]))",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of each of the data sets: its arrays, or the message."""
    code = """
        import json
        import numpy as np
        import tensorflow as tf
        from dnnrun.data.dataset import mapped
        from dnnrun.data.returned import as_source_data
        from dnnrun.errors import DataError
        x, y = np.arange(12, dtype=np.float32).reshape(6, 2), np.arange(6) % 2
        w, slices = np.arange(6.0), tf.data.Dataset.from_tensor_slices
        def shown(arrays):
            if arrays is None:
                return None
            if isinstance(arrays, dict):
                return {name: shown(array) for name, array in arrays.items()}
            return [arrays.dtype.kind, list(arrays.shape), arrays.tolist()]
        found = {}
        for name, made in json.loads(DATASETS).items():
            try:
                data = as_source_data(eval(made), "mine:make")
                parts = ("x", "y", "x_test", "y_test", "weights", "weights_test")
                found[name] = {part: shown(getattr(data, part)) for part in parts}
            except DataError as error:
                found[name] = str(error)
        print(json.dumps(found))
    """
    script = tmp_path_factory.mktemp("tf") / "read.py"
    script.write_text(f"DATASETS = {json.dumps(DATASETS)!r}\n{textwrap.dedent(code)}")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("name", ["elements", "batches", "full batches", "a generator"])
def test_elements_and_batches_are_the_same_rows(name: str, found: dict[str, Any]) -> None:
    assert found[name]["x"] == ["f", [6, 2], X.tolist()]
    assert found[name]["y"] == ["i", [6], Y]
    assert found[name]["x_test"] is None


def test_rows_keep_the_order_of_the_data_set(found: dict[str, Any]) -> None:
    x, y = found["prefetched"]["x"][2], found["prefetched"]["y"][2]
    assert sorted(x) == X.tolist()
    assert [int(row[0] / 2) % 2 for row in x] == y


def test_a_pair_is_training_and_test(found: dict[str, Any]) -> None:
    assert found["a pair"]["x"][1] == [6, 2]
    assert found["a pair"]["x_test"] == ["f", [2, 2], X[:2].tolist()]
    assert found["a pair"]["y_test"] == ["i", [2], Y[:2]]


def test_what_comes_third_are_weights(found: dict[str, Any]) -> None:
    assert found["weights"]["weights"] == ["f", [6], [0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("one-hot", [6, 2], [6, 2]),
        ("wide elements like their labels", [6, 2], [6, 2]),
        ("images", [6, 6, 5], [6]),
        ("unknown length", [3, 2], [3]),
    ],
)
def test_shapes(name: str, x: list[int], y: list[int], found: dict[str, Any]) -> None:
    assert (found[name]["x"][1], found[name]["y"][1]) == (x, y)


def test_names_are_kept(found: dict[str, Any]) -> None:
    assert {name: array[1] for name, array in found["named"]["x"].items()} == {"left": [6, 2], "right": [6, 1]}
    assert {name: array[2] for name, array in found["named"]["y"].items()} == {"a": Y, "b": Y}


def test_texts_are_decoded(found: dict[str, Any]) -> None:
    assert found["texts"]["x"] == ["O", [6], ["né", "b"] * 3]
    assert found["texts"]["y"][2] == ["no", "yes"] * 3


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("endless", "mine:make: the tf.data.Dataset has no end", "take out repeat()"),
        ("empty", "mine:make: the tf.data.Dataset has no elements", "right files"),
        ("no labels", "mine:make: the elements of the tf.data.Dataset are a TensorSpec", "its elements are (x, y)"),
        ("four", "mine:make: the elements of the tf.data.Dataset are tuples of 4", "its elements are (x, y)"),
        (
            "shapes that differ",
            "mine:make: features of element 1 have shape (2,), and of element 0 (1,), counted from 0",
            "padding",
        ),
        (
            "fails",
            "mine:make: the tf.data.Dataset cannot be read: Error in user-defined function",
            "list(dataset.take(1))",
        ),
        ("nested", "mine:make: features are tuples within tuples", "dicts of arrays"),
        ("named weights", "mine:make: the weights are a dict", "one weight for each row"),
        ("not UTF-8", "mine:make: features: a text is not UTF-8, number 1, counted from 0", "UTF-8"),
        ("ragged", "mine:make: ", "= "),
    ],
)
def test_what_cannot_be_trained_on(name: str, message: str, hint: str, found: dict[str, Any]) -> None:
    assert isinstance(found[name], str), found[name]
    headline, _, rest = found[name].partition("\n")
    assert headline.startswith(message)
    assert hint in rest


def test_the_columns_of_a_table_of_pandas_have_their_names(load: Load) -> None:
    Path("mine.py").write_text(
        "import pandas as pd\nx = pd.DataFrame({'a': [1, 2, 3], 'b': [True, False, True]})\n"
        "def make():\n    return (x, pd.Series([0, 1, 0])), (x[:1], pd.Series([1]))\n"
    )
    data = load("source: mine:make", loss="sparse_categorical_crossentropy")
    assert data.feature_names == ("a", "b")
    assert data.train.x.astype(float).tolist() == [[1, 1], [2, 0], [3, 1]]
    assert data.splits["test"].x.astype(float).tolist() == [[1, 1]]


def test_a_table_with_texts_is_given_by_column(load: Load) -> None:
    Path("mine.py").write_text(
        "import pandas as pd\ndef make():\n    return pd.DataFrame({'rooms': [1, 2], 'city': ['Ulm', 'Bonn'], "
        "'kind': pd.Categorical(['a', 'b'])}), pd.Series([0.5, 1])\n"
    )
    data = load("source: mine:make")
    assert isinstance(data.train.x, dict)
    assert {name: column.tolist() for name, column in data.train.x.items()} == {
        "rooms": [[1], [2]], "city": [["Ulm"], ["Bonn"]], "kind": [["a"], ["b"]]
    }  # fmt: skip
    assert data.train.x["rooms"].dtype == np.float32
    assert data.feature_names == ("rooms", "city", "kind")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("{'a': ['x', None], 'b': [1, 2]}", "the column 'a' has no value in 1 of 2 rows"),
        ("{'a': ['x', 3], 'b': [1, 2]}", "the column 'a' holds a int, 3, among other things"),
        ("{'a': pd.to_datetime(['2020-01-01', '2020-01-02']), 'b': [1, 2]}", "the column 'a' holds dates or times"),
    ],
)
def test_columns_that_cannot_be_trained_on(frame: str, message: str, load: Load) -> None:
    Path("mine.py").write_text(f"import pandas as pd\ndef make():\n    return pd.DataFrame({frame}), [0, 1]\n")
    with pytest.raises(DataError, match=message):
        load("source: mine:make")


def test_two_columns_of_one_name(load: Load) -> None:
    Path("mine.py").write_text(
        "import pandas as pd\ndef make():\n    return pd.DataFrame([[1, 2]] * 2, columns=['a', 'a']), [0, 1]\n"
    )
    with pytest.raises(DataError, match="two columns called 'a'"):
        load("source: mine:make")
