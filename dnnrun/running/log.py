"""train.log: what Python's logging and warnings say while a run lasts, with times."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from dnnrun.running.observer import Observer

logger = logging.getLogger("dnnrun")
_WARNINGS = logging.getLogger("py.warnings")
_LOGGERS = (logger, _WARNINGS, logging.getLogger("tensorflow"), logging.getLogger("absl"))


class _ToObserver(logging.Handler):
    """Hands Python's warnings to the observer, each text once."""

    def __init__(self, observer: Observer) -> None:
        super().__init__(logging.WARNING)
        self._observer = observer
        self._seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = _without_source(record.getMessage())
        if text not in self._seen:
            self._seen.add(text)
            self._observer.warned(text)


@contextlib.contextmanager
def logging_to(file: Path, observer: Observer) -> Iterator[None]:
    """Write to the log file, and pass warnings on to the observer, for as long as this lasts."""
    to_file = logging.FileHandler(file, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    to_observer = _ToObserver(observer)
    levels = [each.level for each in _LOGGERS]
    logger.setLevel(logging.INFO)
    for each in _LOGGERS:
        each.addHandler(to_file)
    _WARNINGS.addHandler(to_observer)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        _WARNINGS.removeHandler(to_observer)
        for each, level in zip(_LOGGERS, levels, strict=True):
            each.removeHandler(to_file)
            each.setLevel(level)
        to_file.close()


def _without_source(message: str) -> str:
    """Return the text of a captured warning without the file and the source line that `warnings` puts around it."""
    first = message.split("\n  ", maxsplit=1)[0].strip()
    _, colon, text = first.partition("Warning: ")
    return " ".join((text if colon else first).split())
