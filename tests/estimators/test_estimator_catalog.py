"""The catalogue that is shipped is the one that the installed scikit-learn gives."""

from __future__ import annotations

import importlib
import json
from importlib import resources

import pytest
import sklearn

from dnnrun.config import catalog as shipped
from dnnrun.estimators import catalog

SHIPPED = json.loads(resources.files("dnnrun.config").joinpath(shipped.ESTIMATORS).read_text())


@pytest.mark.filterwarnings("ignore")  # scikit-learn's own experimental modules
def test_the_shipped_catalogue_is_that_of_the_installed_scikit_learn() -> None:
    if SHIPPED["scikit-learn"] != sklearn.__version__:
        pytest.skip(f"it describes {SHIPPED['scikit-learn']}, and {sklearn.__version__} is installed")
    assert catalog.describe() == SHIPPED


def test_every_estimator_is_where_it_says() -> None:
    for section in ("classifiers", "regressors"):
        assert len(SHIPPED[section]) >= 35
        for name, entry in SHIPPED[section].items():
            module = importlib.import_module(shipped.module_of_estimator(name) or "")
            assert hasattr(module, name), entry


@pytest.mark.parametrize(
    ("name", "expected"),
    [("SGDClassifier", True), ("SVC", True), ("LogisticRegression", True), ("SGDRegressor", False), ("Ridge", False),
     ("LassoLarsIC", False), ("OfTomorrow", True), ("RegressorOfTomorrow", False)],
)  # fmt: skip
def test_is_classifier(name: str, expected: bool) -> None:
    assert shipped.is_classifier(name) is expected
