"""What a process may use, read from files as Linux writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dnnrun.engine.machine import Memory, cores, memory, processor
from dnnrun.engine.packages import required_packages

GIB = 2**30
MEMINFO = "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n"
UNLIMITED = "9223372036854771712\n"  # as the first version writes it


def write(root: Path, **files: str) -> Path:
    """Write files below a root; in their names, ``__`` stands for a slash and ``_dot_`` for a dot."""
    for name, text in {"proc__meminfo": MEMINFO, **files}.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_this_machine() -> None:
    found = memory()
    assert found is not None
    assert 0 < found.available <= found.total
    assert cores().usable == len(os.sched_getaffinity(0))
    assert processor()


def test_without_control_groups(tmp_path: Path) -> None:
    root = write(tmp_path, proc__cpuinfo="processor\t: 0\nmodel name\t: AMD EPYC: 7\n")
    assert memory(root) == Memory(16 * GIB, 8 * GIB, None)
    assert cores(root).limit is None
    assert processor(root) == "AMD EPYC: 7"


def test_where_nothing_is_told(tmp_path: Path) -> None:
    assert memory(tmp_path) is None
    assert cores(tmp_path).limit is None
    assert processor(tmp_path) == os.uname().machine


def test_limits_of_the_second_version(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        proc__self__cgroup="0::/job/step\n",
        sys__fs__cgroup__job__step__cpu_dot_max="max 100000\n",
        sys__fs__cgroup__job__step__memory_dot_max="max\n",
        sys__fs__cgroup__job__cpu_dot_max="150000 100000\n",
        sys__fs__cgroup__job__memory_dot_max=f"{4 * GIB}\n",
        sys__fs__cgroup__job__memory_dot_current=f"{3 * GIB}\n",
        sys__fs__cgroup__job__memory_dot_stat=f"anon 5\ninactive_file {GIB}\n",
    )
    assert cores(root).limit == 1.5
    assert memory(root) == Memory(16 * GIB, 2 * GIB, 4 * GIB)


def test_limits_of_the_first_version_seen_from_a_container(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        proc__self__cgroup="4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n0::/\n",
        sys__fs__cgroup__cpu__cpu_dot_cfs_quota_us="50000\n",
        sys__fs__cgroup__cpu__cpu_dot_cfs_period_us="100000\n",
        sys__fs__cgroup__memory__memory_dot_limit_in_bytes=f"{2 * GIB}\n",
        sys__fs__cgroup__memory__memory_dot_usage_in_bytes=f"{GIB}\n",
        sys__fs__cgroup__memory__memory_dot_stat="total_inactive_file 0\n",
    )
    assert cores(root).limit == 0.5
    assert memory(root) == Memory(16 * GIB, GIB, 2 * GIB)


@pytest.mark.parametrize("quota", ["-1\n", "", "0\n"])
def test_no_limits_of_the_first_version(quota: str, tmp_path: Path) -> None:
    root = write(
        tmp_path,
        proc__self__cgroup="4:memory:/\n3:cpu:/\n",
        sys__fs__cgroup__cpu__cpu_dot_cfs_quota_us=quota,
        sys__fs__cgroup__cpu__cpu_dot_cfs_period_us="100000\n",
        sys__fs__cgroup__memory__memory_dot_limit_in_bytes=UNLIMITED,
    )
    assert cores(root).limit is None
    assert memory(root) == Memory(16 * GIB, 8 * GIB, None)


def test_packages_are_those_that_are_needed() -> None:
    found = required_packages()
    assert next(iter(found)) == "dnnrun"
    assert {"tensorflow", "keras", "numpy", "pandas", "scikit-learn", "matplotlib", "pydantic"} <= set(found)
    assert not {"pytest", "ruff", "mypy"} & set(found)
    assert None not in found.values()
