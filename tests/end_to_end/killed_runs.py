"""Trains a run that is killed again and again, each time by SIGKILL, and resumed: started by `test_killed`.

TensorFlow is imported once; every training is a fork of this process, made before TensorFlow has computed anything.
Some are killed after a random time, the others inside a random one of the calls that bring something to the disk.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dnnrun.engine.resuming  # noqa: F401 - TensorFlow, once
from dnnrun import Run, resume, train

LONGEST = 4.0  # seconds from the fork to a kill by time


def main(kills: int) -> None:
    """Train ``whole`` without kills, and ``cut`` with them; print how many came by time and how many in a write."""
    random.seed(4)
    assert _in_fork(lambda: _train("whole")) == 0
    came = {"by time": 0, "in a write": 0}
    cuts = 0
    while sum(came.values()) < kills:
        cuts += 1
        while _status(f"cut{cuts}") != "completed" and sum(came.values()) < kills:
            in_write = came["in a write"] < came["by time"]
            code = _in_fork(
                partial(_go_on, f"cut{cuts}"), None if in_write else random.uniform(0.2, LONGEST), in_write=in_write
            )
            came["in a write" if in_write else "by time"] += code == -signal.SIGKILL
            assert code in (0, -signal.SIGKILL)
    if _status(f"cut{cuts}") != "completed":
        assert _in_fork(partial(_go_on, f"cut{cuts}")) == 0
    sys.stdout.write(json.dumps(came) + "\n")


def _go_on(name: str) -> None:
    run = _run_named(name)
    if run is None:
        _train(name)
    else:
        resume(run, allow_code=True)


def _train(name: str) -> None:
    train("config.yaml", overrides=[f"name={name}"], runs_dir="runs", allow_code=True)


def _status(name: str) -> str:
    run = _run_named(name)
    return Run(run).status if run else ""


def _run_named(name: str) -> Path | None:
    """Return a run that can be resumed; a directory without a config is of a process that was killed at its start."""
    found = [path for path in Path("runs").glob(f"*-{name}") if (path / "resolved.yaml").exists()]
    return found[0] if found else None


def _in_fork(action: Callable[[], object], kill_after: float | None = None, *, in_write: bool = False) -> int:
    """Carry out an action in a process of its own; return its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if in_write:
                _die_in_a_write(random.Random(os.getpid() + time.time_ns()))
            action()
            code = 0
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            sys.stderr.flush()
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_in_a_write(chance: random.Random) -> None:
    """Kill this process before, or half way through, one of its next writes."""
    left = chance.randrange(3, 60)
    write, fsync, replace = os.write, os.fsync, Path.replace

    def count() -> bool:
        nonlocal left
        left -= 1
        return left <= 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def dying_write(descriptor: int, content: bytes) -> int:
        if count():
            write(descriptor, content[: len(content) // 2])
            die()
        return write(descriptor, content)

    def dying_fsync(descriptor: int) -> None:
        if count():
            die()
        fsync(descriptor)

    def dying_replace(path: Path, target: Path) -> Path:
        if count():
            with path.open("r+b") as file:  # as if the process had not come to its end
                file.truncate(path.stat().st_size // 2)
            die()
        return replace(path, target)

    os.write, os.fsync, Path.replace = dying_write, dying_fsync, dying_replace  # type: ignore[assignment]


if __name__ == "__main__":
    main(int(sys.argv[1]))
