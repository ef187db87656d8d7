"""``dnnrun data``: the data sets that have names, where they lie, and how to get them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from dnnrun.cli.data_show import show
from dnnrun.cli.download_bar import DownloadBar, size_text
from dnnrun.cli.options import OfflineOption, QuietOption
from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.api.datasets import Located, NamedDataset

_PIPE_WIDTH = 160  # nobody looks at the width of a pipe
_NOT_HERE = 3  # as for data that cannot be read

data = typer.Typer(
    help="Look at data, and get the data sets that have names.", no_args_is_help=True, rich_markup_mode=None
)
DatasetName = Annotated[str, typer.Argument(metavar="NAME", help="A data set, as 'dnnrun data list' names it.")]
ListJsonOption = Annotated[bool, typer.Option("--json", help="Print the list as JSON.")]


@data.command("list")
@command
def list_(as_json: ListJsonOption = False) -> None:
    """List the data sets that a config may name without a file: what they are, and whether they are here.

    \b
    dnnrun data list
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.datasets import list_datasets

    known = list_datasets()
    if as_json:
        results().out(json.dumps([_as_json(dataset) for dataset in known], indent=2))
        return
    console = results()
    for line in _lines(known, console.width if console.is_terminal else _PIPE_WIDTH):
        console.out(line)


@data.command("where")
@command
def where(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of one data set only.")] = None,
) -> None:
    """Print the folders in which data is looked for, or where one data set lies; exit code 3 if it is not here.

    \b
    dnnrun data where
    dnnrun data where imdb
    """  # noqa: D301
    from dnnrun.api.datasets import find_dataset, places
    from dnnrun.data.published.places import how_to_get

    if name is None:
        for place in places():
            state = "" if place.path is None or place.path.is_dir() else ", not there yet"
            results().print(Text.assemble((f"{place.name}: ", "bold"), f"{place.path or 'not set'}{state}"))
        return
    found = find_dataset(name)
    if found is not None:
        results().out(str(found.path))
        messages().print(Text(_state(found), "dim"))
        return
    messages().print(f"{name} is not on this machine")
    for line in how_to_get(name).splitlines():
        messages().print(Text(f"     = {line}", "cyan"))
    raise typer.Exit(_NOT_HERE)


@data.command("add")
@command
def add(
    name: DatasetName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that holds it, in Keras's format.")],
) -> None:
    """Put a file that you have into the place where data sets are found: $DNNRUN_DATA, else dnnrun's own folder.

    What is in it is checked. A file with other bytes than the published ones is taken if the data in it is complete.
    Word indexes can be added too: imdb_word_index, reuters_word_index.

    \b
    dnnrun data add imdb Downloads/imdb.npz
    """  # noqa: D301
    from dnnrun.api.datasets import add_dataset

    added = add_dataset(name, file)
    results().out(str(added.path))
    console = messages()
    if added.replaced:
        console.print("in place of the file that was there")
    if not added.is_published:
        note = f"its checksum is {added.checksum}, not the published {added.published_checksum}"
        console.print(Text.assemble(("note: ", "yellow"), f"{note}; what is in the file was checked, and is complete"))


@data.command("fetch")
@command
def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Data sets, as 'dnnrun data list' names them.")],
    quiet: QuietOption = False,
    _offline: OfflineOption = False,
) -> None:
    """Download data sets that are not here yet, so that training needs no network; prints where they lie.

    DNNRUN_DATA_URL names a mirror: the address of a folder with the files under their names.

    \b
    dnnrun data fetch imdb imdb_word_index
    """  # noqa: D301
    from dnnrun.api.datasets import fetch_dataset
    from dnnrun.data.published.places import published

    for name in names:
        published(name)  # a misspelt name is told before the first download
    console = messages()
    bar = DownloadBar(console, live=console.is_terminal and sys.stdout.isatty())
    for name in names:
        try:
            path = fetch_dataset(name, None if quiet else bar)
        finally:
            bar.close()
        results().out(str(path))


data.command("show")(show)


def _lines(known: list[NamedDataset], width: int) -> list[str]:
    """Return the list as a table; what the data sets are is cut off where it is too long, and the rest never is."""
    cells = [("name", "rows", "where", "size", "what")]
    for dataset in known:
        size = size_text(dataset.size) if dataset.size else ""
        cells.append((dataset.name, _rows(dataset), _where(dataset), size, dataset.about))
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    beginnings = ["  ".join(map(str.ljust, row, widths)) for row in cells]
    room = max(20, width - len(beginnings[0]) - 2)
    endings = [row[-1] if len(row[-1]) <= room else f"{row[-1][: room - 1]}…" for row in cells]
    return [f"{first}  {last}" for first, last in zip(beginnings, endings, strict=True)]


def _where(dataset: NamedDataset) -> str:
    if dataset.origin != "download":
        return dataset.origin
    return dataset.place or "not here"


def _rows(dataset: NamedDataset) -> str:
    return " + ".join(f"{count:,}" for count in (dataset.rows, dataset.test_rows) if count is not None)


def _state(found: Located) -> str:
    states = {
        True: "the published file, by its checksum",
        False: "not the published file, by its checksum",
        None: "unpacked, so that its checksum cannot be compared",
    }
    said = f"{found.place}; {size_text(found.size)}; {states[found.is_published]}"
    return f"{said}; {found.note}" if found.note else said


def _as_json(dataset: NamedDataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "about": dataset.about,
        "rows": dataset.rows,
        "test_rows": dataset.test_rows,
        "origin": dataset.origin,
        "here": dataset.is_here,
        "path": str(dataset.path) if dataset.path else None,
        "size": dataset.size,
    }
