"""A download on the screen: a bar that moves on a terminal, one line elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.text import Text


class DownloadBar:
    """Is told how far a download has come, as `dnnrun.data.published.download.telling` does.

    Args:
        console: where it is shown.
        live: whether to draw a bar that moves.
    """

    def __init__(self, console: Console, *, live: bool) -> None:
        self._console, self._is_live = console, live
        self._file = ""
        self._progress: Progress | None = None

    def __call__(self, file: str, done: int, total: int | None) -> None:
        """Show that so many bytes of a file have come; ``total`` is None where that is not known."""
        if file != self._file:
            self._begin(file, total)
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done)

    def _begin(self, file: str, total: int | None) -> None:
        self.close()
        self._file = file
        if not self._is_live:
            self._console.print(Text(f"downloading {file}{f', {size_text(total)}' if total else ''}"))
            return
        self._progress = Progress(
            TextColumn("downloading {task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._progress.add_task(file, total=total)
        self._progress.start()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        self._file = ""


def size_text(size: int) -> str:
    """Return a number of bytes in the unit that a person would use: ``17.5 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
