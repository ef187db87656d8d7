"""Data sets of TensorFlow Datasets, by name.

Its package runs TensorFlow to read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dnnrun.data.collecting import Collected, collect
from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.published.places import is_offline
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.feature_arrays import are_columns, together
from dnnrun.data.sources.hub import first_line, not_to_be_had, package
from dnnrun.errors import suggest

_CALLED = "TensorFlow Datasets"


def read_tfds(
    name: str,
    *,
    train: str = "train",
    test: str | None = None,
    features: str | Sequence[str] | None = None,
    target: str | None = None,
    data_dir: str | None = None,
) -> SourceData:
    """Read a data set of TensorFlow Datasets; it is downloaded and prepared where it is not yet.

    Args:
        name: as ``tfds.load`` takes it: ``mnist``, ``glue/sst2``, ``mnist:3.0.1``.
        train: the split to learn from, such as ``train`` or ``train[:80%]``.
        test: the test set's split; default: ``test`` if there is one and ``train`` is another.
        features: those to learn from; default: what the data set itself says.
        target: the one to predict; likewise.
        data_dir: where data sets are kept; default: TensorFlow Datasets' own folder.

    Raises:
        DataError: the package is not installed, the data set is not there and cannot be had, or a split or a feature
            is not in it.
    """
    tfds = package("tensorflow_datasets", "tfds", _CALLED)
    builder = _prepared(tfds, name, data_dir)
    splits = list(builder.info.splits)
    if test is None and "test" in splits and not train.startswith("test"):
        test = "test"
    inputs, output = _features_of(builder.info, name, features, target)
    chosen = [_read(builder, split, argument, inputs, output) for split, argument in ((train, "train"), (test, "test"))]
    training, held_out = chosen
    assert training is not None
    names = getattr(builder.info.features[output], "names", None)
    x, y = _arrays(training)
    x_test, y_test = _arrays(held_out) if held_out else (None, None)
    return SourceData(
        together(x),
        y,
        None if x_test is None else together(x_test),
        y_test,
        class_names=tuple(names) if names else None,
        feature_names=tuple(x) if are_columns(x) else None,
    )


def _prepared(tfds: Any, name: str, data_dir: str | None) -> Any:
    """Return what reads a data set, once its files are there."""
    folder = data_dir or str(Path(tfds.core.constants.DATA_DIR).expanduser())
    try:
        builder = tfds.builder(name, data_dir=data_dir, try_gcs=False)
    except Exception as error:
        near = suggest(name, tfds.list_builders(with_community_datasets=False))
        what = f"{_CALLED} has no {name!r}, nor is it in {folder}: {first_line(error)}"
        raise ArgumentError("name", what, near or "tensorflow.org/datasets/catalog lists them") from error
    if builder.is_prepared():
        return builder
    if is_offline():
        raise not_to_be_had(name, _CALLED, str(builder.data_dir), None)
    try:
        builder.download_and_prepare()
    except Exception as error:
        raise not_to_be_had(name, _CALLED, str(builder.data_dir), error) from error
    return builder


def _features_of(
    info: Any, name: str, features: str | Sequence[str] | None, target: str | None
) -> tuple[tuple[str, ...], str]:
    own = info.supervised_keys
    is_pair = isinstance(own, tuple) and len(own) == 2 and all(isinstance(key, str) for key in own)
    if target is None and not is_pair:
        what = f"{name} does not say what is to be predicted"
        raise ArgumentError("target", what, f"name the target; its features: {', '.join(info.features)}")
    output = target if target is not None else own[1]
    if features is not None:
        inputs = (features,) if isinstance(features, str) else tuple(features)
    else:
        inputs = (own[0],) if is_pair and own[0] != output else tuple(key for key in info.features if key != output)
    for argument, keys in (("target", (output,)), ("features", inputs)):
        for key in keys:
            if key not in info.features:
                hint = f"{suggest(key, info.features)}\nthere are: {', '.join(info.features)}".strip()
                raise ArgumentError(argument, f"{name} has no feature {key!r}", hint)
    return inputs, output


def _read(builder: Any, split: str | None, argument: str, inputs: Sequence[str], output: str) -> Collected | None:
    if split is None:
        return None
    base = split.partition("[")[0]
    if base not in builder.info.splits and base != "all" and "+" not in split:
        hint = f"{suggest(base, builder.info.splits)}\nthere are: {', '.join(builder.info.splits)}".strip()
        raise ArgumentError(argument, f"{builder.name} has no split {split!r}", hint)
    try:
        rows = builder.as_dataset(split=split, shuffle_files=False)
    except Exception as error:
        raise ArgumentError(argument, f"{builder.name}: {first_line(error)}", "such as train[:80%]") from error
    return collect(rows.map(lambda row: ({key: row[key] for key in inputs}, row[output])), f"{builder.name}, {split}")


def _arrays(collected: Collected) -> tuple[dict[str, Array], Array]:
    x, y, _ = collected
    assert isinstance(x, dict)
    assert not isinstance(y, dict)
    return x, y
