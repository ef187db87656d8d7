"""The network and its weights: what is drawn where, the numbers exactly, and that it can be read."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import h5py
import numpy as np
import pytest
from drawing import drawn, faults_of

from dnnrun.analysis.plots.layered import lay_out
from dnnrun.analysis.plots.network import Box, draw_network, gather_network
from dnnrun.analysis.plots.weights import draw_weights, gather_weights
from dnnrun.errors import RunError
from dnnrun.store import RunWriter


def layer(name: str, kind: str, inputs: list[str] | None, shape: list[int], **facts: Any) -> dict[str, Any]:
    plain = {"activation": None, "calls": 1, "parameters": 0, "trainable": 0, "preprocessing": False}
    return {"name": name, "kind": kind, "inputs": inputs, "shapes": [shape], **plain, **facts}


STACK = [
    layer("rows", "InputLayer", [], [28, 28], preprocessing=True),
    layer("dense", "Dense", ["rows"], [10], activation="softmax", parameters=7850, trainable=7850),
]


@pytest.fixture
def run_of(tmp_path):
    """Return a function that writes a run with a network, and weights by the names of their layers."""

    def make(layers=None, weights=None, name="run"):
        writer = RunWriter.create(tmp_path / "runs", name, {})
        if layers is not None:
            writer.write_network(layers)
        if weights is not None:
            with writer.weights_file() as path, h5py.File(path, "w") as file:
                for place, (layer_name, arrays) in enumerate(weights.items()):
                    group = file.create_group(f"layers/dense_{place}/vars")
                    group.attrs["name"] = layer_name
                    for number, array in enumerate(arrays):
                        group[str(number)] = array
                file["optimizer/vars/0"] = np.ones(9)
        writer.close()
        return writer.read()

    return make


def test_a_stack_of_layers_is_known_by_kind_shape_and_parameters(run_of):
    network = gather_network(run_of(STACK))
    assert network.boxes == [
        Box("rows", "InputLayer", "28 × 28", 0, is_trained=False, is_before=True),  # noqa: RUF001
        Box("dense", "Dense softmax", "10", 7850, is_trained=True, is_before=False),
    ]
    assert (network.arrows, network.parameters, network.trainable) == ([(0, 1)], 7850, 7850)


def test_a_run_that_recorded_no_layers_has_no_network(make_run):
    assert gather_network(make_run()) is None


@pytest.mark.parametrize("broken", [{"inputs": ["nobody"]}, {"calls": "x"}, {"shapes": 3}])
def test_a_damaged_record_is_an_error(run_of, broken):
    with pytest.raises(RunError, match="the record of its layers is damaged"):
        gather_network(run_of([{**STACK[0], **broken}]))


def test_columns_that_are_prepared_alike_are_one_box(run_of):
    columns = [layer(f"c{n}", "InputLayer", [], [1], preprocessing=True) for n in range(5)]
    kinds = ["Normalization"] * 4 + ["StringLookup"]
    prepared = [layer(f"p{n}", kind, [f"c{n}"], [1], parameters=3, preprocessing=True) for n, kind in enumerate(kinds)]
    last = layer("all", "Concatenate", [f"p{n}" for n in range(5)], [5])
    network = gather_network(run_of([*columns, *prepared, last]))
    assert [(box.kind, box.count, box.parameters) for box in network.boxes] == [
        ("InputLayer", 4, 0), ("InputLayer", 1, 0), ("Normalization", 4, 12), ("StringLookup", 1, 3),
        ("Concatenate", 1, 0),
    ]  # fmt: skip
    assert network.arrows == [(0, 2), (1, 3), (2, 4), (3, 4)]


def test_a_layer_that_takes_what_it_gave_has_no_arrow_to_itself(run_of):
    again = [STACK[0], {**STACK[1], "inputs": ["rows", "dense"], "calls": 2}]
    network = gather_network(run_of(again))
    assert network.arrows == [(0, 1)]
    assert network.boxes[1].kind == "Dense softmax, called 2 times"


@pytest.mark.parametrize(
    ("count", "edges"),
    [
        (0, []),
        (1, []),
        (4, [(0, 1), (1, 2), (2, 3), (0, 3)]),
        (7, [(0, 1), (0, 2), (0, 3), (0, 4), (1, 5), (2, 5), (3, 5), (4, 5), (0, 6), (5, 6)]),
        (6, [(0, 3), (1, 4), (2, 5), (0, 5), (2, 3)]),
    ],
)
def test_boxes_stand_below_those_that_they_take_from_and_beside_one_another(count, edges):
    layout = lay_out(count, edges)
    assert all(layout.places[source][1] < layout.places[target][1] for source, target in edges)
    for (x, y), (other_x, other_y) in combinations(layout.places.values(), 2):
        assert y != other_y or abs(x - other_x) >= 1
    for arrow, (source, target) in zip(layout.arrows, edges, strict=True):
        assert (arrow[0], arrow[-1]) == (layout.places[source], layout.places[target])
        for x, y in arrow[1:-1]:  # leads around the boxes of the ranks that it passes
            assert all(abs(x - box_x) > 0.5 for box_x, box_y in layout.places.values() if box_y == y)
    assert all(abs(x) + 0.5 <= layout.width / 2 + 1e-9 for x, _ in layout.places.values())


def test_arrows_do_not_cross_where_they_need_not():
    places = lay_out(6, [(0, 5), (1, 4), (2, 3)]).places
    upper = sorted((0, 1, 2), key=lambda box: places[box][0])
    lower = sorted((5, 4, 3), key=lambda box: places[box][0])
    assert [{0: 5, 1: 4, 2: 3}[box] for box in upper] == lower


DEEP = [
    layer("pixels", "InputLayer", [], [32, 32, 3]),
    *(layer(f"conv2d_{n}", "Conv2D", [f"conv2d_{n - 1}" if n else "pixels"], [32, 32, 64]) for n in range(200)),
    layer("a_head_with_quite_a_long_name_indeed", "Dense", ["conv2d_199"], [1000], activation="hard_sigmoid"),
]


@pytest.mark.parametrize("layers", [STACK, DEEP, [layer("code", "Mine", None, [], shapes=[])]], ids=len)
def test_networks_can_be_read(run_of, layers):
    assert faults_of(drawn(draw_network, gather_network(run_of(layers, name="long_name" * 12)))) == []


def test_weights_are_counted_by_layer_without_what_prepares_rows_and_what_the_optimizer_keeps(run_of):
    layers = [layer("normalization", "Normalization", [], [2], preprocessing=True), *STACK]
    kernel, bias = np.array([[-1.0, 0.0], [0.5, 1.0]]), np.array([np.nan, 2.0])
    found = gather_weights(
        run_of(layers, {"dense": [kernel, bias, np.float64(3)], "normalization": [np.ones(2)]}, name="run")
    )
    of_kernel, of_bias = found.distributions
    assert (of_kernel.layer, of_kernel.shape, of_kernel.counts.sum(), of_kernel.not_finite) == ("dense", (2, 2), 4, 0)
    assert (of_kernel.edges[0], of_kernel.edges[-1], of_kernel.mean) == (-1, 1, 0.125)
    assert (of_bias.counts.sum(), of_bias.mean, of_bias.not_finite) == (1, 2, 1)


def test_weights_stand_in_the_order_of_the_network(run_of):
    layers = [layer(name, "Dense", [], [1]) for name in ("first", "second")]
    found = gather_weights(run_of(layers, {"second": [np.ones(2)], "first": [np.ones(2)], "other": [np.ones(2)]}))
    assert [each.layer for each in found.distributions] == ["first", "second", "other"]


def test_a_run_without_weights_has_no_histograms_and_damaged_ones_are_an_error(make_run, run_of):
    assert gather_weights(make_run()) is None
    run = run_of(weights={"dense": [np.ones(2)]})
    run.weights_file.write_bytes(b"\x89HDF")
    with pytest.raises(RunError, match="damaged"):
        gather_weights(run)


@pytest.mark.parametrize(
    "arrays",
    [[np.full(3, np.nan)], [np.zeros((9, 9))], [np.linspace(-1e9, 1e9, 999), np.linspace(0, 1e-9, 99)] * 20],
    ids=["no number", "all alike", "forty arrays, huge and tiny"],
)
def test_histograms_of_weights_can_be_read(run_of, arrays):
    found = gather_weights(run_of(weights={"a_layer_with_a_very_long_name_indeed": arrays}))
    assert len(found.distributions) == min(30, len(arrays))
    assert faults_of(drawn(draw_weights, found)) == []
