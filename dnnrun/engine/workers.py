"""Which processes train a run together, and which of them this one is: from the command line or from ``TF_CONFIG``.

It needs no TensorFlow, so that a mistake is told at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.errors import ConfigError, Problem

_VARIABLE = "TF_CONFIG"
_HINT = "on every host: --workers host:port,host:port --task-index N, N being 0 on the first of them"


@dataclass(frozen=True)
class Workers:
    """The processes of one run; the first, the chief, writes the run directory.

    Args:
        addresses: ``host:port`` of each, as all of them can reach it.
        index: which of them this process is, from 0.

    Raises:
        ConfigError: an address or the index is wrong.
    """

    addresses: tuple[str, ...]
    index: int

    def __post_init__(self) -> None:
        faults = [f"{address!r} is no host:port" for address in self.addresses if not _is_address(address)]
        if len(set(self.addresses)) < len(self.addresses):
            faults.append("two workers have the same address")
        if not 0 <= self.index < len(self.addresses):
            count = len(self.addresses)
            faults.append(f"there is no worker {self.index}: of {count} workers the first is 0, the last {count - 1}")
        if faults:
            raise ConfigError(*(Problem(fault, hint=_HINT) for fault in faults))

    @classmethod
    def named(cls, addresses: str | None, index: int | None) -> Workers | None:
        """Return the workers that two options name, or None where neither is given, or one worker alone.

        Args:
            addresses: ``host:port``, separated by commas.
            index: which of them this process is.

        Raises:
            ConfigError: one is given without the other, or they are wrong.
        """
        if addresses is None and index is None:
            return None
        if addresses is None or index is None:
            given, missing = ("--task-index", "--workers") if addresses is None else ("--workers", "--task-index")
            raise ConfigError(Problem(f"{given} needs {missing} too", hint=_HINT))
        workers = cls(tuple(address.strip() for address in addresses.split(",")), index)
        return workers if len(workers.addresses) > 1 else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Workers | None:
        """Return the workers that ``TF_CONFIG`` names, a ``chief`` first; None where there is one or none.

        Source: https://www.tensorflow.org/guide/distributed_training#TF_CONFIG

        Raises:
            ConfigError: it cannot be read, or names processes of another kind.
        """
        text = environment.get(_VARIABLE)
        if not text:
            return None
        try:
            cluster, task = _read(json.loads(text))
        except KeyError as error:
            raise _refusal(f"it has no {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise _refusal(f"it cannot be understood: {type(error).__name__}: {error}") from error
        others = sorted(set(cluster) - {"chief", "worker"})
        if others:
            raise _refusal(f"dnnrun knows chief and worker, and not {', '.join(others)}")
        chiefs, plain = cluster.get("chief", []), cluster.get("worker", [])
        addresses = (*chiefs, *plain)
        if len(addresses) <= 1:
            return None
        kind, number = task
        if kind not in cluster:
            raise _refusal(f"the task is of type {kind!r}, which the cluster does not have")
        return cls(addresses, number + (len(chiefs) if kind == "worker" else 0))

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run."""
        return self.index == 0

    def place(self, index: int) -> tuple[str, int]:
        """Return host and port of a worker."""
        host, _, port = self.addresses[index].rpartition(":")
        return host.strip("[]"), int(port)

    def name(self, index: int) -> str:
        """Return a worker in words."""
        return f"worker {index} ({self.addresses[index]})"


def _read(config: Any) -> tuple[dict[str, list[str]], tuple[str, int]]:
    cluster = {str(kind): [str(address) for address in addresses] for kind, addresses in config["cluster"].items()}
    return cluster, (str(config["task"]["type"]), int(config["task"]["index"]))


def _is_address(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return bool(host) and port.isdecimal() and 0 < int(port) < 2**16


def _refusal(what: str) -> ConfigError:
    return ConfigError(Problem(f"{_VARIABLE}: {what}", hint=f"unset it to train alone; or {_HINT}"))
