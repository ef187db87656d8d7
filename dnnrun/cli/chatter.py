"""TensorFlow's chatter: it writes to the process's stderr from C++, past Python, so the file descriptor is turned."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class Chatter:
    """Stderr of the process, turned to a file; what is meant for the person goes to `screen`.

    Args:
        screen: the stderr that the command was started with.
    """

    def __init__(self, screen: IO[str], kept: IO[bytes]) -> None:
        self.screen = screen
        self._kept = kept

    def continue_in(self, log: Path) -> None:
        """Copy what came so far to the end of a log, and send what comes from now on there directly."""
        self._kept.seek(0)
        with log.open("ab") as target:
            target.write(self._kept.read())
            target.flush()
            sys.stderr.flush()
            os.dup2(target.fileno(), 2)


@contextlib.contextmanager
def turned_away() -> Iterator[Chatter]:
    """Keep everything that is written to stderr off the screen for as long as this lasts."""
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as kept, os.fdopen(os.dup(original), "w", encoding="utf-8") as screen:
        faulthandler.enable(file=screen)  # the last words of a process that TensorFlow takes down
        os.dup2(kept.fileno(), 2)
        try:
            yield Chatter(screen, kept)
        finally:
            faulthandler.disable()
            screen.flush()
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
