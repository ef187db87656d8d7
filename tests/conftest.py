"""The order in which files of tests begin: the slow ones first, so that no core waits for another at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_FIRST = ("engine", "end_to_end", "rules", "analysis/report")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; the tests of a file keep their order."""
    items.sort(key=lambda item: not item.path.relative_to(_HERE).as_posix().startswith(_FIRST))
