"""The configs that come ready to change: which there are, and their text."""

from __future__ import annotations

from pathlib import Path

from dnnrun.errors import ConfigError, suggest

# name -> what it shows; the text is in a file of that name.
TEMPLATES = {
    "mnist": "digits: a dense layer, dropout, softmax",
    "cnn": "digits: two convolutions and pooling",
    "binary": "two classes from a table: sigmoid, binary_crossentropy, AUC",
    "multiclass": "several classes from a table: softmax, sparse_categorical_crossentropy",
    "regression": "a number from a table: linear output, mean_squared_error",
    "early_stopping": "ending at the best epoch, and keeping its model",
    "learning_rate_schedule": "a learning rate that falls as training goes on",
    "own_data": "a CSV file of your own; --csv proposes one that fits it",
}
_FOLDER = Path(__file__).parent / "templates"


def read_template(name: str) -> str:
    """Return the text of a template.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in TEMPLATES:
        hint = f"templates: {', '.join(TEMPLATES)}\nfrom a table of your own: --csv FILE --target COLUMN"
        if name.lower().endswith((".csv", ".tsv", ".txt")):
            hint = f"a table is named with an option: --csv {name} --target COLUMN"
        elif near := suggest(name, TEMPLATES):
            hint = f"{near}\n{hint}"
        raise ConfigError(f"there is no template {name!r}", hint=hint)
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
