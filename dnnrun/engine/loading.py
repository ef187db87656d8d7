"""The model of a run, loaded as it was saved; a user's own classes in it only where running them is allowed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras

from dnnrun.components import load_object
from dnnrun.engine.objects import in_one_line
from dnnrun.errors import ConfigError, RunError


def load_model(path: Path, own: Iterable[str] = (), *, allow_code: bool = False) -> keras.Model:
    """Return a saved model, not compiled; it takes raw rows.

    Args:
        path: of the file.
        own: import paths of the user's classes and functions that its config names.
        allow_code: whether these may be imported.

    Raises:
        ConfigError: the model needs code that is not allowed, or cannot be imported.
        RunError: the file is damaged, or Keras cannot read it.
    """
    own = list(own)
    if not zipfile.is_zipfile(path):  # of which Keras would say that it is not there
        what = f"{path}: damaged: not the archive that Keras writes, or its end is missing"
        raise RunError(what, hint="copy it again from where it was trained, or train it again")
    found = [load_object(name, allow_code=True) for name in own] if allow_code else []
    known: dict[str, Any] = {each.__name__: each for each in found if hasattr(each, "__name__")}
    try:
        with keras.saving.custom_object_scope(known):
            return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises nearly anything about a damaged file
        if own and not allow_code:
            what = f"{path}: cannot be loaded without code of your own, which is off by default: {', '.join(own)}"
            raise ConfigError(what, hint="if you trust it, add --allow-code or set DNNRUN_ALLOW_CODE=1") from error
        what = f"{path}: cannot be loaded: {type(error).__name__}: {in_one_line(error)}"
        raise RunError(what, hint="is it damaged, or from a newer Keras? run.json has the versions") from error
