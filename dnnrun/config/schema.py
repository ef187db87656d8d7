"""The config language as frozen models: every key, its type, its default and what it means.

An `Experiment` that exists is well-formed. Whether its names exist in Keras is checked by `check`; whether its data
can be had, by `data`; whether its layers fit together, by `engine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from dnnrun.components import Component, ConfigPath, is_import_path
from dnnrun.config import catalog
from dnnrun.config.conflicts import Conflict, conflicts_of_dataset, conflicts_of_experiment
from dnnrun.config.fields import (
    Activation,
    Callbacks,
    Columns,
    Count,
    Estimator,
    Folds,
    Fraction,
    Layers,
    Loss,
    Metrics,
    Model,
    Optimizer,
    Source,
    Weight,
    Words,
    parse_component,
)
from dnnrun.config.outputs import ONLY, Output, is_by_name, is_by_output
from dnnrun.config.positions import is_estimator
from dnnrun.config.reader import Document
from dnnrun.config.topology import ROWS, names_of
from dnnrun.errors import Place, Problem

_LAYERS: TypeAdapter[Layers] = TypeAdapter(Layers)
_LAYERS_EACH: TypeAdapter[dict[str, Layers]] = TypeAdapter(dict[str, Layers])
_LOSS_EACH: TypeAdapter[dict[str, Loss]] = TypeAdapter(dict[str, Loss])
_METRICS: TypeAdapter[Metrics] = TypeAdapter(Metrics)
_METRICS_EACH: TypeAdapter[dict[str, Metrics]] = TypeAdapter(dict[str, Metrics])
_WEIGHTS: TypeAdapter[dict[int | str, Weight]] = TypeAdapter(
    dict[int | str, Weight], config=ConfigDict(allow_inf_nan=False)
)

LONGEST_NAME = 200  # of the 255 that a directory's name may have, with room for the time and a number
NAME_PATTERN = r"""^(?![.])(?=.*\S)[^/\\<>:"|?*\x00-\x1f\x7f]+$"""  # what a JSON Schema can say of it


WATCH_TEST = "test"  # in place of a source of validation rows


def _refuse(conflicts: Iterator[Conflict]) -> None:
    for conflict in conflicts:
        raise PydanticCustomError("conflict", "{what}", {"what": conflict.what, "path": conflict.path})


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )


class DatasetConfig(_Section):
    """Where the rows come from and how they are divided."""

    source: Source = Field(description="a data set by its name, csv, images or other files, or a function of your own")
    test: Source | None = Field(None, description="a source of test rows of its own")
    validation: Literal["test"] | Source | None = Field(
        None, description="a source of validation rows of its own; test watches the training by the test rows"
    )
    validation_split: Fraction = Field(0.0, description="share of the training rows held out for validation")
    test_split: Fraction = Field(0.0, description="share of all rows held out for testing")
    stratify: bool = Field(False, description="keep the classes' shares the same in every split")
    shuffle: bool = Field(True, description="draw the split at random by the seed; false takes it from the end")
    validation_shuffle: bool | None = Field(
        None, description="the same for the validation rows alone; false takes the last rows of the source"
    )
    one_hot: bool = Field(False, description="labels as one-hot vectors")
    limit: Count | None = Field(None, description="use at most this many rows of each split")
    in_memory: bool | Literal["auto"] = Field(
        "auto",
        description="false leaves the rows on disk and streams them; auto does, if they would take half the memory",
    )
    shuffle_buffer: Count | None = Field(
        None, description="of rows that stream, how many are in memory and shuffled at a time; default: what fits 64 MB"
    )
    inputs: dict[str, Columns] | None = Field(
        None, min_length=1, description="a table's columns divided into named inputs for the layers to take"
    )
    preprocess: Layers | dict[str, Layers] | None = Field(
        None,
        description="Keras preprocessing layers, adapted on the training rows; or a list for each input or column; "
        "default: images are rescaled, texts become numbers of words, and a table with texts is prepared by column",
    )

    @field_validator("preprocess", mode="wrap")
    @classmethod
    def _layers_or_layers_for_each_input(cls, value: Any, _: Any) -> Any:
        if value is None:
            return None
        return (_LAYERS_EACH if is_by_name(value, "layers") else _LAYERS).validate_python(value)

    @field_validator("validation", mode="wrap")
    @classmethod
    def _test_rows_or_source(cls, value: Any, _: Any) -> Any:
        return value if value is None or value == WATCH_TEST else parse_component(value, "sources")

    @model_validator(mode="after")
    def _splits_fit_together(self) -> Self:
        _refuse(conflicts_of_dataset(self))
        return self

    @property
    def watches_test(self) -> bool:
        """Whether the test rows watch the training too."""
        return self.validation == WATCH_TEST

    @property
    def own_sources(self) -> dict[str, Component]:
        """The sources of splits that have one of their own, by split."""
        named = {"test": self.test, "validation": self.validation}
        return {split: source for split, source in named.items() if isinstance(source, Component)}

    def preprocessing_of(self, name: str) -> tuple[tuple[Component, ...], ConfigPath]:
        """Return the preprocessing layers that an input gets for itself, and where their list stands.

        Args:
            name: of the input; empty for one without a name, which the config calls `ROWS`.
        """
        path = ("dataset", "preprocess")
        if isinstance(self.preprocess, dict):
            name = name or ROWS
            return self.preprocess.get(name, ()), (*path, name)
        return self.preprocess or (), path

    def preprocessing_of_column(self, column: str, name: str) -> tuple[tuple[Component, ...], ConfigPath]:
        """Return the layers that a column gets, where they are prepared each for itself, and where their list stands.

        Args:
            column: of the table.
            name: of the input that it is a part of, as in `preprocessing_of`.
        """
        is_named = isinstance(self.preprocess, dict) and column in self.preprocess
        return self.preprocessing_of(column if is_named else name)


class ModelConfig(_Section):
    """A stack or a graph of Keras layers."""

    name: str | None = Field(None, description="the Keras model's name; default: the run's name")
    activation: Activation | None = Field(
        None, description="for hidden layers that name none and whose own default is none"
    )
    layers: Layers = Field(
        min_length=1, description="Keras layers, from the input to the output; with name and inputs they make a graph"
    )
    postprocess: Layers = Field(
        (), description="Keras layers behind the output of the saved model only, such as Softmax behind logits"
    )


class EstimatorConfig(_Section):
    """A model of scikit-learn, which is fitted in one go."""

    sklearn: Estimator = Field(description="any classifier or regressor of scikit-learn, in place of a network")

    @property
    def loss(self) -> Component:
        """What its labels are read for, and what it is measured by: log loss of classes, else squared error."""
        return Component("sparse_categorical_crossentropy" if catalog.is_classifier(self.sklearn.name) else "mse")


_OF_NETWORKS = ("optimizer", "loss")
_MISSING = object()


class Experiment(_Section):
    """One training run, complete and validated."""

    name: str | None = Field(
        None,
        description="names the run directory; default: the file's name",
        json_schema_extra={"pattern": NAME_PATTERN, "maxLength": LONGEST_NAME},
    )
    description: str = Field("", description="a sentence for the reader")
    tags: Words = Field((), description="words to find the run by")
    seed: int | None = Field(42, ge=0, lt=2**32, description="of splits, weights, shuffling, dropout; null draws one")

    dataset: DatasetConfig = Field(description="a source's name, or a mapping with source and splits")
    model: ModelConfig | EstimatorConfig | Model = Field(
        description="a stack of layers, the import path of a function, or sklearn with an estimator"
    )
    optimizer: Optimizer | None = Field(None, description="any Keras optimizer; a network needs one")
    loss: Loss | Annotated[dict[str, Loss], Field(min_length=1)] | None = Field(
        None, description="any Keras loss, or one for each output, by the layer's name; a network needs one"
    )
    loss_weights: dict[str, Weight] | None = Field(
        None, description="of several outputs, the weight of each loss in their sum; default: 1"
    )
    metrics: Metrics | dict[str, Metrics] = Field(
        (), description="Keras metrics, measured every epoch; of several outputs, a list for each"
    )
    callbacks: Callbacks = Field((), description="Keras callbacks")

    epochs: Count = Field(1, description="how often all training rows are gone through")
    batch_size: Count = Field(32, description="rows a step")
    steps_per_epoch: Count | None = Field(None, description="end an epoch after this many steps; default: all rows")
    shuffle: bool = Field(True, description="visit the training rows in a new order every epoch")
    class_weight: Literal["balanced"] | dict[int | str, Weight] | None = Field(
        None, description="weight of each class in the loss, by class number or name; balanced makes up for rare ones"
    )
    cross_validation: Folds | None = Field(
        None, description="train so many folds, each judged by the rows that it is not trained on"
    )
    fold: Count | None = Field(None, description="train this fold of cross_validation alone, counted from 1")
    initial_weights: str | None = Field(None, description="a .weights.h5 or .keras file to begin from")

    device: Literal["auto", "cpu", "gpu", "tpu"] = Field("auto", description="auto takes a TPU, a GPU or the CPU")
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16", "float64"] = Field(
        "float32", description="Keras's dtype policy"
    )
    deterministic: bool = Field(False, description="on a GPU, give up speed for the same bits every time")
    threads: Count | Literal["auto"] = Field(
        "auto", description="threads of TensorFlow; auto takes one for a small dense net"
    )
    jit: bool | Literal["auto"] = Field("auto", description="compile with XLA; auto does on GPU and TPU")

    ignore: Words = Field((), description="rules whose warnings are not wanted")

    _document: Document | None = PrivateAttr(None)
    _warnings: tuple[Problem, ...] = PrivateAttr(())

    @model_validator(mode="before")
    @classmethod
    def _networks_need_optimizer_and_loss(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        model = value.get("model")
        if isinstance(model, EstimatorConfig) or is_estimator(model):
            return {key: given for key, given in value.items() if given is not None or key not in _OF_NETWORKS}
        return {**dict.fromkeys(_OF_NETWORKS, _MISSING), **value}

    @field_validator("name")
    @classmethod
    def _name_is_a_file_name(cls, name: str | None) -> str | None:
        if name is None:
            return None
        if not name.strip() or name.startswith(".") or any(c in '/\\<>:"|?*' or not c.isprintable() for c in name):
            raise PydanticCustomError(
                "run_name",
                "names a directory, so it can't be empty, begin with a dot or hold / \\ < > : \" | ? * or line breaks",
            )
        if len(name.encode()) > LONGEST_NAME:
            raise PydanticCustomError("run_name", f"names a directory, so it can't be longer than {LONGEST_NAME} bytes")
        return name

    @field_validator("dataset", mode="before")
    @classmethod
    def _source_alone_is_short_for_dataset(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str) else value

    @field_validator("model", mode="wrap")
    @classmethod
    def _stack_or_import_path(cls, value: Any, _: Any) -> ModelConfig | EstimatorConfig | Component:
        name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
        if isinstance(value, Component | ModelConfig | EstimatorConfig):
            return value
        if is_estimator(value):
            return EstimatorConfig.model_validate(value)
        if isinstance(name, str) and is_import_path(name):
            return parse_component(value, "models")
        if isinstance(value, str):
            raise PydanticCustomError(
                "model_name", "expected a mapping with layers, or an import path such as my_package.nets:make"
            )
        return ModelConfig.model_validate(value)

    @field_validator("class_weight", mode="wrap")
    @classmethod
    def _balanced_or_by_class(cls, value: Any, _: Any) -> Any:
        return value if value is None or value == "balanced" else _WEIGHTS.validate_python(value, strict=True)

    @field_validator("loss", mode="wrap")
    @classmethod
    def _loss_or_loss_for_each_output(cls, value: Any, _: Any, info: ValidationInfo) -> Any:
        model = info.data.get("model")
        layers = names_of(model.layers) if isinstance(model, ModelConfig) else ()
        return _LOSS_EACH.validate_python(value) if is_by_output(value, layers) else parse_component(value, "losses")

    @field_validator(*_OF_NETWORKS, mode="before")
    @classmethod
    def _is_there(cls, value: Any, info: ValidationInfo) -> Any:
        if value is _MISSING:
            raise PydanticKnownError("missing")
        if value is None and info.field_name == "optimizer":
            return parse_component(value, "optimizers")
        return value

    @field_validator("metrics", mode="wrap")
    @classmethod
    def _metrics_or_metrics_for_each_output(cls, value: Any, _: Any) -> Any:
        return (_METRICS_EACH if is_by_name(value, "metrics") else _METRICS).validate_python(value)

    @model_validator(mode="after")
    def _keys_fit_together(self) -> Self:
        _refuse(conflicts_of_experiment(self))
        return self

    @property
    def one_training(self) -> Experiment:
        """The experiment itself or, of one that asks for several folds, the first of them."""
        return self.changed(fold=1) if self.cross_validation is not None and self.fold is None else self

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The outputs of the model with what each is judged by; where there is a single loss, one called `ONLY`."""
        if isinstance(self.model, EstimatorConfig):  # which tells the task alone, whatever is measured
            return (Output(ONLY, self.model.loss),)
        metrics, weights, loss = self.metrics, self.loss_weights or {}, self.loss
        if not isinstance(loss, dict):
            assert loss is not None  # the loss of a network is there
            return (Output(ONLY, loss, metrics if isinstance(metrics, tuple) else ()),)
        each = metrics if isinstance(metrics, dict) else {}
        return tuple(Output(name, one, each.get(name, ()), weights.get(name, 1.0)) for name, one in loss.items())

    @property
    def run_name(self) -> str:
        """The name of the run's directory, after its time."""
        return self.name or "experiment"

    def place(self, path: ConfigPath, *, of_key: bool = False) -> Place | None:
        """Return where a part of this config is written, or None for an experiment made in Python."""
        return self._document.place(path, of_key=of_key) if self._document else None

    @property
    def document(self) -> Document | None:
        """What it was read from; None for an experiment made in Python."""
        return self._document

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What was noticed as it was read, and may yet be right."""
        return self._warnings

    def changed(self, **fields: Any) -> Experiment:
        """Return a copy with some top-level fields replaced, checked anew; its places stay those of this one."""
        copy = Experiment.model_validate({name: getattr(self, name) for name in Experiment.model_fields} | fields)
        copy._document, copy._warnings = self._document, self._warnings
        return copy
