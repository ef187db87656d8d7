"""Where the workers of a run meet before TensorFlow connects them.

TensorFlow waits an hour for a worker that never comes, deaf to Ctrl-C, and computes on when two of them have different
data. So the chief waits at its own address first, everyone tells it what they are about to train, and only when all
are there, and about to train the same, does anybody go on.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from dnnrun.engine.workers import Workers
from dnnrun.errors import ConfigError, Problem

Facts = Mapping[str, str]
_PATIENCE = 0.2  # seconds between two looks, in which a signal may come
_LONGEST = 10_000_000  # characters of a message
_SECONDS_TO_SPEAK = 5.0


def meet(workers: Workers, facts: Facts, waiting: Callable[[str], None]) -> None:
    """Return when every worker is there and has the same facts.

    Args:
        workers: who is to come.
        facts: what all must have in common, by name.
        waiting: told whom this process waits for, whenever that changes.

    Raises:
        ConfigError: the facts are not the same, or an address is taken.
    """
    fault = _receive(workers, facts, waiting) if workers.is_chief else _report(workers, facts, waiting)
    if fault:
        raise ConfigError(Problem(fault, hint="start every worker with the same config, data, options and versions"))


def _receive(workers: Workers, facts: Facts, waiting: Callable[[str], None]) -> str:
    """As the chief: wait for everyone, compare, and tell them; return what is wrong, or nothing."""
    present: dict[int, socket.socket] = {}
    heard: set[socket.socket] = set()
    fault, told = "", None
    with _listening(workers) as server, contextlib.ExitStack() as stack:
        while len(present) < len(workers.addresses) - 1 and not fault:
            missing = [index for index in range(1, len(workers.addresses)) if index not in present]
            if missing != told:
                waiting(f"waiting for {', '.join(map(workers.name, missing))}")
                told = missing
            for index in [index for index, connection in present.items() if _is_gone(connection)]:
                del present[index]
            with contextlib.suppress(TimeoutError):
                connection, _ = server.accept()
                stack.enter_context(connection)
                message = _heard(connection)
                if message is not None:
                    fault = _fault_of(message, present, workers, facts)
                    present.setdefault(message["worker"], connection)
                    heard.add(connection)
        for connection in heard:
            _say(connection, {"fault": fault})
        _wait_for_leaving(heard)  # the address is free at once when they close first
    return fault


def _report(workers: Workers, facts: Facts, waiting: Callable[[str], None]) -> str:
    """As another: tell the chief, and wait for its word; return what is wrong, or nothing."""
    waiting(f"waiting for {workers.name(0)}")
    while True:
        with contextlib.suppress(OSError), socket.create_connection(workers.place(0), timeout=_PATIENCE) as connection:
            _say(connection, {"worker": workers.index, "facts": dict(facts)})
            waiting(f"{workers.name(0)} is there, and waits for the others")
            answer = _heard(connection, patience=float("inf"))
            if answer is not None:
                return str(answer["fault"])
        time.sleep(_PATIENCE)  # it is not there yet, or has gone again


def _listening(workers: Workers) -> socket.socket:
    _, port = workers.place(0)
    try:
        server = socket.create_server(("", port))
    except OSError as error:
        what = f"{workers.name(0)} cannot listen at its port: {error.strerror or error}"
        raise ConfigError(Problem(what, hint="another process has it; name a free port to every worker")) from error
    server.settimeout(_PATIENCE)
    return server


def _fault_of(message: Mapping[str, Any], present: Mapping[int, Any], workers: Workers, facts: Facts) -> str:
    index, theirs = message["worker"], message["facts"]
    differing = [name for name in {**facts, **theirs} if facts.get(name) != theirs.get(name)]
    if differing:
        name = differing[0]
        ours, other = facts.get(name, "nothing"), theirs.get(name, "nothing")
        return (
            f"the workers are about to train different things: {name} is {ours} on worker 0, {other} on worker {index}"
        )
    if index in present:
        return f"two processes say that they are {workers.name(index)}"
    return ""


def _say(connection: socket.socket, message: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):  # it has gone, which TensorFlow will notice
        connection.sendall(json.dumps(message).encode() + b"\n")


def _heard(connection: socket.socket, patience: float = _SECONDS_TO_SPEAK) -> dict[str, Any] | None:
    """Return the message that comes, or None where the other end goes away, says something else, or nothing."""
    connection.settimeout(_PATIENCE)
    text, until = b"", time.monotonic() + patience
    while not text.endswith(b"\n"):
        try:
            part = connection.recv(65536)
        except TimeoutError:
            part = None
        except OSError:
            return None
        if part == b"" or len(text) > _LONGEST or time.monotonic() > until:
            return None
        text += part or b""
    with contextlib.suppress(ValueError):
        message = json.loads(text)
        if isinstance(message, dict) and ("fault" in message or {"worker", "facts"} <= message.keys()):
            return message
    return None


def _is_gone(connection: socket.socket) -> bool:
    readable, _, _ = select.select([connection], [], [], 0)
    try:
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _wait_for_leaving(connections: Any) -> None:
    until = time.monotonic() + _SECONDS_TO_SPEAK
    while time.monotonic() < until and not all(map(_is_gone, connections)):
        time.sleep(0.01)
