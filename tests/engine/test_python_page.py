"""`docs/python.md` is a notebook: what it shows runs from its first line to its last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    for name in ("iris_softmax", "mnist_adam"):
        config = (ROOT / "configs" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / "configs" / f"{name}.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "new_rows.csv").write_text(
        "petal_width,species,petal_length,sepal_width,sepal_length\n0.2,?,1.4,3.5,5.1\n", encoding="utf-8"
    )
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(tmp_path / "digit.png")
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    known: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        exec(compile(block, "docs/python.md", "exec"), known)
    assert known["run"].record["name"] == "flowers"
    assert known["said"].values.tolist() == ["Iris-setosa"]
    assert known["said"].probabilities.shape == (1, 3)
    assert set(known["table"]["status"]) == {"completed"}
    assert (tmp_path / "report.html").stat().st_size > 1_000_000
