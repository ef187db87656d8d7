"""A model that was built to be looked at: its layers as a table, the memory to train it, and both as JSON."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import shortened
from dnnrun.engine.sizes import LayerSizes, ModelSizes, Shape
from dnnrun.errors import DnnrunError, Problem

if TYPE_CHECKING:  # reading configs takes pydantic
    from dnnrun.config.load import Override

_COLUMNS = ("layer", "output", "parameters", "memory", "multiply-adds")
_NARROWEST = 12  # of the layers' names, however narrow the terminal
_UNKNOWN = "?"
_NOTE = "? cannot be told from the shapes"


@dataclasses.dataclass(frozen=True)
class Build:
    """What came of building a model.

    Args:
        sizes: of the model; None if something is wrong, or it is of scikit-learn and has no layers.
        problems: what is wrong, and what may be.
        exit_code: of the command; 0 if nothing is wrong.
    """

    sizes: ModelSizes | None
    problems: list[Problem]
    exit_code: int = 0


def build_quietly(config: str, overrides: list[Override], *, allow_code: bool) -> Build:
    """Build the model with TensorFlow's chatter off the screen."""
    from dnnrun.api.training import describe
    from dnnrun.cli.chatter import turned_away
    from dnnrun.cli.diagnosis import Preparing

    with contextlib.ExitStack() as stack:
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        chatter = stack.enter_context(turned_away())
        stack.enter_context(contextlib.redirect_stdout(chatter.screen))  # what the user's own code prints is no result
        observer = stack.enter_context(Preparing(chatter.screen))
        try:
            sizes = describe(config, overrides=overrides, allow_code=allow_code, observer=observer)
        except DnnrunError as error:
            return Build(None, [*observer.problems, *error.problems], error.exit_code)
    said = [Problem(str(warning.message), severity="warning") for warning in caught]
    return Build(sizes, [*observer.problems, *dict.fromkeys(said)])


def print_sizes(sizes: ModelSizes, console: Console) -> None:
    """Print the table of the layers, a sample each, and the memory for a batch."""
    rows = [_cells(layer, depth) for layer, depth in _with_depth(sizes.layers)]
    total = ("total", "", f"{sizes.parameters:,}", bytes_text(sizes.memory), count_text(sizes.multiply_adds))
    width = console.width if sys.stdout.isatty() else None
    head, *lines = _table([_COLUMNS, *rows, total], width)
    console.print(Text(head, "cyan"))
    for line in lines[:-1]:
        console.print(Text(line))
    console.print(Text(lines[-1], "bold"))
    frozen = sizes.parameters - sizes.trainable
    trained = "all of them trained" if not frozen else f"{frozen:,} of them not trained"
    console.print(Text(f"{sizes.parameters:,} parameters, {trained}"))
    console.print(Text("memory and multiply-adds are those of one sample", "dim"))
    console.print(
        Text(f"memory to train with batches of {sizes.batch_size}, estimated, without TensorFlow's own", "cyan")
    )
    parts = {**dataclasses.asdict(sizes.training), "total": sizes.training.total}
    for name, size in parts.items():
        console.print(Text(f"  {name:<12}{bytes_text(size):>10}", "bold" if name == "total" else ""))
    if any(_UNKNOWN in cell for row in (*rows, total) for cell in row[3:]):
        console.print(Text(_NOTE, "dim"))


def as_json(sizes: ModelSizes) -> dict[str, Any]:
    """Return everything as ``--json`` prints it: memory in bytes, null for what cannot be told."""
    plain = dataclasses.asdict(sizes)
    return {**plain, "training": {**plain["training"], "total": sizes.training.total}}


def count_text(number: int | None) -> str:
    """Return a number of multiply-adds: whole up to a hundred million, then in billions."""
    if number is None:
        return _UNKNOWN
    return f"{number:,}" if number < 10**8 else f"{number / 10**9:,.2f} billion"


def bytes_text(size: int | None) -> str:
    """Return a size in the unit that suits it, with three digits."""
    if size is None:
        return _UNKNOWN
    if size < 1000:
        return f"{size} B"
    amount, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1000:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.{max(0, 3 - len(str(int(amount))))}f} {unit}"


def _with_depth(layers: tuple[LayerSizes, ...], depth: int = 0) -> Iterator[tuple[LayerSizes, int]]:
    for layer in layers:
        yield layer, depth
        yield from _with_depth(layer.layers, depth + 1)


def _cells(layer: LayerSizes, depth: int) -> tuple[str, ...]:
    return (
        f"{'  ' * depth}{layer.name} ({layer.kind})",
        ", ".join(map(_shape_text, layer.output_shapes)),
        f"{layer.parameters:,}",
        bytes_text(layer.memory),
        count_text(layer.multiply_adds),
    )


def _shape_text(shape: Shape) -> str:
    return "x".join(_UNKNOWN if size is None else str(size) for size in shape) or "1"


def _table(rows: list[tuple[str, ...]], width: int | None) -> list[str]:
    """Return the rows with their columns aligned; names of layers are shortened to what a terminal has room for."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        widths[0] = min(widths[0], max(_NARROWEST, width - sum(widths[1:]) - 2 * (len(widths) - 1)))
    lines = []
    for name, *cells in rows:
        aligned = [f"{cell:>{size}}" for cell, size in zip(cells, widths[1:], strict=True)]
        lines.append("  ".join([f"{shortened(name, widths[0]):<{widths[0]}}", *aligned]))
    return lines
