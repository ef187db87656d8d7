"""Print the lowest version that pyproject.toml allows of each dependency, as pip constraints."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
for requirement in project["dependencies"]:
    name, lowest = re.fullmatch(r"([\w.-]+)>=([\w.]+),.*", requirement).groups()
    print(f"{name}=={lowest}")  # noqa: T201 - this is its output
