"""Reading what runs have recorded, also where another program or a hand has written something else there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OF_ANOTHER_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of taking a record apart that is sound JSON, but not what dnnrun writes."""


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return a value that is to be a mapping, or an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}
