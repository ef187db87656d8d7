"""The schema for editors: it takes what `load_config` takes, and refuses what is wrong without looking elsewhere."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dnnrun.config import catalog
from dnnrun.config.json_schema import DIALECT, build_schema, to_text
from dnnrun.config.load import parse_experiment
from dnnrun.config.reader import Document, read_text
from dnnrun.errors import ConfigError
from tests.config.conftest import VALID
from tests.config.test_config_messages import CASES, OUTPUT
from tests.config.test_config_mutations import VALID as EVERYTHING
from tests.mutations import mutated_value
from tests.support import with_lines

CONFIGS = Path(__file__).parents[2] / "configs"
SHIPPED = sorted(CONFIGS.rglob("*.yaml"))
TEMPLATES = sorted((CONFIGS.parent / "dnnrun" / "starter" / "templates").glob("*.yaml"))
SCHEMA = build_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

# Cases whose fault is no matter of one value in one file.
UNSEEN = {
    "not_finite": "JSON has no such number, and a schema no word for it",
    "stratify_without_shuffle": "two keys that exclude each other",
    "test_twice": "two keys that exclude each other",
    "stratify_by_time": "two keys that exclude each other",
    "validation_shuffle_of_nothing": "two keys that need each other",
    "validation_twice": "two keys that exclude each other",
    "scheduler_with_a_number": "what is called schedule is a schedule of Keras elsewhere",
    "own_missing_argument": "the user's own code is not read",
    "own_no_module": "the user's own code is not read",
    "own_no_such_name": "the user's own code is not read",
    "own_not_python": "the user's own code is not read",
    "own_unknown_argument": "the user's own code is not read",
}
UNSEEN |= dict.fromkeys(
    [
        f"graph_{case}"
        for case in (
            "circle", "duplicate_names", "first_layer_without_inputs", "input_not_taken", "input_without_name",
            "inputs_in_preprocess", "inputs_inside_wrapped_layer", "layer_named_as_input", "layer_takes_itself",
            "loss_for_missing_output", "loss_of_function_by_output", "metrics_without_names", "metrics_without_outputs",
            "misspelt_input", "names_as_first_argument", "odd_names", "output_named_val", "preprocess_of_unknown_input",
            "unknown_input", "unused_branch", "unused_branch_of_outputs",
        )
    ],
    "names are not matched with one another",
)  # fmt: skip
# What only reading the user's own code can tell, or matching the names of inputs, layers and outputs.
OF_OTHERS = re.compile(
    r"there is no module|'\S+' has no|\S+:\S+ (has no argument|needs|takes no arguments)"
    r"|names? '\S*', which is no|names of outputs|dataset.preprocess must be a list, not a mapping"
)


def accepts(config: Any) -> bool:
    return VALIDATOR.is_valid(_as_json(config))


def _as_json(value: Any) -> Any:
    """Return a config as an editor sees it: keys are texts."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list) else value


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(inner)


def test_it_is_a_schema() -> None:
    assert SCHEMA["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(to_text(SCHEMA)) == SCHEMA
    referred = {part["$ref"] for part in _parts(SCHEMA) if isinstance(part.get("$ref"), str)}
    assert referred == {f"#/$defs/{name}" for name in SCHEMA["$defs"]}


def test_the_shipped_schema_is_fresh() -> None:
    assert (CONFIGS / "dnnrun.schema.json").read_text() == to_text(SCHEMA), "run 'make schema'"


def test_every_object_is_in_it_with_its_arguments_defaults_and_help() -> None:
    seen = 0
    for kind in catalog.described_kinds():
        for name, known in catalog.entries(kind).items():
            if known.is_function or known.alias_of:
                continue
            seen += 1
            entry = catalog.with_inputs(known) if kind == "layers" else known
            described = SCHEMA["$defs"][f"{kind}.{name}"]
            properties = described["anyOf"][0]["properties"]
            assert described["description"] == entry.doc
            assert {n: p.get("default") for n, p in properties.items()} == {
                n: p.default for n, p in entry.parameters.items()
            }
            assert all(argument["description"] for argument in properties.values())
    assert seen > 250


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_configs(path: Path) -> None:
    text = path.read_text()
    assert accepts(read_text(text, path.name).value)
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named
    assert (path.parent / named[1]).resolve() == CONFIGS / "dnnrun.schema.json"


def test_all_shipped_configs_are_seen() -> None:
    assert len(SHIPPED) >= 5
    assert len(TEMPLATES) >= 8


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates(path: Path) -> None:
    assert accepts(read_text(path.read_text(), path.name).value)


def _bad_configs() -> dict[str, Any]:
    """Return the golden bad configs that are YAML and bad by themselves, without ``extends`` and ``--set``."""
    found = {}
    for case in CASES:
        config = re.split(r"^# --- file ", case.read_text(encoding="utf-8").partition(OUTPUT)[0], flags=re.MULTILINE)[0]
        try:
            value = read_text(config, case.name).value
        except ConfigError:  # an editor says so without a schema
            continue
        if not re.search(r"^(# --set |extends:)", config, re.MULTILINE):
            found[case.stem] = value
    return found


BAD = _bad_configs()


def test_enough_bad_configs_are_seen() -> None:
    assert len(BAD) >= 110
    assert set(UNSEEN) <= set(BAD)
    assert len(UNSEEN) <= 45


@pytest.mark.parametrize("name", BAD)
def test_bad_configs(name: str) -> None:
    assert accepts(BAD[name]) == (name in UNSEEN), UNSEEN.get(name, "the schema does not see it")


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_with_reading_the_config(seed: int, my_package: Path) -> None:
    rng, valid, agreed = random.Random(seed), read_text(EVERYTHING, "c").value, [0, 0]
    assert accepts(valid)
    for _ in range(100):
        config = valid
        for _ in range(rng.choice([1, 1, 2, 5])):
            config = mutated_value(rng, config) if config else valid
        problems = _problems_in(config)
        if all(OF_OTHERS.search(problem) for problem in problems):
            assert accepts(config), list(VALIDATOR.iter_errors(_as_json(config)))
        else:
            assert not accepts(config), problems
        agreed[bool(problems)] += 1
    assert min(agreed) > 0


def _problems_in(config: Any) -> list[str]:
    try:
        parse_experiment(Document(config))
    except ConfigError as error:
        return [problem.what for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "lines",
    [
        "dataset: my_pkg:make",
        "dataset: {source: {'my_pkg:make': {rows: 3, deep: {a: [1]}}}, validation: {csv: {path: v.csv, target: y}}}",
        "dataset: {source: {npz: x.npz}}",
        "model: my_pkg.nets:make",
        "model: {'my_pkg.nets:make': {width: 3}}",
        "optimizer: adam",
        "optimizer: {Adam: }",
        "optimizer: {Adam: 1e-3}",
        "optimizer: {Adam: {learning_rate: my_pkg:rate}}",
        "optimizer: {LossScaleOptimizer: {inner_optimizer: {SGD: 1}}}",
        "loss: {mse: }",
        "metrics: [accuracy, {AUC: {}}, {'my_pkg:metric': 3}, {mse: {}}]",
        "callbacks: [ModelCheckpoint, {ModelCheckpoint: {mode: MIN, verbose: true}}, {CSVLogger: x.csv}]",
        "class_weight: {0: 1, spam: 2.5}",
        "model: {activation: {LeakyReLU: 0.1}, layers: [{Conv2D: {filters: 3, kernel_size: [3, 3], padding: SAME}}]}",
        "model: {layers: [{RNN: {cell: {StackedRNNCells: {cells: [{LSTMCell: 3}, {GRUCell: 2}]}}}}]}",
        "model: {layers: [{Dense: {units: 3, kernel_initializer: {Constant: 0.5}, bias_regularizer: null}}]}",
    ],
)
def test_the_notation(lines: str) -> None:
    config = read_text(with_lines(VALID, lines), "c").value
    assert not list(VALIDATOR.iter_errors(_as_json(config)))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("{extends: base.yaml}", True),
        ("{extends: [a.yaml, b.yaml], dataset: {limit: 3}, model: {activation: relu}, optimizer: {Adam: {}}}", True),
        ("{extends: a.yaml, dataset: {source: {csv: {path: other.csv}}}}", True),
        ("{extends: a.yaml, optimizer: {SGD: {learning_rate: {CosineDecay: {decay_steps: 3}}}}}", True),
        ("{extends: a.yaml, model: {layers: [{Conv2D: {filters: 3}}]}}", False),  # a list replaces
        ("{extends: a.yaml, optimizer: {SGD: {rate: 3}}}", False),
        ("{extends: a.yaml, epoch: 3}", False),
        ("{extends: 3}", False),
        ("{dataset: mnist}", False),
    ],
)
def test_what_extends_another_may_be_partial(config: str, expected: bool) -> None:
    assert accepts(read_text(config, "c").value) is expected
