"""What the processes of one run tell each other while it lasts.

Every process takes every step and hears the same losses, so that most decisions are the same without a word. What
depends on a clock, on a signal or on a user's callback is not, and a process that goes another way than the rest leaves
them waiting for ever: of that they speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from dnnrun.errors import TrainingError

# What TensorFlow raises where a process that it computes with has gone.
LOST = (
    tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError,
    tf.errors.InternalError, tf.errors.UnknownError,
)  # fmt: skip
_LONGEST_NAME = 256  # bytes, more than a file system takes


def lost_worker() -> TrainingError:
    """Return what is said where another process has gone."""
    return TrainingError(
        "another worker has ended, or does not answer any more",
        hint="its own log says why; 'dnnrun resume' on all workers goes on",
    )


class Team:
    """A process that trains alone, and agrees with itself.

    Args:
        index: which of the processes this is.
        size: how many there are.
    """

    def __init__(self, index: int = 0, size: int = 1) -> None:
        self.index, self.size = index, size

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run, and decides where nobody else has to."""
        return self.index == 0

    def gather(self, numbers: Sequence[int]) -> list[list[int]]:
        """Return everyone's numbers, of which each process has equally many, in the order of the processes.

        Raises:
            TrainingError: another process has ended.
        """
        return [list(numbers)]

    def least(self, number: int) -> int:
        """Return the smallest of everyone's numbers."""
        return min(row[0] for row in self.gather([number]))

    def any_of(self, *wishes: bool) -> list[bool]:
        """Return which of the wishes anybody has."""
        return [any(each) for each in zip(*self.gather([int(wish) for wish in wishes]), strict=True)]

    def told_by_chief(self, text: str) -> str:
        """Return the chief's text, at most 256 bytes; that of the others is not looked at."""
        content = text.encode()
        codes = self.gather([*content, *[0] * (_LONGEST_NAME - len(content))])[0]
        return bytes(codes).rstrip(b"\0").decode()


class ConnectedTeam(Team):
    """The processes that a strategy connects.

    Args:
        index: which of them this is.
        size: how many there are.
        strategy: over the devices of all of them.
    """

    def __init__(self, index: int, size: int, strategy: Any) -> None:
        super().__init__(index, size)
        self._strategy = strategy
        self._gather = tf.function(self._gather_once, autograph=False)

    def gather(self, numbers: Sequence[int]) -> list[list[int]]:
        """See `Team.gather`."""
        try:
            table = self._gather(tf.constant([int(number) for number in numbers], tf.int64)).numpy()
        except LOST as error:
            raise lost_worker() from error
        return table[:: len(table) // self.size].tolist()

    def _gather_once(self, numbers: Any) -> Any:
        """Have every replica put its numbers into its row of a table of zeros, and add up the tables."""
        count = self._strategy.num_replicas_in_sync

        def table(numbers: Any) -> Any:
            context = tf.distribute.get_replica_context()
            row = tf.cast(tf.convert_to_tensor(context.replica_id_in_sync_group), tf.int32)
            mine = tf.one_hot(row, count, dtype=tf.int64)[:, None] * numbers[None, :]
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(mine))

        return self._strategy.experimental_local_results(self._strategy.run(table, args=(numbers,)))[0]
