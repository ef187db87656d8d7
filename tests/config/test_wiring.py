"""The list of layers as a graph: what takes what, the order, the outputs, and what no graph can be."""

from __future__ import annotations

from typing import Any

import pytest

from dnnrun.components import Component
from dnnrun.config.topology import DataInputs, Topology
from dnnrun.config.wiring import read_topology
from dnnrun.errors import Place

TWO = DataInputs(("size", "place"), ("dataset", "inputs"))
UNKNOWN = DataInputs(None)


def at(path: tuple[Any, ...], *, of_key: bool = False) -> Place:
    """Name a place by its path; the position in the list is its line."""
    dotted = ".".join(map(str, path)) + ("!" if of_key else "")
    return Place(dotted, next((part + 1 for part in path if isinstance(part, int)), 0))


def layer(name: str | None = None, *inputs: Any, kind: str = "Dense") -> Component:
    named = {"name": name} if name else {}
    given = {"inputs": inputs if len(inputs) > 1 else inputs[0]} if inputs else {}
    return Component(kind, {**named, **given})


def read(*layers: Component | None, data: DataInputs = DataInputs(), outputs: Any = None) -> Topology:  # noqa: B008
    topology, problems = read_topology(layers, data, outputs, at)
    assert not problems
    return topology


def faults(*layers: Component | None, data: DataInputs = DataInputs(), outputs: Any = None) -> list[str]:  # noqa: B008
    _, problems = read_topology(layers, data, outputs, at)
    return [f"{problem.where.file if problem.where else ''}: {problem.what}" for problem in problems]


def takes(topology: Topology) -> list[tuple[int, tuple[int | str, ...]]]:
    return [(node.position, node.takes) for node in topology.nodes]


def test_a_list_without_inputs_is_a_stack() -> None:
    topology = read(Component("Flatten"), layer("hidden"), layer())
    assert takes(topology) == [(0, ("rows",)), (1, (0,)), (2, (1,))]
    assert topology.inputs == ("rows",)
    assert topology.outputs == (2,)


def test_a_skip_and_who_takes_what() -> None:
    topology = read(layer("wide"), layer("deep"), layer(None, "wide", "deep", kind="Add"))
    assert takes(topology) == [(0, ("rows",)), (1, (0,)), (2, (0, 1))]
    assert [node.position for node in topology.takers(0)] == [1, 2]
    assert topology.node(1).name == "deep"
    assert topology.node(2).path == ("model", "layers", 2)


def test_a_layer_may_take_one_further_down_and_is_made_behind_it() -> None:
    topology = read(
        layer("late", "early"), layer("join", "late", "early", kind="Add"), layer("early", "rows"), layer(None, "join")
    )
    assert [node.position for node in topology.nodes] == [2, 0, 1, 3]


def test_a_stack_is_one_and_a_graph_is_none() -> None:
    assert read(Component("Flatten"), layer("named"), layer()).is_stack
    assert read(layer(), layer(None, kind="Dropout")).is_stack
    assert not read(layer("wide"), layer("deep"), layer(None, "wide", "deep", kind="Add")).is_stack
    assert not read(layer("near"), layer("far"), outputs=["near", "far"]).is_stack


def test_what_stands_behind_a_layer() -> None:
    topology = read(layer("a"), layer("b", "rows"), layer("c", "a"), layer(None, "b", "c", kind="Add"))
    assert [node.position for node in topology.behind(0)] == [2, 3]
    assert [node.position for node in topology.behind(1)] == [3]
    assert [node.position for node in topology.takers("rows")] == [0, 1]


def test_what_keras_makes_has_no_inputs() -> None:
    [node] = read(layer("out", "rows")).nodes
    assert node.component == Component("Dense", {"name": "out"})


def test_a_list_of_one_input_and_an_input_taken_twice() -> None:
    assert takes(read(Component("Dense", {"inputs": ("rows",)}))) == [(0, ("rows",))]
    assert takes(read(layer(None, "rows", "rows", kind="Add"))) == [(0, ("rows", "rows"))]


def test_inputs_of_the_data_in_the_order_of_the_data() -> None:
    topology = read(layer("a", "place"), layer("b", "size"), layer(None, "a", "b"), data=TWO)
    assert topology.inputs == ("size", "place")


def test_a_single_input_with_a_name_need_not_be_named() -> None:
    assert takes(read(layer(), data=DataInputs(("size",)))) == [(0, ("size",))]


def test_names_are_taken_for_inputs_where_only_the_data_knows_them() -> None:
    topology = read(layer("a", "left"), layer("b", "right"), layer(None, "a", "b"), data=UNKNOWN)
    assert topology.inputs == ("left", "right")
    assert takes(read(layer(), data=UNKNOWN)) == [(0, ("rows",))]


def test_outputs_in_the_order_of_the_loss() -> None:
    layers = layer("trunk"), layer("kind"), layer("price", "trunk")
    assert read(*layers, outputs=["price", "kind"]).outputs == (2, 1)
    assert read(*layers, outputs=["price", "kind"]).inputs == ("rows",)
    assert read(layer("near"), layer("far"), outputs=["near", "far"]).outputs == (0, 1)


INPUTS_OF_FIRST = "model.layers.0.Dense.inputs"


@pytest.mark.parametrize(
    ("layers", "data", "outputs", "expected"),
    [
        ([layer("a", "b"), layer()], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: there is no layer and no input of the data named 'b'"]),
        ([layer("a"), layer(None, "a", "b")], DataInputs(), None,
         ["model.layers.1.Dense.inputs.1: there is no layer and no input of the data named 'b'"]),
        ([layer("a", 3), layer()], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: inputs of Dense must be a name or a list of names, not the number 3"]),
        ([layer("a", "rows", None), layer()], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}.1: inputs of Dense must be a name or a list of names, not nothing"]),
        ([Component("Dense", {"inputs": ()})], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: inputs of Dense must be a name or a list of names, not an empty list"]),
        ([layer("a"), layer("a"), layer()], DataInputs(), None,
         ["model.layers.1.Dense.name: two layers are named 'a'"]),
        ([layer("rows"), layer()], DataInputs(), None,
         ["model.layers.0.Dense.name: 'rows' is the name of an input of the data, and cannot be that of a layer too"]),
        ([layer("a", "a"), layer()], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: a takes what it gives itself"]),
        ([layer("a", "c"), layer(), layer("c"), layer()], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: these layers wait for one another in a circle: a -> Dense -> c -> a"]),
        ([layer("a", "d"), layer("b", "c"), layer("c", "b"), layer("d", "a"), layer(None, "rows")], DataInputs(), None,
         [f"{INPUTS_OF_FIRST}: these layers wait for one another in a circle: a -> d -> a",
          "model.layers.1.Dense.inputs: these layers wait for one another in a circle: b -> c -> b"]),
        ([layer("a"), layer(None, "rows")], DataInputs(), None,
         ["model.layers.0.Dense!: nothing takes what a gives, and it is no output"]),
        ([layer("a"), layer("b", "rows")], DataInputs(), ["a"],
         ["model.layers.1.Dense!: nothing takes what b gives, and it is no output"]),
        ([layer("a")], DataInputs(), ["b"],
         ["loss.b!: the loss names 'b', which is no layer of the model"]),
        ([layer("a")], TWO, None,
         ["model.layers.0: the data has the inputs size, place, and Dense does not say which it takes"]),
        ([layer("a", "size")], TWO, None,
         ["dataset.inputs.place!: no layer takes the input 'place' of the data"]),
    ],
)  # fmt: skip
def test_what_no_graph_can_be(layers: list[Component], data: DataInputs, outputs: Any, expected: list[str]) -> None:
    assert faults(*layers, data=data, outputs=outputs) == expected


def test_one_mistake_is_not_told_twice() -> None:
    """A branch is not called unused where a misspelt name, or an item that cannot be read, may have meant it."""
    assert len(faults(layer("left"), layer("right", "rows"), layer(None, "lefft", "right"))) == 1
    assert faults(layer("left"), layer("right", "rows"), None, layer(None, "right")) == []


def test_hints() -> None:
    _, [problem] = read_topology([layer("left"), layer(None, "lefft", "left")], DataInputs(), None, at)
    assert problem.hint == "did you mean 'left'?\nlayers with a name: left; inputs of the data: rows"
    _, [problem] = read_topology([layer("a"), layer("a")], DataInputs(), None, at)
    assert problem.hint == "the other stands in line 1; give one of them another name"
