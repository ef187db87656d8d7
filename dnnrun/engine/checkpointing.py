"""Checkpoints that are written whole or not at all: a run killed while it saves keeps the checkpoint it had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from dnnrun.store.atomic import replacing


def save_whole_files(callback: keras.callbacks.ModelCheckpoint) -> None:
    """Make a checkpoint callback save through a temporary file, which takes the checkpoint's place when complete.

    The callback asks its model to save itself, straight onto the file of the best model so far; so it is given a
    model that does it otherwise.
    """
    set_model = callback.set_model
    callback.set_model = lambda model: set_model(_SavesWholeFiles(model))


class _SavesWholeFiles:
    """A model in all but the way it is saved."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def save(self, filepath: Any, **options: Any) -> None:
        with replacing(Path(filepath)) as temporary:
            self._model.save(temporary, **options)

    def save_weights(self, filepath: Any, **options: Any) -> None:
        with replacing(Path(filepath)) as temporary:
            self._model.save_weights(temporary, **options)
