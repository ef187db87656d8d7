"""A step that did not fit the memory: how it is recognised, and what to try."""

from __future__ import annotations

_SIGNS = ("OOM when allocating", "out of memory", "RESOURCE_EXHAUSTED")


def out_of_memory_hint(error: BaseException, batch_size: int) -> str:
    """Return what to try where the memory has run out, or nothing where the error is another one.

    TensorFlow reports it in words of its own for each device, and under more than one class of error.
    """
    ran_out = isinstance(error, MemoryError) or any(sign.lower() in str(error).lower() for sign in _SIGNS)
    if not ran_out:
        return ""
    if batch_size == 1:
        return "memory ran out with one row a step: make the layers smaller"
    return f"memory ran out: try --batch-size {batch_size // 2}"
