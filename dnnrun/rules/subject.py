"""What the rules look at: a config and the facts of its data, with what several rules ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dnnrun.components import Component, ConfigPath
from dnnrun.config import catalog
from dnnrun.config.directions import Direction, known_direction
from dnnrun.config.graph import topology_of
from dnnrun.config.measures import logged_name, snake_case
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import EstimatorConfig, Experiment, ModelConfig
from dnnrun.config.topology import ROWS, Node, Topology
from dnnrun.data.facts import Facts, Leaks
from dnnrun.data.table_columns import Kind, kinds_by_input
from dnnrun.errors import ConfigError
from dnnrun.rules.shapes import Reached, Shape, follow

LINEAR = "linear"
_ACTIVATION_LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "prelu", "Softmax": "softmax"}
# Layers that leave the numbers of the layer before them as they are, when the model is used.
_PASSING = {"Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization", "Flatten"}
WEIGHED = {"Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D",
           "DepthwiseConv1D", "DepthwiseConv2D", "Conv2DTranspose", "LSTM", "GRU", "SimpleRNN"}  # fmt: skip


@dataclass(frozen=True)
class Output:
    """The end of a model.

    Args:
        node: the layer whose units are the outputs.
        units: how many; None where that is not known.
        activation: the function on them, ``linear`` for none; None where that is not known.
        activation_path: where that is written, or would be.
    """

    node: Node
    units: int | None
    activation: str | None
    activation_path: ConfigPath


@dataclass(frozen=True)
class Monitor:
    """A callback that watches a metric.

    Args:
        callback: its name.
        metric: what it watches.
        path: of the callback in the config.
        at: where the metric is written, or the callback where it is the default.
    """

    callback: Component
    metric: str
    path: ConfigPath
    at: ConfigPath


@dataclass(frozen=True)
class Subject:
    """One config under the rules; `facts` is None where data cannot be told cheaply, `leaks` where it is not read."""

    experiment: Experiment
    facts: Facts | None
    leaks: Leaks | None = None

    @cached_property
    def topology(self) -> Topology | None:
        """The layers as a graph; None for a model of the user's own, or one that is faulty as a graph."""
        if not isinstance(self.experiment.model, ModelConfig):
            return None
        try:
            return topology_of(self.experiment)
        except ConfigError:
            return None

    @property
    def estimator(self) -> Component | None:
        """The estimator of scikit-learn that is fitted; None for a network."""
        model = self.experiment.model
        return model.sklearn if isinstance(model, EstimatorConfig) else None

    @property
    def has_one_input(self) -> bool:
        """Whether all that is known of the features is known of one input, which is not prepared by column."""
        return self.facts is not None and len(self.facts.shapes) == 1 and not self._kinds

    @property
    def loss(self) -> Component | None:
        """The loss of a model with one output; None where each output has its own."""
        return self.experiment.loss if isinstance(self.experiment.loss, Component) else None

    @property
    def metrics(self) -> tuple[Component, ...]:
        """The metrics of all outputs, or of an estimator."""
        if self.estimator is not None and isinstance(self.experiment.metrics, tuple):
            return self.experiment.metrics
        return tuple(metric for output in self.experiment.outputs for metric in output.metrics)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The layers, each behind all that it takes."""
        return self.topology.nodes if self.topology else ()

    @cached_property
    def reached(self) -> Mapping[int, Reached]:
        """What is known of each layer where it stands, by its position."""
        found: dict[int, Reached] = {}
        for node in self.nodes:
            first = node.takes[0] if len(node.takes) == 1 else None
            if isinstance(first, str):
                takes = self._given_by_data(first)
            else:
                takes = found[first].gives if first is not None else None
            found[node.position] = follow(node.component, takes)
        return found

    def _given_by_data(self, name: str) -> Shape | None:
        """Return the shape of an input of the data behind its preprocessing."""
        if name in self._kinds:
            return self._joined_columns(name)
        shapes = self.facts.shapes if self.facts else {}
        shape = shapes.get(name) or shapes.get(ONLY)
        for layer in self.preprocessing_of(name):
            shape = follow(layer, shape).gives
        return shape

    @cached_property
    def _kinds(self) -> Mapping[str, Mapping[str, Kind]]:
        """The kinds of the columns by input, where they are prepared each for itself."""
        return kinds_by_input(self.experiment.dataset, self.facts.columns) if self.facts else {}

    def _joined_columns(self, name: str) -> Shape | None:
        """Return the shape of an input made of columns; of texts only the data tells how many numbers they become."""
        width = 0
        for column, kind in self._kinds[name].items():
            shape: Shape | None = None if kind == "text" else (1,)
            for layer in self.experiment.dataset.preprocessing_of_column(column, name)[0]:
                shape = follow(layer, shape).gives
            if shape is None or len(shape) != 1:
                return None
            width += shape[0]
        return (width,)

    def preprocessing_of(self, name: str) -> tuple[Component, ...]:
        """Return the preprocessing of an input of the data, by the name that layers call it."""
        return self.experiment.dataset.preprocessing_of(name)[0]

    @property
    def preparing(self) -> Iterator[tuple[Component, ConfigPath, Shape | None]]:
        """The preprocessing layers of inputs as a whole: each, where it is written, and the shape that reaches it."""
        for name, shape in self.facts.shapes.items() if self.facts else ():
            takes: Shape | None = None if (name or ROWS) in self._kinds else shape
            layers, path = self.experiment.dataset.preprocessing_of(name)
            for index, layer in enumerate(layers):
                yield layer, (*path, index), takes
                takes = follow(layer, takes).gives

    @property
    def weights(self) -> int | None:
        """How many trainable numbers the model has; None where that is not known."""
        counts = [reached.weights for reached in self.reached.values()]
        return None if not counts or None in counts else sum(count for count in counts if count is not None)

    @cached_property
    def output(self) -> Output | None:
        """The end of the model, where it has one output and the layers there are known."""
        if self.topology is None or len(self.topology.outputs) != 1:
            return None
        node = self.topology.node(self.topology.outputs[0])
        activation, path = LINEAR, None
        while node.component.name in {*_PASSING, *_ACTIVATION_LAYERS, "Activation"}:
            if node.component.name not in _PASSING and activation == LINEAR:
                activation, path = self._activation_of(node.component) or "", (*node.path, node.component.name)
            if len(node.takes) != 1 or not isinstance(node.takes[0], int):
                return None
            node = self.topology.node(node.takes[0])
        own = self._activation_of(node.component)
        if node.component.name not in WEIGHED or node.component.is_import_path:
            return Output(node, None, None, node.path)
        if path is None:
            activation, path = own or "", (*node.path, node.component.name, "activation")
        elif own != LINEAR:
            activation = ""  # one function on another
        units = node.component.arguments.get("units", node.component.arguments.get("filters"))
        return Output(node, units if isinstance(units, int) else None, activation or None, path)

    def _activation_of(self, layer: Component) -> str | None:
        """Return the name of the function that a layer applies; None for one of the user's own."""
        if layer.name in _ACTIVATION_LAYERS:
            return _ACTIVATION_LAYERS[layer.name]
        entry = catalog.find("layers", layer.name)
        default = entry.parameters["activation"].default if entry and "activation" in entry.parameters else None
        given = layer.arguments.get("activation", default)
        if given is None:
            return LINEAR
        name = given.name if isinstance(given, Component) else str(given)
        return None if ":" in name else _ACTIVATION_LAYERS.get(name, name.lower())

    def hidden_activation(self, node: Node) -> str | None:
        """Return the function that a hidden layer applies, the model's default one included."""
        model = self.experiment.model
        own = self._activation_of(node.component)
        default = model.activation if isinstance(model, ModelConfig) else None
        if own != LINEAR or default is None or "activation" in node.component.arguments:
            return own
        return None if default.is_import_path else default.name.lower()

    @property
    def hidden(self) -> Iterator[Node]:
        """The layers with weights before the output."""
        ends = {self.output.node.position} if self.output else set(self.topology.outputs if self.topology else ())
        return (node for node in self.nodes if node.component.name in WEIGHED and node.position not in ends)

    @property
    def has_validation(self) -> bool:
        """Whether there are validation rows."""
        return bool(self.experiment.dataset.validation_split) or self.experiment.dataset.validation is not None

    @cached_property
    def metrics_by_name(self) -> Mapping[str, Component]:
        """The metrics by what Keras calls them, in their order; those of the user's own are left out."""
        outputs = self.experiment.outputs
        named = [
            (f"{output.name}_" if len(outputs) > 1 else "", logged_name(metric), metric)
            for output in outputs
            for metric in output.metrics
        ]
        return {f"{prefix}{name}": metric for prefix, name, metric in named if name}

    @property
    def metric_names(self) -> tuple[str, ...]:
        """What Keras calls the metrics of the config."""
        return tuple(self.metrics_by_name)

    def better(self, logged: str) -> Direction | None:
        """Return what is better of a metric in an epoch's logs, by what it measures; None where that is not known."""
        metric = self.metrics_by_name.get(logged.removeprefix("val_"))
        return known_direction(snake_case(metric.name) if metric else logged)

    @property
    def knows_metrics(self) -> bool:
        """Whether the names of all metrics are known, and the model adds none of its own."""
        has_own = any(metric.is_import_path for metric in self.metrics)
        return not has_own and isinstance(self.experiment.model, ModelConfig)

    @cached_property
    def logged(self) -> tuple[str, ...]:
        """What an epoch's logs will hold."""
        outputs = self.experiment.outputs
        losses = [f"{output.name}_loss" for output in outputs] if len(outputs) > 1 else []
        measured = ("loss", *losses, *self.metric_names)
        return (*measured, *(f"val_{name}" for name in measured), "learning_rate") if self.has_validation else (
            *measured, "learning_rate"
        )  # fmt: skip

    @cached_property
    def monitors(self) -> tuple[Monitor, ...]:
        """The callbacks that watch a metric."""
        found = []
        for index, callback in enumerate(self.experiment.callbacks):
            entry = catalog.find("callbacks", callback.name)
            watches = callback.name != "ModelCheckpoint" or callback.arguments.get("save_best_only")
            if entry is None or "monitor" not in entry.parameters or not watches:
                continue
            metric = callback.arguments.get("monitor", entry.parameters["monitor"].default)
            path: ConfigPath = ("callbacks", index)
            at = (*path, callback.name, "monitor") if "monitor" in callback.arguments else path
            found.append(Monitor(callback, str(metric), path, at))
        return tuple(found)

    def callbacks(self, name: str) -> Iterator[tuple[Component, ConfigPath]]:
        """Yield every callback of a name with its path."""
        for index, callback in enumerate(self.experiment.callbacks):
            if callback.name == name:
                yield callback, ("callbacks", index)

    @property
    def from_logits(self) -> bool:
        """Whether the loss takes numbers that no softmax or sigmoid has gone over."""
        return bool(self.loss and self.loss.arguments.get("from_logits", False))
