"""`json-lines`: a JSON object a line: each model, each of its findings, at the end the summary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from costlint.reports.as_json import document
from costlint.reports.report import Report

_LONG: Final = ("ops", "kernels", "findings")


def render(report: Report) -> str:
    """Lines that can be filtered one by one: `type` is model, finding or summary."""
    lines = (json.dumps(line, allow_nan=False) for line in _lines(report))
    return "".join(f"{line}\n" for line in lines)


def _lines(report: Report) -> Iterator[dict[str, Any]]:
    whole = document(report)
    for model in whole["models"]:
        head = {key: value for key, value in model.items() if key not in _LONG}
        yield {"type": "model", "schema": whole["schema"], "tool": whole["tool"], **head}
        device = model["device"]["name"] if model["device"] else None
        for finding in model["findings"]:
            yield {"type": "finding", "path": model["path"], "device": device, **finding}
    yield {"type": "summary", **whole["summary"]}
