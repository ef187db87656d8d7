"""Rules about the layers between the data and the output."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dnnrun.components import Component
from dnnrun.config.topology import Node
from dnnrun.rules.rule import Finding
from dnnrun.rules.subject import LINEAR, WEIGHED, Subject

_DROPPING = {"Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
_MOST_DROPPED = 0.9
_SATURATING = {"sigmoid", "tanh", "softsign", "hard_sigmoid"}
_DEEP = {"sigmoid": 3, "hard_sigmoid": 3, "tanh": 5, "softsign": 5}  # hidden layers in a row; sigmoid's slope is 1/4
_NORMALIZING = {"BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"}
_SAME_FOR_ALL = {"zeros", "ones", "constant", "zero", "one"}
_IMAGES_ONLY = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D", "MaxPooling2D", "AveragePooling2D", "Conv2DTranspose")
# Keras takes two dimensions and the batch for a single picture with channels, and mixes the rows with one another.
PICTURE_BY_PICTURE = {
    "AugMix", "AutoContrast", "CenterCrop", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "Equalization",
    "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast",
    "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
    "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation",
    "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Resizing", "Solarization",
}  # fmt: skip
# Layers that make whole numbers of what they are given.
_NUMBERING = {"TextVectorization", "StringLookup", "IntegerLookup", "Hashing", "Discretization", "HashedCrossing"}
# Layers that learn before the training, and the arguments that may give them what they would learn.
_LEARNT = {
    "Normalization": ("mean", "variance"),
    "Discretization": ("bin_boundaries",),
    "TextVectorization": ("vocabulary",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
}
_SCALING = {"Rescaling", "Normalization", "LayerNormalization", "BatchNormalization", "UnitNormalization"}


def images_without_flatten(subject: Subject) -> Iterator[Finding]:
    """A dense layer that goes over the rows of a picture one by one, and nothing that joins them behind it."""
    facts, output = subject.facts, subject.output
    if facts is None or not facts.is_image or output is None:
        return
    gives = subject.reached[output.node.position].gives
    if gives is None or len(gives) < 2:
        return
    for node in subject.nodes:
        takes = subject.reached[node.position].takes
        if node.component.name == "Dense" and takes and len(takes) > 1:
            what = f"Dense takes {_shape(takes)} line by line, so that the model gives {_shape(gives)} a row"
            yield Finding(what, node.path, "put Flatten before it")
            return


def convolution_without_channels(subject: Subject) -> Iterator[Finding]:
    """A layer for pictures with channels over pictures without."""
    among_layers = ((node.component, node.path, subject.reached[node.position].takes) for node in subject.nodes)
    for layer, path, takes in (*subject.preparing, *among_layers):
        if layer.name in {*_IMAGES_ONLY, *PICTURE_BY_PICTURE} and takes and len(takes) == 2:
            what = f"{layer.name} takes height, width and channels, and gets {_shape(takes)}"
            yield Finding(what, path, f"put {{Reshape: [{takes[0]}, {takes[1]}, 1]}} before it")
            return


def never_adapted(subject: Subject) -> Iterator[Finding]:
    """A layer that learns from data before the training, in a place where it is not shown any."""
    for node in subject.nodes:
        given = _LEARNT.get(node.component.name)
        if given and not any(node.component.arguments.get(name) is not None for name in given):
            what = f"{node.component.name} among the model's layers is never shown the data that it learns from"
            yield Finding(what, node.path, f"move it to dataset.preprocess: [{node.component.name}]")


def embedding_of_fractions(subject: Subject) -> Iterator[Finding]:
    """A table that is looked up by numbers that are not whole."""
    for node, before in _embeddings(subject):
        scaling = next((layer.name for layer in before if layer.name in _SCALING), None)
        if any(layer.name in _NUMBERING for layer in before):
            continue
        if scaling:
            what = f"Embedding looks up whole numbers, and {scaling} makes fractions of them"
            yield Finding(what, node.path, f"take {scaling} out")
        elif subject.facts and subject.has_one_input and not subject.facts.is_whole:
            edit = "take Embedding out: Dense takes fractions; or make whole numbers of them with {Discretization: ...}"
            yield Finding("Embedding looks up whole numbers, and the data has fractions", node.path, edit)


def embedding_too_small(subject: Subject) -> Iterator[Finding]:
    """A table with fewer rows than there are things to look up."""
    facts = subject.facts
    for node, before in _embeddings(subject):
        rows = node.component.arguments.get("input_dim")
        if before or facts is None or not subject.has_one_input or not facts.is_whole or not isinstance(rows, int):
            continue
        largest = int(facts.input_range[1])
        if largest >= rows:
            what = f"Embedding has {rows:,} rows, and the data has numbers up to {largest:,}"
            path = (*node.path, node.component.name, "input_dim")
            yield Finding(what, path, f"write input_dim: {largest + 1}")


def dropout_after_output(subject: Subject) -> Iterator[Finding]:
    """Dropout behind the last layer with weights."""
    output = subject.output
    behind = subject.topology.behind(output.node.position) if subject.topology and output else ()
    for node in behind:
        if node.component.name in _DROPPING:
            what = f"{node.component.name} behind the output sets outputs to 0 at random while training"
            yield Finding(what, node.path, "put it before the last layer with weights, or take it out")


def dropout_of_nearly_all(subject: Subject) -> Iterator[Finding]:
    """Dropout that leaves next to nothing."""
    for node in subject.nodes:
        rate = node.component.arguments.get("rate")
        if node.component.name in _DROPPING and isinstance(rate, int | float) and rate >= _MOST_DROPPED:
            what = f"{node.component.name} drops {rate:.0%} of what it gets; the rate is the share to drop"
            yield Finding(
                what,
                (*node.path, node.component.name, "rate"),
                f"write {max(0.1, round(1 - rate, 2)):g}, or 0.5 at the most",
            )


def normalization_of_one_row(subject: Subject) -> Iterator[Finding]:
    """BatchNormalization over batches of one row."""
    if subject.experiment.batch_size != 1:
        return
    for node in subject.nodes:
        takes = subject.reached[node.position].takes
        if node.component.name == "BatchNormalization" and takes is not None and len(takes) == 1:
            what = "BatchNormalization takes each number's mean over the batch away, and a batch of one row is its mean"
            yield Finding(what, node.path, "write batch_size: 32, or use LayerNormalization")


def vanishing_gradients(subject: Subject) -> Iterator[Finding]:
    """Many saturating layers on top of one another."""
    in_a_row: list[Node] = []
    before: tuple[int | str, ...] = ()
    for node in subject.nodes:
        if node.takes != before:  # another branch, or a place where several meet
            in_a_row.clear()
        before = (node.position,)
        if node.component.name in _NORMALIZING or (node.component.name in WEIGHED and not _saturates(subject, node)):
            in_a_row.clear()
        elif node.component.name in WEIGHED:
            in_a_row.append(node)
            name = subject.hidden_activation(node) or ""
            if len(in_a_row) == _DEEP[name]:
                what = f"{len(in_a_row)} hidden layers of {name} on top of one another: the first ones hardly learn"
                where = in_a_row[0]
                own = "activation" in where.component.arguments
                path = (*where.path, where.component.name, "activation") if own else ("model", "activation")
                yield Finding(what, path, "use activation: relu, or put BatchNormalization between them")
                return


def linear_layers_in_a_row(subject: Subject) -> Iterator[Finding]:
    """A hidden layer of sums alone, on which another one stands."""
    for node in subject.hidden:
        is_linear = node.component.name == "Dense" and subject.hidden_activation(node) == LINEAR
        if is_linear and any(other.component.name == "Dense" for other in _next_to_compute(subject, node)):
            what = "a hidden Dense without activation, and another Dense on top of it"
            yield Finding(what, node.path, "give it activation: relu, or set model.activation: relu for all of them")
            return


def _next_to_compute(subject: Subject, node: Node) -> Iterator[Node]:
    """Yield the layers that take what a layer gives, past those that change nothing about its being a sum."""
    for taker in subject.topology.takers(node.position) if subject.topology else ():
        if taker.component.name in _DROPPING | {"Flatten", "Reshape", "BatchNormalization"}:
            yield from _next_to_compute(subject, taker)
        else:
            yield taker


def same_weights_for_all(subject: Subject) -> Iterator[Finding]:
    """Units that begin alike, learn alike, and stay alike."""
    for node in subject.hidden:
        given = node.component.arguments.get("kernel_initializer")
        name = given.name if isinstance(given, Component) else given
        if isinstance(name, str) and name.lower() in _SAME_FOR_ALL:
            what = f"kernel_initializer: {name} begins with the same weights for all units, which then stay the same"
            path = (*node.path, node.component.name, "kernel_initializer")
            yield Finding(what, path, "take it out, or use HeNormal for relu and GlorotUniform for tanh and sigmoid")


def _saturates(subject: Subject, node: Node) -> bool:
    is_hidden = subject.output is None or node.position != subject.output.node.position
    is_recurrent = node.component.name in {"LSTM", "GRU", "SimpleRNN"}  # gates are meant to saturate
    return is_hidden and not is_recurrent and subject.hidden_activation(node) in _SATURATING


def _embeddings(subject: Subject) -> Iterator[tuple[Node, tuple[Component, ...]]]:
    """Yield every embedding that takes the data, with the layers that the data goes through before."""
    positions = {node.position: node for node in subject.nodes}
    for node in subject.nodes:
        if node.component.name != "Embedding":
            continue
        before: list[Component] = []
        source = node.takes[0]
        while isinstance(source, int) and len(positions[source].takes) == 1:
            before.append(positions[source].component)
            source = positions[source].takes[0]
        if isinstance(source, str) and all(_keeps_numbers(layer) for layer in before):
            yield (
                node,
                (
                    *subject.preprocessing_of(source),
                    *(layer for layer in before if layer.name not in {"Flatten", "Reshape"}),
                ),
            )


def _keeps_numbers(layer: Component) -> bool:
    return layer.name in {"Flatten", "Reshape", *_NUMBERING, *_SCALING}


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if math.prod(shape) else str(shape)
