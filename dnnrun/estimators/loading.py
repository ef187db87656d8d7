"""The fitted pipeline of a run of scikit-learn."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import joblib

from dnnrun.errors import RunError


def load_estimator(path: Path) -> Any:
    """Return a pipeline that was saved; it takes raw rows. Loading runs what is in the file.

    Raises:
        RunError: the file is damaged, or of a version of scikit-learn that this one cannot read.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
            return joblib.load(path)
    except Exception as error:  # a damaged pickle raises nearly anything
        text = " ".join(str(error).split())
        what = f"{path}: cannot be loaded: {type(error).__name__}{f': {text}' if text else ''}"
        raise RunError(what, hint="is it damaged, or from another scikit-learn? run.json has the versions") from error
