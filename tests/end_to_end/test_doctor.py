"""``dnnrun doctor``: a small training proves that the installation works; what fails is told with what to do."""

from __future__ import annotations

import json
import re

import pytest

from tests.end_to_end.conftest import Dnnrun


@pytest.mark.slow
def test_what_works_is_shown_and_nothing_is_left_behind(dnnrun: Dnnrun) -> None:
    temporary = dnnrun.folder / "tmp"
    temporary.mkdir()
    done = dnnrun("doctor", TMPDIR=str(temporary), SECRET_TOKEN="hunter2")
    assert (done.code, done.err) == (0, "")
    labels = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
    assert labels == [
        "python", "packages", "system", "cores", "memory", "caches", "data", "runs", "devices", "training",
    ]  # fmt: skip
    assert re.search(r"^devices +ok: CPU.*'device: auto' takes: \w+", done.out, re.MULTILINE)
    assert re.search(r"^training +ok: 3 epochs of iris in .* s, loss 0\.\d+ > ", done.out, re.MULTILINE)
    assert f"temporary {temporary}" in re.sub(r"\s+", " ", done.out)
    assert "hunter2" not in done.out
    assert [path.name for path in dnnrun.folder.iterdir()] == ["tmp"]
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_a_file_named_runs_is_in_the_way(dnnrun: Dnnrun) -> None:
    runs = dnnrun.write("runs", "mine")
    done = dnnrun("doctor", "--json")
    assert done.code == 4
    found = json.loads(done.out)
    what = f"no run can be made in {runs}: {runs} is not a folder"
    hint = "move runs away, or choose another place with --runs-dir"
    assert found["failures"] == {"runs": {"exit_code": 4, "problems": [{"what": what, "hint": hint}]}}
    assert (found["ok"], found["runs"]) == (False, None)
    assert found["training"]["losses"][-1] < found["training"]["losses"][0]
    assert found["devices"][0]["kind"] == "CPU"
    assert done.err == f"error: {what}\n     = {hint}\n"
    assert runs.read_text() == "mine"


@pytest.mark.slow
def test_a_training_that_fails(dnnrun: Dnnrun) -> None:
    package = dnnrun.folder / "broken" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('libodd.so: cannot open shared object file')\n")
    done = dnnrun.installed("doctor", PYTHONPATH=str(package.parent))
    assert done.code == 5
    assert re.search(r"^devices +FAILED$", done.out, re.MULTILINE)
    assert re.search(r"^training +not tried$", done.out, re.MULTILINE)
    assert "error: devices: ImportError: libodd.so: cannot open shared object file" in done.err
    assert "Traceback" not in done.err
    debugged = dnnrun.installed("doctor", "--debug", PYTHONPATH=str(package.parent))
    assert "Traceback" in debugged.err
