"""Rules over graphs: branches, several inputs and several outputs are seen for what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.api.validation import validate

Found = Callable[..., list[str]]
SPARSE = "sparse_categorical_crossentropy"
OUT = "{Dense: {units: 3, activation: softmax}}"
LEFT, RIGHT = "{Dense: {units: 8, name: left}}", "{Dense: {units: 8, name: right, inputs: rows}}"
BOTH = "{Concatenate: {inputs: [left, right]}}"
TWO_OUTPUTS = [
    "{Dense: {units: 8, name: trunk}}",
    "{Dense: {units: 3, activation: softmax, name: kind}}",
    "{Dense: {units: 1, name: size, inputs: trunk}}",
]
LOSSES = f"{{kind: {SPARSE}, size: mse}}"


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Return the rules that a config breaks, and the message of those that have no rule."""

    def rules(*layers: str, loss: str = SPARSE, dataset: str = "iris", lines: str = "") -> list[str]:
        config = tmp_path / "config.yaml"
        listed = "".join(f"    - {layer}\n" for layer in layers)
        config.write_text(
            f"dataset: {dataset}\nmodel:\n  activation: relu\n  layers:\n{listed}"
            f"optimizer: Adam\nloss: {loss}\nepochs: 9\n{lines}"
        )
        return [problem.rule or problem.what for problem in validate(config)]

    return rules


def test_sound_graphs_break_no_rule(found: Found) -> None:
    assert found(LEFT, RIGHT, BOTH, OUT) == []
    assert found(*TWO_OUTPUTS, loss=LOSSES, lines="metrics: {kind: [accuracy], size: [mae]}\n") == []


def test_branches_side_by_side_are_no_deep_stack(found: Found) -> None:
    layers = [f"{{Dense: {{units: 8, activation: sigmoid, name: b{n}, inputs: rows}}}}" for n in range(4)]
    assert found(*layers, "{Add: {inputs: [b0, b1, b2, b3]}}", OUT) == []
    stack = [f"{{Dense: {{units: {8 + n}, activation: sigmoid}}}}" for n in range(4)]
    assert found(*stack, OUT) == ["vanishing-gradients"]


def test_dropout_is_behind_the_output_by_what_it_takes_and_not_by_its_line(found: Found) -> None:
    late = "{Dropout: {rate: 0.2, name: late, inputs: rows}}"
    assert found("{Dense: {units: 3, activation: softmax, name: out, inputs: late}}", late,
                 "{Activation: {activation: linear, inputs: out}}") == []  # fmt: skip
    assert found(LEFT, OUT, "{Dropout: 0.2}") == ["dropout-after-output"]


def test_the_units_of_an_output_that_takes_columns(found: Found) -> None:
    dataset = "{source: iris, inputs: {a: [sepal_length, sepal_width], b: [petal_length, petal_width]}}"
    layers = ["{Dense: {units: 8, inputs: a}}", "{Concatenate: {inputs: [b, first]}}"]
    layers[0] = "{Dense: {units: 8, name: first, inputs: a}}"
    assert found(*layers, OUT, dataset=dataset) == []
    assert found(*layers, OUT.replace("3", "2"), dataset=dataset) == ["output-units"]


def test_what_the_logs_of_several_outputs_will_have(found: Found) -> None:
    lines = "metrics: {kind: [accuracy]}\ncallbacks: [{EarlyStopping: {monitor: %s, patience: 2}}]\n"
    for monitor in ("loss", "kind_loss", "size_loss", "kind_accuracy"):
        assert found(*TWO_OUTPUTS, loss=LOSSES, lines=lines % monitor) == []
    assert found(*TWO_OUTPUTS, loss=LOSSES, lines=lines % "accuracy") == ["monitor-missing"]
    assert found(*TWO_OUTPUTS, loss=LOSSES, lines=lines % "val_kind_loss") == ["monitor-missing"]
