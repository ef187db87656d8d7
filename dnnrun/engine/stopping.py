"""Ctrl-C and SIGTERM while a run trains: the first finishes the step at hand, the second stops at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from dnnrun.running.observer import Observer


class StopRequest:
    """Whether somebody wants the training to end, and what that ending is to be raised as.

    Args:
        observer: who is told that the wish was heard.
    """

    def __init__(self, observer: Observer) -> None:
        self.interrupt: KeyboardInterrupt | None = None
        self._observer = observer

    def request(self, interrupt: KeyboardInterrupt) -> None:
        """Ask for an end; asked a second time, the interrupt is raised here and now."""
        if self.interrupt is not None:
            raise interrupt
        self.interrupt = interrupt
        self._observer.stopping()

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as requests for as long as this lasts, where this is the main thread.

        What the handlers found here would have raised is what the request holds: a command that tells SIGTERM from
        Ctrl-C goes on doing so.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        taken = {each: handler for each, handler in former.items() if callable(handler)}
        for each, handler in taken.items():
            signal.signal(each, self._handler(handler))
        try:
            yield
        finally:
            for each, handler in taken.items():
                signal.signal(each, handler)

    def _handler(self, former: Callable[..., Any]) -> Callable[..., None]:
        def handle(number: int, frame: Any) -> None:
            try:
                former(number, frame)
            except KeyboardInterrupt as interrupt:
                self.request(interrupt)

        return handle
