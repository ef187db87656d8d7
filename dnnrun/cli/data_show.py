"""``dnnrun data show CONFIG|NAME``: data in figures and in a picture, before anything is trained on it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dnnrun.analysis.number_text import shortened
from dnnrun.cli.download_bar import DownloadBar
from dnnrun.cli.options import CodeOption, OfflineOption, SetOption
from dnnrun.cli.screen import command, messages, results

if TYPE_CHECKING:
    from dnnrun.api.data_view import DataView, Picture
    from dnnrun.data.description import FeatureDescription, SplitDescription

_MOST_COLUMNS, _MOST_CLASSES, _MOST_CELLS = 30, 20, 10
_WIDEST_CELL, _WIDEST_TEXT = 18, 100


@command
def show(
    what: Annotated[str, typer.Argument(metavar="CONFIG|NAME", help="A YAML file, or a data set by its name.")],
    assignments: SetOption = None,
    split: Annotated[
        str, typer.Option(metavar="SPLIT", help="Which rows to draw: train, validation or test.")
    ] = "train",
    index: Annotated[int | None, typer.Option(metavar="N", help="Draw row N alone, as a heat map.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Where the picture is written.")] = None,
    has_picture: Annotated[bool, typer.Option("--picture/--no-picture", help="Whether to draw one.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON; a picture is drawn for --output only.")
    ] = False,
    allow_code: CodeOption = False,
    _offline: OfflineOption = False,
) -> None:
    """Show data before training on it: ranges, gaps, label counts and first rows of every split, and a picture.

    The picture has 25 images with their classes, or a histogram for each column of a table, and is written into the
    current folder. Of a data set by its name, --set gives arguments.

    \b
    dnnrun data show configs/pima_early_stopping.yaml
    dnnrun data show mnist --index 7 --output seven.png
    dnnrun data show imdb --set num_words=10000 --set maxlen=200
    """  # noqa: D301 - \b keeps the lines of the examples apart in the help
    from dnnrun.api.data_view import draw_samples, view_data
    from dnnrun.cli.chatter import turned_away
    from dnnrun.errors import ConfigError

    if output is not None and output.suffix.lower() != ".png":
        raise ConfigError(f"--output {output}: the picture is a PNG file", hint="give it a name that ends in .png")
    # A source of one's own may start TensorFlow, and what it prints is no result.
    with turned_away() as chatter, contextlib.redirect_stdout(chatter.screen):
        screen = Console(file=chatter.screen, highlight=False, soft_wrap=True)
        bar = DownloadBar(screen, live=screen.is_terminal)
        try:
            view = view_data(what, assignments or (), allow_code=allow_code, listener=bar)
        finally:
            bar.close()
    console = messages()
    is_drawn = has_picture and (output is not None or not as_json)
    picture = draw_samples(view, split, index=index) if is_drawn else None
    file = _written(picture, output or _file_name(view, split, index)) if picture else None
    if as_json:
        results().out(json.dumps(_as_json(view, file), indent=2, allow_nan=False))
    else:
        _print(view, results())
    if is_drawn and picture is None:
        console.print("there is no picture of data of this kind")


def _file_name(view: DataView, split: str, index: int | None) -> Path:
    which = "" if split == "train" else f"-{split}"
    return Path(f"{view.name}{which}{'' if index is None else f'-{index}'}.png")


def _written(picture: Picture, file: Path) -> Path:
    from dnnrun.store.atomic import write_bytes

    was_there = file.exists()
    write_bytes(file, picture.content)
    said = f"wrote {file}{', in place of the file that was there' if was_there else ''}: {picture.kind}"
    messages().print(Text(f"{said} ({picture.note})" if picture.note else said))
    return file


def _print(view: DataView, console: Console) -> None:
    data = view.data
    shapes = [f"{name} {_shape(shape)}".strip() for name, shape in data.input_shapes.items()]
    about = f"rows of {shapes[0]}" if len(shapes) == 1 else f"{len(shapes)} {'columns' if data.columns else 'inputs'}"
    console.print(Text.assemble((view.name, "bold"), f"  {view.source.name}: {about}"))
    for name, split in view.splits.items():
        console.print()
        console.print(Text.assemble((name, "bold"), f"  {split.rows:,} rows"))
        _print_features(split.features, console)
        _print_labels(split, console)
        _print_first(view, split, console)
    for column, (value, count) in data.filled.items():
        console.print(f"gaps of {column}: {count:,} filled with {value}", markup=False)


def _print_features(features: tuple[FeatureDescription, ...], console: Console) -> None:
    lines = [("", "type", "least", "mean", "greatest", "missing")]
    for each in features[:_MOST_COLUMNS]:
        name = shortened(each.name or _shape(each.shape), 30)
        if each.different is not None:
            lines.append((name, each.dtype, f"{each.different:,} different", "", "", f"{each.missing:,}"))
        else:
            numbers = [_number(number) for number in (each.least, each.mean, each.greatest)]
            lines.append((name, each.dtype, *numbers, f"{each.missing:,}"))  # type: ignore[arg-type]
    _print_table(lines, console)
    if len(features) > _MOST_COLUMNS:
        console.print(f"  and {len(features) - _MOST_COLUMNS} more columns; --json has all of them")


def _print_labels(split: SplitDescription, console: Console) -> None:
    for output, counts in split.label_counts.items():
        label = f"  labels{f' of {output}' if output else ''}  "
        numbers = split.label_ranges[output]
        if counts is not None:
            shown = [f"{name}: {count:,} ({count / split.rows:.0%})" for name, count in counts.items()]
            more = f", and {len(shown) - _MOST_CLASSES} more classes" if len(shown) > _MOST_CLASSES else ""
            console.print(Text(f"{label}{', '.join(shown[:_MOST_CLASSES])}{more}"))
        elif numbers is not None:
            least, mean, greatest = map(_number, numbers)
            console.print(Text(f"{label}{least} to {greatest}, mean {mean}"))


def _print_first(view: DataView, split: SplitDescription, console: Console) -> None:
    if view.data.images or not split.first:
        return
    columns = [name for name, value in split.first[0][0].items() if value.size == 1]
    if not columns or (split.features[0].different and len(split.features) == 1):
        for values, labels in split.first:
            for name, value in values.items():
                text = _line_of(view, value)
                console.print(Text(f"  {name} {text} -> {', '.join(labels.values())}".replace("   ", "  ")))
        return
    shown = columns[:_MOST_CELLS]
    more = [] if len(columns) <= _MOST_CELLS else ["..."]
    outputs = [output or "label" for output in split.first[0][1]]
    lines = [(*(shortened(name, _WIDEST_CELL) for name in shown), *more, *outputs)]
    for values, labels in split.first:
        cells = [shortened(_cell(values[name].reshape(-1)[0]), _WIDEST_CELL) for name in shown]
        lines.append((*cells, *more, *labels.values()))
    console.print("  first rows")
    _print_table(lines, console)


def _line_of(view: DataView, value: Any) -> str:
    from dnnrun.api.data_view import words_in

    words = words_in(view, value) if value.dtype.kind in "iu" else None
    if words is None:
        words = " ".join(_cell(item) for item in value.reshape(-1).tolist())
    return words if len(words) <= _WIDEST_TEXT else f"{words[: _WIDEST_TEXT - 3]}..."


def _print_table(lines: Sequence[tuple[str, ...]], console: Console) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        first, *others = line
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        console.print(Text("  " + "  ".join(cells).rstrip(), "" if number else "cyan"))


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else _number(float(value))


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e9 else f"{value:,.4g}"


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) if len(shape) else "one number"


def _as_json(view: DataView, file: Path | None) -> dict[str, Any]:
    from dnnrun.config.outputs import ONLY

    def named(mapping: Any) -> Any:
        return mapping[ONLY] if set(mapping) == {ONLY} else dict(mapping)

    facts = view.data.facts()
    return {
        "name": view.name,
        "source": view.source.name,
        "task": facts["task"],
        "classes": facts["classes"],
        "splits": {
            name: {
                "rows": split.rows,
                "features": [_feature_as_json(each) for each in split.features],
                "label_counts": named(split.label_counts),
                "label_range": named(split.label_ranges),
                "first_rows": [
                    {"features": named({key: _plain(value) for key, value in values.items()}), "labels": named(labels)}
                    for values, labels in split.first
                ],
            }
            for name, split in view.splits.items()
        },
        "filled": {column: list(how) for column, how in view.data.filled.items()},
        "picture": str(file) if file else None,
    }


def _feature_as_json(each: FeatureDescription) -> dict[str, Any]:
    return {
        "name": each.name or None,
        "shape": list(each.shape),
        "type": each.dtype,
        "least": each.least,
        "mean": each.mean,
        "greatest": each.greatest,
        "missing": each.missing,
        "different": each.different,
    }


def _plain(value: Any) -> Any:
    """Return an array as lists; a single value as itself, and a gap as null."""
    listed = value.tolist()
    if value.size == 1:
        while isinstance(listed, list):
            listed = listed[0]
    return None if isinstance(listed, float) and listed != listed else listed  # noqa: PLR0124
