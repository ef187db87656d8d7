"""The quick end of a process loses nothing that the slow one does."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """\
import atexit, sys, types
from dnnrun.cli.leaving import leave

atexit.register(lambda: sys.stdout.write("handlers ran\\n"))
class Slow:
    def __del__(self):
        sys.stderr.write("taken apart\\n")
slow = Slow()
if {is_loaded}:
    sys.modules["tensorflow"] = types.ModuleType("tensorflow")
sys.stdout.write("said before\\n")
leave({code})
sys.stdout.write("it returned\\n")
"""


def run(code: object, *, is_loaded: bool = True) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(code=repr(code), is_loaded=is_loaded)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_exit_handlers_run_output_is_whole_and_nothing_is_taken_apart() -> None:
    done = run(5)
    assert (done.returncode, done.stdout, done.stderr) == (5, "said before\nhandlers ran\n", "")
    assert run(None).returncode == 0


def test_without_tensorflow_or_with_a_message_python_ends_as_ever() -> None:
    expected = "said before\nit returned\nhandlers ran\n"
    for done in (run(5, is_loaded=False), run("a message")):
        assert (done.returncode, done.stdout) == (0, expected)
        assert done.stderr == "taken apart\n"
