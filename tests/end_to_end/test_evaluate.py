"""``dnnrun evaluate`` of networks: the figures of their training, for tables, texts, several outputs and logits."""

from __future__ import annotations

import json

import pytest

from dnnrun import Run
from tests.end_to_end.conftest import CONFIGS, Dnnrun

TABLE = "kind,age,price,city\n" + "".join(f"{'xyz'[i % 3]},{i},{i * 1.5},{'ab'[i % 2]}\n" for i in range(60))
TEXTS = "words,label\n" + "".join(f"a {'good' if i % 2 else 'bad'} film {i},{i % 2}\n" for i in range(60))
COMMON = "seed: 1\nepochs: 1\noptimizer: Adam\n"
MIXED = f"""{COMMON}
dataset: {{source: {{csv: {{path: rows.csv, target: {{price: price, city: city}}}}}}, test_split: 0.25}}
model:
  layers:
    - {{Dense: {{units: 4, name: hidden, inputs: rows, kernel_regularizer: {{L2: 0.1}}}}}}
    - {{Dense: {{units: 1, name: price, inputs: hidden, activation: linear}}}}
    - {{Dense: {{units: 2, name: city, inputs: hidden, activation: softmax}}}}
loss: {{price: mse, city: sparse_categorical_crossentropy}}
metrics: {{price: [mae, RootMeanSquaredError], city: [accuracy]}}
"""
WORDS = f"""{COMMON}
dataset:
  source: {{text: {{path: texts.csv, text: words, target: label}}}}
  test_split: 0.25
  preprocess: [{{TextVectorization: {{max_tokens: 30, output_sequence_length: 4}}}}]
model:
  layers: [{{Embedding: {{input_dim: 30, output_dim: 2}}}}, Flatten, {{Dense: {{units: 1, activation: linear}}}}]
  postprocess: [{{Activation: sigmoid}}]
loss: {{BinaryCrossentropy: {{from_logits: true}}}}
metrics: [{{BinaryAccuracy: {{threshold: 0}}}}]
"""


@pytest.mark.slow
@pytest.mark.parametrize("config", [MIXED, WORDS], ids=["mixed", "text"])
def test_the_figures_are_those_of_the_training(dnnrun: Dnnrun, config: str) -> None:
    dnnrun.write("rows.csv", TABLE)
    dnnrun.write("texts.csv", TEXTS)
    assert dnnrun("train", dnnrun.write("small.yaml", config), "-q").code == 0
    done = dnnrun("evaluate", "latest", "--resamples", "100", "--json")
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    found = json.loads(done.out)
    [path] = dnnrun.runs()
    expected = Run(path).evaluation
    assert expected is not None
    assert found["metrics"] == pytest.approx(expected["metrics"], rel=1e-6)
    for key in ("split", "rows", "trivial", "outputs", "classification"):
        assert found.get(key) == expected.get(key), key
    assert set(found["intervals"]) == set(expected["metrics"])
    for name, (low, high) in found["intervals"].items():
        assert low <= expected["metrics"][name] <= high, name


@pytest.mark.slow
def test_on_the_screen_and_of_a_run_that_is_not_there(dnnrun: Dnnrun) -> None:
    assert dnnrun("train", CONFIGS / "iris_softmax.yaml", "--smoke", "-q").code == 0
    done = dnnrun("evaluate", "iris", "--resamples", "100")
    assert done.code == 0, done.err
    assert done.err == ""
    assert "95 % intervals: percentile bootstrap over the rows, 100 resamples, seed 0" in done.out
    assert "Iris-setosa" in done.out
    assert dnnrun("evaluate", "nothing").code == 4
    assert dnnrun("evaluate", "iris", "--data", "missing.csv").code == 2
