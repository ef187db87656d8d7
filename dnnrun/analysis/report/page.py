"""The page: templates filled with what was gathered, and the charting library put into it."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_PACKAGE = "dnnrun.analysis.report"
_TEMPLATES = "templates"
_SCRIPTS = ("table.js", "charts.js")


def page_of(report: Mapping[str, Any]) -> str:
    """Return a report as one HTML file, which needs no other and asks for none.

    Args:
        report: as `gather_report` returns it.
    """
    scripts = [_script(text) for text in (_charting_library(), *map(_template_text, _SCRIPTS))]
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            version=importlib.metadata.version("dnnrun"),
            style=Markup(_template_text("style.css")),  # noqa: S704 - our own
            scripts=scripts,
            policy=_policy(scripts),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # tojson escapes what could end the element that it stands in.
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":"), "ensure_ascii": False}
    return environment


def _charting_library() -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - 5 MB, for a report only

    return str(get_plotlyjs())


def _template_text(name: str) -> str:
    return (files(_PACKAGE) / _TEMPLATES / name).read_text(encoding="utf-8")


def _script(text: str) -> Markup:
    """Return a script as it may stand in a page: without what would end it there."""
    safe = text.replace("</script", r"<\/script").replace("<!--", r"<\!--").replace("\r\n", "\n")
    return Markup(safe)  # noqa: S704 - our own, and the library's


def _policy(scripts: list[Markup]) -> str:
    """Return what the page may do: run these scripts and no others, show images that it holds, and ask for nothing."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii") for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
