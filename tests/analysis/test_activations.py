"""Activation functions: that the derivatives are those of the functions, and that they can be read."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import drawn, faults_of

from dnnrun.analysis.activations import ACTIVATIONS, find_activations
from dnnrun.analysis.plots.activation_sheet import draw_activations
from dnnrun.errors import ConfigError

# None of these is a kink.
X = np.concatenate([np.linspace(-8.03, 8.03, 200), [-200.1, 30.1]])
STEP = 1e-5


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_is_the_slope_of_its_function(name):
    activation = ACTIVATIONS[name]
    slope = (activation.function(X + STEP) - activation.function(X - STEP)) / (2 * STEP)
    assert activation.derivative(X) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "exponential"])
def test_large_numbers_do_not_overflow(name):
    with np.errstate(over="raise", invalid="raise"):
        assert np.isfinite(ACTIVATIONS[name].function(np.array([-1e4, 1e4]))).all()
        assert np.isfinite(ACTIVATIONS[name].derivative(np.array([-1e4, 1e4]))).all()


def test_functions_are_found_by_their_other_names_and_in_the_order_asked_for():
    found = find_activations(["swish", "relu"])
    assert list(found) == ["swish", "relu"]
    assert found["swish"] is ACTIVATIONS["silu"]
    with pytest.raises(ConfigError, match="no activation function is called"):
        find_activations(["relu", "rely"])


@pytest.mark.parametrize("names", [None, ["selu"], ["hard_swish", "exponential"]])
def test_functions_can_be_read(names):
    assert faults_of(drawn(draw_activations, find_activations(names))) == []
