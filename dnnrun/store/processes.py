"""Who is running a run: enough to tell a process that lives from one that died and from another with its number."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A process that ended stays in the table until its parent asks how; in a container that may be never.
_ENDED = ("Z", "X")


def this_process() -> dict[str, Any]:
    """Return what identifies this process: host, process id, and when the process began."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "began": _state_and_start(os.getpid())[1]}


def is_alive(process: Mapping[str, Any]) -> bool:
    """Whether the process still runs; one on another host is taken to, since it can't be asked from here."""
    if process.get("host") != socket.gethostname():
        return True
    pid = process.get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OverflowError:
        return False  # no process ever had such a number
    except PermissionError:
        pass
    state, began = _state_and_start(pid)
    if state in _ENDED:
        return False
    return began is None or process.get("began") in (None, began)


def _state_and_start(pid: int) -> tuple[str, int | None]:
    """Return a process's state, and its start in ticks since boot, which tells it from a later one of the same id."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = stat[stat.rindex(")") + 2 :].split()
        return fields[0], int(fields[19])
    except (OSError, ValueError, IndexError):
        return "", None  # no /proc on this system: the id alone has to do
