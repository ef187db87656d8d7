"""The end of the process: at once, where Python would take TensorFlow apart object by object, which takes a second."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys


def leave(code: object) -> None:
    """End the process as ``sys.exit`` does, exit handlers and all, but without freeing what ends with it anyway.

    Where TensorFlow has not been imported, this returns, and there is nothing to gain.

    Args:
        code: what ``SystemExit`` was raised with; a number, or None for 0.
    """
    if "tensorflow" not in sys.modules or not isinstance(code, int | None):
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed, or its reader has gone
            stream.flush()
    os._exit(code or 0)
