"""The packages that dnnrun needs, as they are installed; none of them is imported."""

from __future__ import annotations

import importlib.metadata
import re


def required_packages() -> dict[str, str | None]:
    """Return the version of dnnrun and of each package that it needs, by name; None for one that is missing."""
    needed = importlib.metadata.requires("dnnrun") or []
    names = [re.split(r"[^\w.-]", line)[0] for line in needed if "extra ==" not in line]
    return {name: _version(name) for name in ("dnnrun", *names)}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
