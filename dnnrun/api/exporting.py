"""To export the model of a run to a format that others load, and to prove that it predicts the same there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.api.runs import find_run, import_paths_in
from dnnrun.components import load_object
from dnnrun.config.load import load_config
from dnnrun.config.outputs import ONLY
from dnnrun.data.load import resolve_data
from dnnrun.data.published.download import telling
from dnnrun.engine.exporting.formats import find_format
from dnnrun.errors import ConfigError, DataError, in_words
from dnnrun.running.observer import Observer
from dnnrun.store import Run, export_target, model_of

if TYPE_CHECKING:
    from dnnrun.engine.exporting.exporter import Exported
    from dnnrun.engine.exporting.rows import ProofRows


def export(
    run: Run | str | Path,
    format: str,  # noqa: A002 - what everybody calls it
    output: str | Path | None = None,
    *,
    without_text_layers: bool = False,
    allow_code: bool = False,
    observer: Observer | None = None,
) -> Exported:
    """Write the model of a run in another format, with preprocessing and class names inside, and prove it.

    For the proof a fresh process loads what was written with the runtime of the format alone. It must predict for 256
    test rows what the run's model does, to within 1e-5; of predictions above 1, of their size.

    Args:
        run: the run, its directory, or a part of its name.
        format: ``keras``, ``savedmodel``, ``onnx`` or ``litert``.
        output: the folder to write; by default ``exports/FORMAT`` in the run. An earlier export there is replaced.
        without_text_layers: leave out the layers that make numbers of texts, where the format has none; their arguments
            and vocabularies are then kept beside the model.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress.

    Raises:
        ConfigError: there is no such format, its packages are not installed, or it cannot carry a layer of the model.
        RunError: there is no such run, it has no model, or the folder cannot be written.
        ExportError: the runtime predicts something else; what was written is kept beside, named ``...-failed``.
    """
    to = find_format(format)
    run = run if isinstance(run, Run) else find_run(run)
    path, target = model_of(run), export_target(run, to.name, output)
    observer = observer or Observer()
    own = import_paths_in(run.config)
    for name in own:
        load_object(name, allow_code=allow_code)
    observer.preparing("starting TensorFlow")
    from dnnrun.engine.exporting.exporter import export_model  # noqa: PLC0415 - takes seconds
    from dnnrun.engine.loading import load_model  # noqa: PLC0415 - likewise

    model = load_model(path, own, allow_code=allow_code)
    return export_model(
        model,
        to,
        target,
        name=run.name,
        classes=_classes_of(run),
        rows=_proof_rows(run, model, observer, allow_code=allow_code),
        leaves_texts_out=without_text_layers,
        own=own,
        preparing=observer.preparing,
    )


def _classes_of(run: Run) -> dict[str, list[str]]:
    """Return the class names of each output that tells classes."""
    dataset = run.record.get("dataset")
    classes = dataset.get("classes") if isinstance(dataset, Mapping) else None
    by_output = classes if isinstance(classes, Mapping) else {ONLY: classes}
    return {str(output): [str(name) for name in names] for output, names in by_output.items() if names}


def _proof_rows(run: Run, model: Any, observer: Observer, *, allow_code: bool) -> ProofRows:
    """Return test rows of the run's data, or, where it cannot be read any more, random ones."""
    from dnnrun.engine.exporting.rows import random_rows, rows_of  # noqa: PLC0415 - takes seconds

    try:
        experiment = load_config(run.resolved_config)
        observer.preparing(f"reading {experiment.dataset.source}")
        with telling(observer.downloading):
            _, dataset = resolve_data(experiment, allow_code=allow_code)
        return rows_of(dataset, model)
    except (ConfigError, DataError) as error:
        return random_rows(model, f"the data cannot be read: {in_words(error)}")
    except ValueError as error:
        return random_rows(model, f"the data is not what it was: {error}")
