"""`gitlab`: a Code Quality report. Fingerprints are unique, for GitLab drops what has the same."""

from __future__ import annotations

import json
from typing import Any, Final

from costlint.analyzers.finding import Finding
from costlint.reports.places import fingerprint, headline, place, sentence
from costlint.reports.report import ModelReport, Report
from costlint.reports.text import visible

_SEVERITIES: Final = {"error": "major", "warning": "minor", "note": "info"}


def render(report: Report) -> str:
    """A JSON array with an entry for each open finding."""
    issues: dict[str, dict[str, Any]] = {}
    for model in report.models:
        for finding in model.open_findings:
            issue = _issue(finding, model)
            issues.setdefault(issue["fingerprint"], issue)
    return json.dumps(list(issues.values()), indent=1, allow_nan=False) + "\n"


def _issue(finding: Finding, model: ModelReport) -> dict[str, Any]:
    path, line = place(finding, model)
    return {
        "description": f"{headline(finding)}. {sentence(finding, model)}",
        "check_name": visible(finding.rule),
        "fingerprint": fingerprint(finding, model),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": path, "lines": {"begin": line}},
    }
