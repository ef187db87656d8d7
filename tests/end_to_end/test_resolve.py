"""`dnnrun resolve`: a config that says where each of its values comes from, and that trains the same run."""

from __future__ import annotations

import json

from dnnrun.api.validation import resolve
from dnnrun.config.load import load_config
from dnnrun.config.resolved import to_plain
from tests.end_to_end.conftest import CONFIGS, Dnnrun

EXTENDING = f"""\
extends: {CONFIGS / "mnist_adam.yaml"}
callbacks: [{{EarlyStopping: {{baseline: .inf}}}}]
"""


def test_what_is_printed_is_the_config(dnnrun: Dnnrun) -> None:
    config = dnnrun.write("config.yaml", EXTENDING)
    done = dnnrun("resolve", "config.yaml", "--set", "optimizer.Adam.learning_rate=0.5", "--set", "epochs=3")
    assert (done.code, done.err) == (0, "")
    again = load_config(dnnrun.write("printed.yaml", done.out))
    assert to_plain(again) == to_plain(resolve(config, ["optimizer.Adam.learning_rate=0.5", "epochs=3"]))
    lines = [line.split("  # ") for line in done.out.splitlines() if "  # " in line]
    comments = {line.strip(): comment for line, comment in lines}
    base = (CONFIGS / "mnist_adam.yaml").read_text(encoding="utf-8").splitlines()
    assert comments["batch_size: 32"].endswith(f"mnist_adam.yaml:{base.index('batch_size: 32') + 1}")
    assert comments["baseline: .inf"] == "config.yaml:2"
    assert comments["learning_rate: 0.5"] == "--set optimizer.Adam.learning_rate=0.5"
    assert comments["jit: auto"] == "default"
    assert comments["scale: 0.00392156862745098"] == "default, chosen by the data"
    as_json = json.loads(dnnrun("resolve", "config.yaml", "--json").out)
    assert as_json["config"]["callbacks"] == [{"EarlyStopping": {"baseline": None}}]
    assert as_json["config"]["dataset"]["validation_split"] == 0.1
    assert as_json["origins"]["callbacks.0.EarlyStopping.baseline"] == "config.yaml:2"


def test_mistakes(dnnrun: Dnnrun) -> None:
    dnnrun.write("config.yaml", EXTENDING + "epoch: 3\n")
    done = dnnrun("resolve", "config.yaml", "--json")
    assert (done.code, done.out) == (2, "")
    assert "config.yaml:3:1: error: unknown key 'epoch'" in done.err
    assert dnnrun("resolve", "nothing.yaml").code == 2
