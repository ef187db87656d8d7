"""What a run records of where it was made: versions, machine, and the state of the code around it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import socket
import subprocess
from typing import Any

_PACKAGES = ("dnnrun", "tensorflow", "keras", "numpy", "pandas", "scikit-learn")


def versions() -> dict[str, str]:
    """Return the version of Python and of every package that can change a result."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in _PACKAGES}}


def machine() -> dict[str, Any]:
    """Return what computes: host, operating system, processor architecture and cores."""
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def git_state() -> dict[str, Any] | None:
    """Return commit and dirty flag of the repository around the current directory, or None where there is none."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(_git("status", "--porcelain", "--untracked-files=no"))}


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the git that the user has
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
