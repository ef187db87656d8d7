"""The ``dnnrun`` command without the five seconds in which TensorFlow starts: forked off a process that has it loaded.

Run as a program this is that process: it carries out one command after the other, each in a fork that was made before
TensorFlow has computed anything, with the arguments, the folder, the environment and the streams that it is told.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LARGEST = 100_000  # bytes of a request


class WarmCommand:
    """Has commands carried out by a process that waits for them, and ends with this one."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: Sequence[IO[str]],
        patience: float,
    ) -> int:
        """Carry out a command; return its exit code, or minus the signal that ended it.

        Args:
            command: as in ``sys.argv``.
            folder: in which it runs.
            environment: all of it.
            streams: stdin, stdout and stderr.
            patience: seconds after which it is taken to hang.
        """
        request = json.dumps([list(command), str(folder), dict(environment)]).encode()
        socket.send_fds(self._socket, [request], [stream.fileno() for stream in streams])
        self._socket.settimeout(patience)
        return int(self._socket.recv(_LARGEST))

    def end(self) -> None:
        """End the process that waits."""
        self._socket.close()
        self._process.wait()


def _serve(requests: socket.socket) -> None:
    while True:
        request, streams, _, _ = socket.recv_fds(requests, _LARGEST, 3)
        if not request:
            return
        child = os.fork()
        if child == 0:
            requests.close()
            _become(*json.loads(request), streams)
        for stream in streams:
            os.close(stream)
        requests.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _become(command: list[str], folder: str, environment: dict[str, str], streams: Sequence[int]) -> None:
    """Run the command in place of this process."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # told by the environment
    sys.argv = command
    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    import dnnrun.analysis.plots.table
    import dnnrun.cli.app
    import dnnrun.engine.resuming  # noqa: F401 - TensorFlow, once
    from dnnrun.__main__ import main

    with socket.socket(fileno=int(sys.argv[1])) as the_socket:
        _serve(the_socket)
    os._exit(0)  # Python would take TensorFlow apart object by object
