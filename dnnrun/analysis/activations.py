"""Keras's activation functions of one number with their derivatives, as formulas: to draw them without TensorFlow.

Parameters have Keras's defaults. At a kink, where there is no derivative, that of the left side is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, log_expit, ndtr

from dnnrun.errors import ConfigError, suggest

Array = np.ndarray[Any, Any]
ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
_OF_SEVERAL = ("softmax", "log_softmax", "sparsemax", "glu")
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Args:
        formula: of the function, as text.
        function: of any array, element by element.
        derivative: likewise.
    """

    formula: str
    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]


def _exp_below(x: Array) -> Array:
    """Return exp(x) below 0 and 1 above, where the other branch must not overflow."""
    return np.exp(np.minimum(x, 0))


def _softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


def _mish_slope(x: Array) -> Array:
    tanh = np.tanh(_softplus(x))
    return np.asarray(tanh + x * expit(x) * (1 - tanh**2))


def _density(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _step(x: Array, at: float = 0.0) -> Array:
    return np.where(x > at, 1.0, 0.0)


def _inside(x: Array, low: float, high: float) -> Array:
    return np.where((x > low) & (x <= high), 1.0, 0.0)


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": Activation("x", lambda x: x, np.ones_like),
    "sigmoid": Activation("1 / (1 + exp(-x))", expit, lambda x: expit(x) * expit(-x)),
    "tanh": Activation("tanh(x)", np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": Activation("max(0, x)", lambda x: np.maximum(x, 0), _step),
    "leaky_relu": Activation("max(0.2 x, x)", lambda x: np.maximum(0.2 * x, x), lambda x: np.where(x > 0, 1, 0.2)),
    "elu": Activation("x, or exp(x) - 1 below 0", lambda x: np.where(x > 0, x, _exp_below(x) - 1), _exp_below),
    "selu": Activation(
        "1.0507 x, or 1.7581 (exp(x) - 1) below 0",
        lambda x: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * (_exp_below(x) - 1)),
        lambda x: _SELU_SCALE * np.where(x > 0, 1, _SELU_ALPHA * _exp_below(x)),
    ),
    "gelu": Activation("x P(N(0, 1) <= x)", lambda x: x * ndtr(x), lambda x: ndtr(x) + x * _density(x)),
    "silu": Activation(
        "x sigmoid(x), also called swish", lambda x: x * expit(x), lambda x: expit(x) * (1 + x * expit(-x))
    ),
    "softplus": Activation("log(1 + exp(x))", _softplus, expit),
    "softsign": Activation("x / (1 + |x|)", lambda x: x / (1 + np.abs(x)), lambda x: 1 / (1 + np.abs(x)) ** 2),
    "mish": Activation("x tanh(softplus(x))", lambda x: x * np.tanh(_softplus(x)), _mish_slope),
    "exponential": Activation("exp(x)", np.exp, np.exp),
    "celu": Activation("x, or exp(x) - 1 below 0", lambda x: np.where(x > 0, x, _exp_below(x) - 1), _exp_below),
    "relu6": Activation("min(max(0, x), 6)", lambda x: np.clip(x, 0, 6), lambda x: _inside(x, 0, 6)),
    "hard_sigmoid": Activation(
        "x / 6 + 1 / 2 within 0 and 1", lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: _inside(x, -3, 3) / 6
    ),
    "hard_silu": Activation(
        "x hard_sigmoid(x), also called hard_swish",
        lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
        lambda x: np.where(x > 3, 1.0, _inside(x, -3, 3) * (2 * x + 3) / 6),
    ),
    "hard_tanh": Activation("x within -1 and 1", lambda x: np.clip(x, -1, 1), lambda x: _inside(x, -1, 1)),
    "log_sigmoid": Activation("log(sigmoid(x))", log_expit, lambda x: expit(-x)),
    "squareplus": Activation(
        "(x + sqrt(x² + 4)) / 2", lambda x: (x + np.sqrt(x**2 + 4)) / 2, lambda x: (1 + x / np.sqrt(x**2 + 4)) / 2
    ),
    "sparse_plus": Activation(
        "(x + 1)² / 4 from -1 to 1, beside it relu(x)",
        lambda x: np.where(x > 1, x, np.clip(x + 1, 0, 2) ** 2 / 4),
        lambda x: np.clip(x + 1, 0, 2) / 2,
    ),
    "sparse_sigmoid": Activation(
        "(x + 1) / 2 within 0 and 1", lambda x: np.clip((x + 1) / 2, 0, 1), lambda x: _inside(x, -1, 1) / 2
    ),
    "hard_shrink": Activation(
        "x, or 0 from -0.5 to 0.5", lambda x: np.where(np.abs(x) > 0.5, x, 0), lambda x: 1 - _inside(x, -0.5, 0.5)
    ),
    "soft_shrink": Activation(
        "x moved by 0.5 towards 0, or 0",
        lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
        lambda x: 1 - _inside(x, -0.5, 0.5),
    ),
    "tanh_shrink": Activation("x - tanh(x)", lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2),
}


def find_activations(names: Sequence[str] | None) -> dict[str, Activation]:
    """Return activation functions by their names, in the order asked for; all of them for None.

    Raises:
        ConfigError: there is none of a name, or it takes more than a number.
    """
    found: dict[str, Activation] = {}
    for name in ACTIVATIONS if names is None else names:
        known = ALIASES.get(name, name)
        if known not in ACTIVATIONS:
            everything = f"they are: {', '.join(ACTIVATIONS)}"
            if name in _OF_SEVERAL:
                raise ConfigError(f"{name} is a function of several numbers, which cannot be drawn so", hint=everything)
            near = suggest(name, [*ACTIVATIONS, *ALIASES])
            raise ConfigError(f"no activation function is called {name!r}", hint=f"{near}\n{everything}".strip())
        found[name] = ACTIVATIONS[known]
    return found
