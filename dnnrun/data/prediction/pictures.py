"""Pictures to predict: files, decoded some at a time, in the size and with the channels that the model takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array
from dnnrun.data.prediction.form import Batch, RowForm
from dnnrun.data.sources.pictures import Frame, Look, decode_all, refuse_damaged
from dnnrun.data.sources.tally import SHOWN
from dnnrun.errors import DataError, Problem

_BYTES, _MOST = 32 << 20, 256  # of pictures that are in memory at a time


def read_pictures(files: Sequence[Path], form: RowForm, *, resize: bool) -> Iterator[Batch]:
    """Yield pictures; colours become grey where the model takes grey, and the other way round.

    Args:
        files: of one picture each.
        form: what the model takes.
        resize: whether pictures of another size are resized. Where the config resizes those it trains on, they are.

    Raises:
        DataError: files are damaged, or of another size.
    """
    shape = form.inputs[ONLY].shape
    frame = Frame(shape[0], shape[1], len(shape) == 3 and shape[2] == 3)
    resize = resize or bool(form.arguments.get("size"))
    at_once = max(1, min(_MOST, _BYTES // math.prod(frame.shape)))
    for begin in range(0, len(files), at_once):
        some = files[begin : begin + at_once]
        into: Array = np.empty((len(some), *frame.shape), np.uint8)
        looks = decode_all(some, frame, into, resize=resize)
        refuse_damaged(looks)
        if not resize:
            _check_sizes(looks, frame)
        yield Batch(into.reshape(len(some), *shape), {"file": [str(file) for file in some], "row": [0] * len(some)})


def _check_sizes(looks: Sequence[Look], frame: Frame) -> None:
    odd = [look for look in looks if look.size != (frame.height, frame.width)]
    problems = [
        Problem(f"{look.file}: {look.height} x {look.width} pixels, and the model takes {frame.height} x {frame.width}")
        for look in odd[:SHOWN]
    ]
    if len(odd) > SHOWN:
        problems.append(Problem(f"{len(odd) - SHOWN} more pictures like these"))
    if problems:
        hint = "--resize resizes pictures; the model saw none that were, so look at what it says of some"
        raise DataError(*problems[:-1], Problem(problems[-1].what, hint=hint))
