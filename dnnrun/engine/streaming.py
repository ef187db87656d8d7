"""A split that stays on disk, ready to be trained on: ``tf.data`` reads the next window while the model computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dnnrun.data.dataset import Array, Arrays, Rows, by_name
from dnnrun.engine.stream_order import Span, StreamOrder
from dnnrun.engine.windows import Steps, Window, as_computed

_WINDOW_BYTES = 64 * 2**20  # another is on its way while one is trained on
_BESIDE_ROW = 64  # bytes that a row of a window takes beside its features: its place in the file, its turn, its label


class StreamedFeed:
    """One split whose features are read while they are needed; see `dnnrun.engine.feeding.Feed`.

    Args:
        rows: the split; its labels are in memory.
        batch_size: rows a step.
        weights: of each row in the loss, shape (rows,), or None.
    """

    def __init__(self, rows: Rows, batch_size: int, weights: Array | None = None) -> None:
        assert rows.stream is not None
        self._rows, self._stream, self._weights = rows, rows.stream, weights
        self.batch_size = batch_size
        fitting = self._stream.buffer or _WINDOW_BYTES // (_row_bytes(self._stream.form) + _BESIDE_ROW)
        self._window = max(1, fitting // batch_size) * batch_size
        self._in_order = StreamOrder(self._stream.rows, batch_size, window=self._window, seed=None)
        self._reading = _Reading(self._read, self._form())
        self._window_of_epoch: tuple[StreamOrder, int, Window] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._stream)

    @property
    def steps(self) -> int:
        """How many steps go through all rows once."""
        return self._in_order.steps

    def order(self, *, seed: int | None, steps_per_epoch: int | None = None) -> StreamOrder:
        """Return the order in which epochs visit the rows; see `StreamOrder`."""
        return StreamOrder(
            self._stream.rows, self.batch_size, window=self._window, seed=seed, steps_per_epoch=steps_per_epoch
        )

    def epoch(self, order: Any, number: int) -> Steps:
        """Return the steps of an epoch, counted from 0."""
        return _Epoch(self, order, number)

    def close(self) -> None:
        """Let go of what is in memory."""
        self._window_of_epoch = None
        self._reading.close()

    def window(self, step: int) -> Window:
        """Return the window in which a step of a pass in the rows' own order finds its rows."""
        span = self._in_order.span(0, step)
        tensors = self._reading.of(span, self._in_order, until=self.rows)
        return Window(tensors, None, self.batch_size, span.begin // self.batch_size, -(-span.end // self.batch_size))

    def window_of_epoch(self, order: StreamOrder, epoch: int, step: int) -> Window:
        """Return the window in which a step of an epoch finds its rows."""
        known = self._window_of_epoch
        if known is None or known[:2] != (order, epoch) or not known[2].first <= step < known[2].last:
            self._window_of_epoch = known = None  # or there would be one more in memory
            self._window_of_epoch = known = order, epoch, self._made(order, epoch, step)
        return known[2]

    def _made(self, order: StreamOrder, epoch: int, step: int) -> Window:
        span = order.span(epoch, step)
        tensors = self._reading.of(span, order)
        start, steps = order.first_row(epoch), order.steps
        begin = max(span.begin, start)
        first = (begin - start) // self.batch_size
        last = min(steps, -(-(span.end - start) // self.batch_size))
        drawn = order.drawn(span)[begin - span.begin : start + last * self.batch_size - span.begin]
        return Window(tensors, tf.constant(drawn), self.batch_size, first, last)

    def _read(self, order: StreamOrder, span: Span) -> tuple[Any, ...]:
        positions = order.positions(span)
        labels = (self._rows.y,) if self._weights is None else (self._rows.y, self._weights)
        taken = keras.tree.map_structure(lambda array: array[positions], labels)
        return keras.tree.map_structure(as_computed, (self._stream.take(positions), *taken))

    def _form(self) -> tuple[Any, ...]:
        labels = (self._rows.y,) if self._weights is None else (self._rows.y, self._weights)
        form = (self._stream.form, *keras.tree.map_structure(lambda array: array[:0], labels))
        return keras.tree.map_structure(as_computed, form)


@dataclass(frozen=True)
class _Epoch:
    """The steps of an epoch of a stream."""

    feed: StreamedFeed
    order: StreamOrder
    number: int

    @property
    def steps(self) -> int:
        return self.order.steps

    def window(self, step: int) -> Window:
        return self.feed.window_of_epoch(self.order, self.number, step)


class _Reading:
    """Has windows read one after another, ahead of who needs them, for as long as they are wanted in their order.

    Args:
        read: gives the arrays of a window.
        form: such arrays without rows.
    """

    def __init__(self, read: Callable[[StreamOrder, Span], tuple[Any, ...]], form: tuple[Any, ...]) -> None:
        self._read = read
        self._signature = keras.tree.map_structure(
            lambda array: tf.TensorSpec(
                (None, *array.shape[1:]), array.dtype if array.dtype.kind not in "OU" else "string"
            ),
            form,
        )
        self.close()

    def close(self) -> None:
        """Let go of what has been read, and stop."""
        self._current: tuple[Span, Any] | None = None
        self._ahead: Iterator[Any] = iter(())
        self._next: Span | None = None
        self._fault: Exception | None = None

    def of(self, span: Span, order: StreamOrder, until: int | None = None) -> tuple[Any, ...]:
        """Return the tensors of a window.

        Args:
            span: the window.
            order: tells which window follows, which then is read in the background.
            until: the row before which to stop with that, or None to go on for ever.

        Raises:
            DataError: the file has changed, or is damaged.
        """
        if self._current is not None and self._current[0] == span:
            return self._current[1]
        if self._next != span:
            self._ahead = iter(self._dataset(span, order, until))
        self._current = None  # or there would be one more in memory
        try:
            tensors = next(self._ahead)
        except tf.errors.OpError as error:  # TensorFlow tells of an error in Python by its text only
            raise self._fault or error from None
        self._current, self._next = (span, tensors), order.after(span)
        return tensors

    def _dataset(self, span: Span, order: StreamOrder, until: int | None) -> tf.data.Dataset:
        def windows() -> Iterator[Any]:
            following = span
            while until is None or following.begin < until:
                yield self._noting_faults(order, following)
                following = order.after(following)

        options = tf.data.Options()
        options.threading.private_threadpool_size = 1  # the model may have the only other one for itself
        made = tf.data.Dataset.from_generator(windows, output_signature=self._signature)
        return made.prefetch(1).with_options(options)

    def _noting_faults(self, order: StreamOrder, span: Span) -> tuple[Any, ...]:
        try:
            return self._read(order, span)
        except Exception as error:
            self._fault = error
            raise


def _row_bytes(form: Arrays) -> int:
    """Return the memory of a row in the types that the model gets."""
    arrays = map(as_computed, by_name(form).values())
    return sum(math.prod(array.shape[1:]) * array.dtype.itemsize for array in arrays)
