"""What this process may use of the machine: processor, cores and memory, also where a container narrows them.

It reads what Linux tells of itself, and needs no TensorFlow. Where Linux tells nothing, a number is None.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from dnnrun.running import facts

_ROOT = Path("/")


@dataclass(frozen=True)
class Cores:
    """How many cores there are for this process.

    Args:
        usable: those it may run on.
        machine: all that the machine has.
        limit: how many cores' worth of time its control group gives it; None for no limit.
    """

    usable: int
    machine: int | None
    limit: float | None


@dataclass(frozen=True)
class Memory:
    """How much memory there is, in bytes.

    Args:
        total: of the machine.
        available: to this process, before something has to give way; within its limit.
        limit: of its control group; None for no limit.
    """

    total: int
    available: int
    limit: int | None


def processor(root: Path = _ROOT) -> str:
    """Return the processor's name, or its architecture where it has none."""
    for line in _lines(root / "proc/cpuinfo"):
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def cores(root: Path = _ROOT) -> Cores:
    """Return the cores that this process may use."""
    limits = [limit for group in _groups(root, "cpu") if (limit := _cpu_limit(group)) is not None]
    return Cores(facts.cores(), os.cpu_count(), min(limits, default=None))


def memory(root: Path = _ROOT) -> Memory | None:
    """Return the memory that this process may use."""
    sizes = {}
    for line in _lines(root / "proc/meminfo"):
        key, _, value = line.partition(":")
        sizes[key] = value.removesuffix("kB").strip()
    total, available = (_number(sizes.get(key, "")) for key in ("MemTotal", "MemAvailable"))
    if total is None or available is None:
        return None
    total, available, lowest = total * 1024, available * 1024, None
    for group in _groups(root, "memory"):
        limit = _first_number(group, "memory.max", "memory.limit_in_bytes")
        if limit is not None and limit < total:  # the first version of control groups writes none as a huge number
            lowest = limit if lowest is None else min(lowest, limit)
            available = min(available, max(0, limit - _memory_used(group)))
    return Memory(total, available, lowest)


def _groups(root: Path, controller: str) -> list[Path]:
    """Return the folders of this process's control group and of those around it, of either version.

    Seen from a container, the names are those of the host and the folders may not be there; the outermost one is.
    """
    base, found = root / "sys/fs/cgroup", []
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        outermost = base / controller if controllers else base
        own = outermost / path.strip("/")
        found += [folder for folder in (own, *own.parents) if folder.is_relative_to(outermost)]
    return found


def _cpu_limit(group: Path) -> float | None:
    quota, period = [*(_lines(group / "cpu.max") or [""])[0].split(), "", ""][:2]
    if not quota:
        quota, period = (str(_first_number(group, name) or "") for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _memory_used(group: Path) -> int:
    """Return the bytes that a control group holds on to: without the files' pages that give way by themselves."""
    idle = {"inactive_file": 0, "total_inactive_file": 0}
    for line in _lines(group / "memory.stat"):
        key, _, value = line.partition(" ")
        if key in idle:
            idle[key] = _number(value) or 0
    return (_first_number(group, "memory.current", "memory.usage_in_bytes") or 0) - max(idle.values())


def _first_number(group: Path, *names: str) -> int | None:
    found = (_number(line) for name in names for line in _lines(group / name)[:1])
    return next((number for number in found if number is not None), None)


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
