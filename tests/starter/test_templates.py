"""Every template is a valid config with a comment above every key."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from dnnrun.api.validation import validate
from dnnrun.config.load import load_config
from dnnrun.errors import ConfigError
from dnnrun.starter import templates
from dnnrun.starter.commented import WIDTH
from dnnrun.starter.templates import TEMPLATES, read_template


def test_the_table_and_the_folder_are_one() -> None:
    files = Path(templates.__file__).parent / "templates"
    assert sorted(path.name for path in files.iterdir()) == sorted(f"{name}.yaml" for name in TEMPLATES)
    assert len(TEMPLATES) == 8


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_valid(name: str) -> None:
    text = read_template(name)
    Path("config.yaml").write_text(text)
    Path("table.csv").write_text("a,b,label\n" + "1,2,no\n3,4,yes\n2,5,no\n" * 100)  # which own_data names
    assert load_config("config.yaml").name == name
    assert validate("config.yaml") == []
    assert uncommented(text) == []
    assert max(map(len, text.splitlines())) <= WIDTH


def uncommented(text: str) -> list[str]:
    """Return the lines with a key that have no comment above: but the name of a component, which its key explains."""
    lines = text.splitlines()
    is_key = re.compile(r" *[a-z_0-9']+:( |$)")
    return [
        line
        for before, line in itertools.pairwise(lines)
        if is_key.match(line) and not before.strip().startswith("#") and line.strip() != "csv:"
    ]


def test_keys_without_a_comment_are_found() -> None:
    assert uncommented("# x\na: 1\nb: 2\n# y\nc:\n  d: 3\n") == ["b: 2", "  d: 3"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mnits", "did you mean 'mnist'?"),
        ("nothing", "templates: mnist, cnn,"),
        ("houses.csv", "--csv houses.csv --target COLUMN"),
    ],
)
def test_no_such_template(name: str, says: str) -> None:
    with pytest.raises(ConfigError, match="there is no template") as caught:
        read_template(name)
    assert says in str(caught.value)
