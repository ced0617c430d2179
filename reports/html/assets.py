"""What pages are made of: templates, style sheets, scripts, and the policy that allows no others.

The content security policy allows a page's own style sheet and scripts by their hashes only.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from costlint.reports import numbers
from costlint.reports.report import SEVERITIES
from costlint.reports.text import visible


def page(template: str, style: str, script: str, theme: str = "", **values: Any) -> str:
    """A template of this package with `values` and the page's own style and scripts."""
    scripts = " ".join(_source(text) for text in (script, theme) if text)
    policy = (
        f"default-src 'none'; style-src {_source(style)}; script-src {scripts}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    own = {"style": style, "script": script, "theme": theme, "policy": policy}
    found: str = _environment().get_template(template).render(**own, **values)
    return found


def asset(*names: str) -> str:
    """The text of these files, one after the other."""
    folder = resources.files("costlint.reports") / "templates"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("costlint.reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    environment.filters["visible"] = visible
    environment.globals.update(numbers=numbers, severities=SEVERITIES)
    return environment


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
