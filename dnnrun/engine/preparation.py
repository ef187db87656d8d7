"""Everything that TensorFlow can find wrong before a run exists: session, model, callbacks, a first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.sources import nearby_files
from dnnrun.engine.callbacks import CallbackFactory
from dnnrun.engine.compilation import compile_model, try_one_batch
from dnnrun.engine.model import build_model
from dnnrun.engine.objects import ObjectBuilder, in_one_line
from dnnrun.engine.session import Session, open_session
from dnnrun.errors import ConfigError, Problem


@dataclass(frozen=True)
class Prepared:
    """All that is needed to train, checked against one another.

    Args:
        experiment: the config, resolved.
        dataset: the data.
        session: the device.
        builder: makes further Keras objects for this config.
        model: built and compiled.
        callbacks: makes the config's callbacks once the run directory is known.
        class_weight: by class number, or None.
        untrained: loss and metrics of the untrained model on the first batch of the training rows.
    """

    experiment: Experiment
    dataset: Dataset
    session: Session
    builder: ObjectBuilder
    model: keras.Model
    callbacks: CallbackFactory
    class_weight: Mapping[int, float] | None
    untrained: Mapping[str, float]


def prepare(experiment: Experiment, dataset: Dataset, *, allow_code: bool) -> Prepared:
    """Build everything; nothing is written.

    Raises:
        ConfigError: the config does not fit Keras or the data, with its line.
    """
    class_weight = _class_weight(experiment, dataset)
    session = open_session(experiment)
    builder = ObjectBuilder(experiment, allow_code=allow_code)
    with session.scope():
        model = build_model(experiment, dataset, builder)
        _load_weights(model, experiment)
        compile_model(model, experiment, builder, session)
        callbacks = CallbackFactory(experiment, builder)
        untrained = try_one_batch(model, experiment, dataset)
    return Prepared(experiment, dataset, session, builder, model, callbacks, class_weight, untrained)


def _load_weights(model: keras.Model, experiment: Experiment) -> None:
    if experiment.initial_weights is None:
        return
    file = Path(experiment.initial_weights)
    if not file.is_file():
        raise ConfigError(
            Problem(f"{file}: there is no such file", experiment.place(("initial_weights",)), nearby_files(file))
        )
    try:
        if file.suffix == ".keras":
            model.set_weights(keras.models.load_model(file, compile=False, safe_mode=True).get_weights())
        else:
            model.load_weights(file)
    except Exception as error:
        raise ConfigError(
            Problem(
                f"the weights in {file} cannot be loaded into this model: {in_one_line(error)}",
                experiment.place(("initial_weights",)),
                "they must come from a model with the same layers",
            )
        ) from error


def _class_weight(experiment: Experiment, dataset: Dataset) -> dict[int, float] | None:
    """Return the weights by class number; raises ConfigError for a class that there is not."""
    if experiment.class_weight is None:
        return None
    names = dataset.class_names or ()
    weights: dict[int, float] = {}
    for key, weight in experiment.class_weight.items():
        number = names.index(key) if isinstance(key, str) and key in names else key
        if not isinstance(number, int) or not 0 <= number < len(names):
            known = ", ".join(f"{i} ({name})" for i, name in enumerate(names[:12]))
            raise ConfigError(
                Problem(
                    f"class_weight names {key!r}, which is not a class",
                    experiment.place(("class_weight", key), of_key=True),
                    f"classes: {known}" if known else "class_weight is for classification, and this is regression",
                )
            )
        weights[number] = weight
    return weights
