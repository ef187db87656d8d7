"""One export from a loaded model to a folder that is whole: written, proved, described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from dnnrun.engine.exporting.formats import Format
from dnnrun.engine.exporting.label_files import numbered
from dnnrun.engine.exporting.proof import TOLERANCE, Proof, prove
from dnnrun.engine.exporting.readme import readme
from dnnrun.engine.exporting.rows import ProofRows
from dnnrun.engine.exporting.serving import Served
from dnnrun.engine.exporting.text_layers import WithoutTexts, front_rows, without_text_layers
from dnnrun.engine.objects import in_one_line
from dnnrun.errors import ConfigError, ExportError
from dnnrun.store import ExportFolder


@dataclass(frozen=True)
class Exported:
    """An export that was written.

    Args:
        path: its folder.
        model: the file or folder in it that is the model.
        proof: how near its predictions are.
        rows: on how many rows that was found.
        origin: what rows these were.
        remark: why they were no test rows, in words.
        renamed: inputs and outputs that the format calls otherwise.
        tolerance: the largest difference of predictions that is allowed.
    """

    path: Path
    model: Path
    proof: Proof
    rows: int
    origin: str
    remark: str
    renamed: Mapping[str, str]
    tolerance: float = TOLERANCE


def export_model(
    model: keras.Model,
    to: Format,
    target: Path,
    *,
    name: str,
    classes: Mapping[str, Sequence[str]],
    rows: ProofRows,
    leaves_texts_out: bool,
    own: Sequence[str],
    preparing: Callable[[str], None],
) -> Exported:
    """Write a model in a format, prove it, and give it its place; one that does not hold is set aside.

    Args:
        model: of the run.
        to: the format.
        target: the folder that it is to become.
        name: of the run.
        classes: the class names by output, of a single one under any name.
        rows: to prove it on.
        leaves_texts_out: whether to export what stands behind the layers that make numbers of texts.
        own: import paths of the user's own code that the model is made of.
        preparing: told what is being done.

    Raises:
        ConfigError: the format cannot carry a layer.
        ExportError: its runtime cannot run it, or predicts something else.
        RunError: the folder cannot be written.
    """
    whole = Served.of(model)
    expected = whole.predict({whole.inputs[own]: array for own, array in rows.x.items()})
    without = without_text_layers(model) if leaves_texts_out else None
    served, x = (whole, rows.x) if without is None else (_named_as(whole, without), front_rows(without, rows.x))
    asked = {served.inputs[own]: array for own, array in x.items()}
    labels = _labels(served, classes)
    with ExportFolder.open(to.name, target) as folder:
        preparing(f"writing {to.title}")
        _write(to, served, {served.outputs[output]: names for output, names in labels.items()}, folder.model)
        preparing(f"asking {to.title} for {len(rows)} rows")
        proof = prove(to, folder.model, served, asked, expected, own)
        folder.write_parity(_parity(proof, rows))
        if labels:
            folder.write_labels(numbered(labels))
        if without is not None:
            folder.write_text_layers(without.layers)
        folder.write_readme(
            readme(to, folder.model.name, served, name, _notes(proof, rows, without, own if to.name == "keras" else ()))
        )
        if not proof.holds:
            raise _failed(to, proof, rows, folder.set_aside())
        path = folder.keep()
    renamed = {} if to.name == "keras" else served.renamed
    return Exported(path, path / folder.model.name, proof, len(rows), rows.origin, rows.remark, renamed)


def _write(to: Format, served: Served, classes: Mapping[str, Sequence[str]], path: Path) -> None:
    try:
        to.write(served, classes, path)
    except (ConfigError, OSError):
        raise
    except Exception as error:
        what = f"the model cannot be written as {to.title}: {type(error).__name__}: {in_one_line(error)}"
        raise ConfigError(what, hint="--format keras takes every model that could be trained") from error


def _named_as(whole: Served, without: WithoutTexts) -> Served:
    """Return the rest of a model with the names that its inputs and outputs have in the whole."""
    return replace(whole, model=without.model)


def _labels(served: Served, classes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    outputs = list(served.outputs)
    if len(outputs) == 1 and len(classes) == 1:
        return dict(zip(outputs, map(list, classes.values()), strict=True))
    return {output: list(classes[output]) for output in outputs if output in classes}


def _parity(proof: Proof, rows: ProofRows) -> dict[str, Any]:
    return {
        "holds": proof.holds,
        "rows": len(rows),
        "rows_from": rows.origin,
        "remark": rows.remark or None,
        "largest_difference": proof.difference,
        "largest_absolute_difference": proof.largest_absolute,
        "tolerance": TOLERANCE,
        "failure": proof.failure or None,
        "runtime": dict(proof.versions),
        "exported_with": {"keras": keras.__version__, "tensorflow": tf.__version__},
    }


def _notes(proof: Proof, rows: ProofRows, without: WithoutTexts | None, own: Sequence[str]) -> list[str]:
    notes = ["The model of a run of dnnrun, preprocessing included: it takes rows as the run's data has them."]
    if without is not None:
        inputs = " and ".join(f"`{name}`" for name in without.layers)
        notes = [
            "The model of a run of dnnrun, preprocessing included but for the layers that make numbers of texts: for "
            f"{inputs} it takes what they give. `text_layers.json` has them, with arguments and vocabulary."
        ]
    if own:
        named = ", ".join(f"`{path}`" for path in own)
        notes.append(f"Loading it needs code that is not in it, as `custom_objects` of `load_model`: {named}.")
    if proof.holds:
        origin = f"{len(rows)} {rows.origin} rows"
        notes.append(f"Proved: on {origin} it predicts what the run's model does, to within {proof.difference:.1e}.")
    else:
        notes.append("Not proved: do not use it. `parity.json` has the reason.")
    return notes


def _failed(to: Format, proof: Proof, rows: ProofRows, path: Path) -> ExportError:
    kept = f"what was written is in {path}"
    if proof.difference is None:
        return ExportError(f"the export to {to.title} failed its proof: {proof.failure}", hint=kept)
    what = f"on {len(rows)} {rows.origin} rows {to.title} predicts something else than the run's model"
    apart = f"the largest difference is {proof.difference:.2g}, and {TOLERANCE:g} is allowed"
    return ExportError(f"{what}: {apart}", hint=kept)
