"""The page that goes along with an export: what it takes, what it gives, and the lines that load it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dnnrun.engine.exporting.formats import Format
from dnnrun.engine.exporting.serving import Served

_INSTALL = {
    "keras": "pip install keras tensorflow",
    "savedmodel": "pip install tensorflow",
    "onnx": "pip install onnxruntime",
    "litert": "pip install ai-edge-litert",
}
_TEXT = {
    "keras": "np.array({})",
    "savedmodel": "np.array({})",
    "onnx": "np.array({}, dtype=object)",
    "litert": "np.char.encode({}, 'utf-8')",
}


def readme(to: Format, file: str, served: Served, name: str, notes: list[str]) -> str:
    """Return the page.

    Args:
        to: the format.
        file: what the model is called in its folder.
        served: what was exported.
        name: of the run.
        notes: sentences on what is in it, and how it was proved.
    """
    lines = [f"# {name}: {to.title}", "", *(f"- {note}" for note in notes), "", *_table(to, served), ""]
    lines += [f"`{_INSTALL[to.name]}`, and in this folder:", "", "```python", *_code(to, file, served), "```"]
    return "\n".join(lines) + "\n"


def _table(to: Format, served: Served) -> Iterator[str]:
    yield "| | name | shape | type |"
    yield "| --- | --- | --- | --- |"
    structure = [("input", served.inputs, served.model.inputs), ("output", served.outputs, served.model.outputs)]
    for what, names, tensors in structure:
        for (own, safe), tensor in zip(names.items(), tensors, strict=True):
            shape = ", ".join(["rows", *(str(size or "any") for size in tensor.shape[1:])])
            called = own if to.name == "keras" else safe
            was = f" (in the data `{own}`)" if called != own else ""
            yield f"| {what} | `{called}`{was} | ({shape}) | {tensor.dtype} |"


def _code(to: Format, file: str, served: Served) -> Iterator[str]:
    rows = {own if to.name == "keras" else safe: tensor for (own, safe), tensor in _inputs(served)}
    is_single = to.name == "keras" and not isinstance(getattr(served.model, "_inputs_struct", None), dict)
    yield "import numpy as np"
    output = next(iter(served.outputs.values()))
    loading = to.loading.format(file=file, output=output, keras_rows=_KERAS_ROWS[is_single])
    head, _, rest = loading.partition("\n\n")
    yield from head.splitlines()
    yield ""
    yield "rows = {  # one row; put in your own"
    yield from (f"    {name!r}: {_example(to, tensor)}," for name, tensor in rows.items())
    yield "}"
    yield from rest.splitlines()
    yield "print(predicted)"


_KERAS_ROWS = {True: "*tensors.values()", False: "tensors"}


def _inputs(served: Served) -> Iterator[tuple[tuple[str, str], Any]]:
    yield from zip(served.inputs.items(), served.model.inputs, strict=True)


def _example(to: Format, tensor: Any) -> str:
    shape = tuple(size or 1 for size in (1, *tensor.shape[1:]))
    if tensor.dtype != "string":
        return f"np.zeros({shape}, '{tensor.dtype}')"
    text = "'a text'"
    for _ in shape:
        text = f"[{text}]"
    return _TEXT[to.name].format(text)
