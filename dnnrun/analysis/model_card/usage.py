"""How the model of a run is used: what it takes, what it gives, and the commands and lines of Python for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dnnrun.analysis.model_card.markdown import escaped, listed
from dnnrun.config.positions import is_estimator
from dnnrun.store import Run

_MOST_LISTED = 12


def usage_of(run: Run) -> Iterator[str]:
    """Yield the lines that say how to use a run's model, from within its directory.

    Raises:
        RunError: the predictions are damaged.
    """
    files = run.files
    if "estimator" in files:
        yield from _command()
        yield "From Python; loading runs what is in the file, so load only your own:"
        yield from ["", "```python", "import joblib", ""]
        yield f'model = joblib.load("{files["estimator"].name}")'
        yield from ["model.predict(rows)  # raw rows, as the source has them", "```"]
    elif "model" in files:
        yield from _command()
        yield "From Python, preprocessing included:"
        yield from ["", "```python", "import keras", ""]
        yield f'model = keras.models.load_model("{files["model"].name}")'
        yield f"model.predict(rows)  # {_rows(run.record.get('dataset') or {})}"
        yield "```"
    else:
        why = "the run has not been fitted" if is_estimator(run.config.get("model")) else _no_model(run.status)
        yield f"There is no saved model: {why}."
        return
    given = list(_given(run))
    if given:
        yield ""
        yield from given


def _command() -> list[str]:
    return ["In this folder:", "", "```sh", "dnnrun predict . NEW_ROWS -o predictions.csv", "```", ""]


def _no_model(status: str) -> str:
    if status == "completed":
        return "its file is gone"
    if status == "diverged":
        return "its weights are no numbers any more"
    return "the training has not reached its end; `dnnrun resume .` goes on with it"


def _rows(dataset: Mapping[str, Any]) -> str:
    shape, dtype = dataset.get("input_shape"), dataset.get("dtype")
    if isinstance(shape, Mapping):
        shapes = ", ".join(f"{name!r}: {_shape(each)}" for name, each in shape.items())
        return f"raw rows by the names of the inputs, of shapes {{{shapes}}}"
    return f"raw rows of shape {_shape(shape)}, {dtype}" if shape is not None else "raw rows"


def _shape(shape: Any) -> str:
    return f"({', '.join(['rows', *map(str, shape or [])])})"


def _given(run: Run) -> Iterator[str]:
    """Say what a prediction means, where the record and the shape of the predictions tell."""
    dataset: Mapping[str, Any] = run.record.get("dataset") or {}
    classes = dataset.get("classes")
    predicted = run.predictions.get("predicted")
    if not isinstance(classes, list) or predicted is None or predicted.ndim != 2:
        return
    columns = predicted.shape[1]
    if "estimator" in run.files:
        yield f"It gives the number of a class: {_numbered(classes)}."
    elif columns == 1 and len(classes) == 2:
        what = "a number that is above 0 for" if _gives_logits(run.config) else "the probability of"
        yield f"It gives one column: {what} {escaped(classes[1])}, as against {escaped(classes[0])}."
    elif columns == len(classes):
        what = "scores (logits)" if _gives_logits(run.config) else "probabilities"
        yield f"It gives {what}, a column for each class: {_numbered(classes)}."


def _numbered(classes: list[Any]) -> str:
    if [str(name) for name in classes] == [str(number) for number in range(len(classes))]:
        return f"0 to {len(classes) - 1}"
    return listed([f"{number} is {name}" for number, name in enumerate(classes)], _MOST_LISTED)


def _gives_logits(config: Mapping[str, Any]) -> bool:
    loss = config.get("loss")
    if not isinstance(loss, Mapping):
        return False
    arguments = next(iter(loss.values()), None)
    return isinstance(arguments, Mapping) and bool(arguments.get("from_logits"))
