"""Whatever is done to a valid config, it is found valid or its faults are found at their places, soon."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnnrun.api.validation import validate
from dnnrun.config.reader import read_text
from tests.mutations import mutated_bytes, mutated_text, mutated_value

PATIENCE = 2.0  # seconds
EACH = 1700
CHECKS = list(HealthCheck)
# One of each form; mutating every one of the family of an experiment would only take long.
FORMS = [
    "boston_regression",
    "fashion_mnist_adam",
    "iris_branches",
    "iris_softmax",
    "mnist_adam",
    "pima_early_stopping",
]
CONFIGS = [Path(__file__).parents[2] / "configs" / f"{name}.yaml" for name in FORMS]


def spoilt(rng: random.Random, text: str) -> bytes:
    """Return a config with one to five faults of a kind."""
    kind = rng.choice(["values", "values", "text", "bytes"])
    if kind == "bytes":
        return mutated_bytes(rng, mutated_text(rng, text).encode("utf-8", "replace"))
    value = read_text(text, "config").value
    for _ in range(rng.choice([1, 1, 2, 5])):
        if kind == "text":
            text = mutated_text(rng, text)
        else:
            value = mutated_value(rng, value) if value else {}
    return (text if kind == "text" else yaml.safe_dump(value, allow_unicode=True)).encode("utf-8", "replace")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_fault_is_found_at_its_place_and_soon(config: Path, tmp_path: Path) -> None:
    assert EACH * len(CONFIGS) >= 10_000
    file, valid, tried = tmp_path / "config.yaml", config.read_text(encoding="utf-8"), 0

    @settings(
        deadline=None, derandomize=True, database=None, max_examples=EACH, suppress_health_check=list(HealthCheck)
    )
    @given(st.integers(0, 2**64))
    def check(seed: int) -> None:
        nonlocal tried
        tried += 1
        file.write_bytes(spoilt(random.Random(seed), valid))
        began = time.perf_counter()
        problems = validate(file)
        assert time.perf_counter() - began < PATIENCE
        for problem in problems:
            assert problem.what
            assert problem.where is not None or str(file) in problem.what
            str(problem).encode()  # or it could not be printed

    check()
    assert tried >= EACH
