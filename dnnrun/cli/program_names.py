"""What a person types to start a program of this environment."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path


def as_typed(name: str, program: str) -> str:
    """Return what to type for a program of this environment: its name if the shell finds it by that, else its path."""
    found = shutil.which(name)
    if found and Path(found).absolute() == Path(program).absolute():
        return name
    return shlex.quote(os.path.relpath(program))
