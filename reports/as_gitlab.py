"""`gitlab`: a Code Quality report. Fingerprints are unique, for GitLab drops what has the same.

It knows nothing but issues: what was assumed or is not costed is one of severity `info`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from costlint.analyzers.finding import Finding
from costlint.reports.caveats import Caveat, caveats
from costlint.reports.places import digest, fingerprint, headline, model_path, place, sentence
from costlint.reports.report import ModelReport, Report
from costlint.reports.text import visible

_SEVERITIES: Final = {"error": "major", "warning": "minor", "note": "info"}


def render(report: Report) -> str:
    """A JSON array with an entry for each caveat of a model and each open finding."""
    issues: dict[str, dict[str, Any]] = {}
    for model in report.models:
        for caveat in caveats(model):
            issue = _caveat(caveat, model)
            issues.setdefault(issue["fingerprint"], issue)
        for finding in model.open_findings:
            issue = _issue(finding, model)
            issues.setdefault(issue["fingerprint"], issue)
    return json.dumps(list(issues.values()), indent=1, allow_nan=False) + "\n"


def _caveat(caveat: Caveat, model: ModelReport) -> dict[str, Any]:
    """Its fingerprint names no device: several devices have it in common."""
    return {
        "description": visible(caveat.text),
        "check_name": caveat.kind,
        "fingerprint": digest(model_path(model), caveat.kind, caveat.text),
        "severity": "info",
        "location": {"path": model_path(model), "lines": {"begin": 1}},
    }


def _issue(finding: Finding, model: ModelReport) -> dict[str, Any]:
    path, line = place(finding, model)
    return {
        "description": f"{headline(finding)}. {sentence(finding, model)}",
        "check_name": visible(finding.rule),
        "fingerprint": fingerprint(finding, model),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": path, "lines": {"begin": line}},
    }
