"""``dnnrun predict`` as a person uses it: tables into a file, rows on stdout, and what it says of wrong ones."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from dnnrun import Run
from tests.end_to_end.conftest import CONFIGS, Dnnrun

HEADER = "petal_width,species,petal_length,sepal_width,sepal_length\n"


@pytest.mark.slow
def test_new_rows_of_a_table(dnnrun: Dnnrun) -> None:
    assert dnnrun("train", CONFIGS / "iris_softmax.yaml", "--epochs", "2", "--quiet").code == 0
    dnnrun.write("new.csv", f"{HEADER}0.2,?,1.4,3.5,5.1\n2.0,?,5.5,2.9,6.7\n")
    done = dnnrun("predict", "latest", "new.csv")
    assert done.code == 0, done.err
    assert done.err == ""
    rows = list(csv.DictReader(done.out.splitlines()))
    assert [row["row"] for row in rows] == ["0", "1"]
    assert sum(float(rows[0][name]) for name in rows[0] if name.startswith("p_")) == pytest.approx(1)
    done = dnnrun("predict", "latest", "new.csv", "--json", "--top-k", "1", "-o", "out.json")
    assert done.out == ""
    assert done.err == "2 rows predicted into out.json\n"
    told = [json.loads(line) for line in (dnnrun.folder / "out.json").read_text(encoding="utf-8").splitlines()]
    assert [row["predicted"] for row in told] == [row["predicted"] for row in rows]
    assert [len(row["probabilities"]) for row in told] == [1, 1]

    dnnrun.write("gap.csv", f"{HEADER}0.2,?,1.4,3.5,5.1\n2.0,?,,2.9,6.7\n")
    done = dnnrun("predict", "latest", "gap.csv", "-o", "gap_out.csv")
    assert done.code == 3
    assert done.err.startswith("error: gap.csv: column 'petal_length' has no value in 1 row (line 3)\n")
    assert not (dnnrun.folder / "gap_out.csv").exists()
    np.save(dnnrun.folder / "row.npy", np.array([5.1, 3.5, 1.4, 0.2]))
    assert f"{rows[0]['predicted']}," in dnnrun("predict", "latest", "row.npy").out

    assert dnnrun("predict", "latest", "new.csv", "-o", "out.xlsx").code == 2
    (run,) = dnnrun.runs()
    Run(run).files["model"].unlink()
    done = dnnrun("predict", "latest", "new.csv")
    assert done.code == 4
    assert "holds no model" in done.err
