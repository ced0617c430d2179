"""`sarif`: SARIF 2.1.0 for code scanning, one run per model and device.

Each result has a physical location and a fingerprint of our own: a file without the first is
refused as a whole by GitHub, one without the second opens all alerts anew at each export.
Suppressed findings come last, with their `suppressions`. GitHub does not read those and opens
alerts, so `docs/ci.md` filters the file before an upload.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from costlint.analyzers.finding import Finding
from costlint.costmodel.ir.errors import OptionError
from costlint.reports.as_json import plain
from costlint.reports.caveats import caveats
from costlint.reports.places import fingerprint, headline, model_path, place, sentence
from costlint.reports.report import ModelReport, Report
from costlint.reports.text import shortened, visible

MOST_RUNS: Final = 20
MOST_RESULTS: Final = 100
_MOST_OPS: Final = 100
_MOST_TEXT: Final = 1024
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """The log as JSON.

    Raises:
        OptionError: more models times devices than a code host takes in one file.
    """
    if len(report.models) > MOST_RUNS:
        raise OptionError(
            f"{len(report.models)} models and devices do not fit into one SARIF file",
            facts=(f"GitHub takes {MOST_RUNS} runs per file",),
            fix="one file per model: costlint MODEL -d DEVICE -f sarif -o MODEL.sarif",
        )
    runs = [_run(report, model) for model in report.models]
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    return json.dumps(log, indent=1, allow_nan=False) + "\n"


def _run(report: Report, model: ModelReport) -> dict[str, Any]:
    findings = (*model.open_findings, *model.suppressed_findings)[:MOST_RESULTS]
    rules = sorted({finding.rule for finding in findings})
    path = model_path(model)
    device = model.device.name if model.device else "no-device"
    driver = {
        "name": "costlint",
        "version": report.tool_version,
        "rules": [_rule(report, rule) for rule in rules],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"costlint/{path}/{visible(device)}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(model)],
        "artifacts": [
            {
                "location": {"uri": quote(path)},
                "mimeType": "application/octet-stream",
                "roles": ["analysisTarget"],
            }
        ],
        "results": [_result(finding, model, rules.index(finding.rule)) for finding in findings],
    }


def _rule(report: Report, rule_id: str) -> dict[str, Any]:
    rule = report.rule(rule_id)
    title = visible(rule.title)
    text = rule.help or f"costlint explain {rule.id}"
    return {
        "id": visible(rule.id),
        "name": visible(rule.id),
        "shortDescription": {"text": title},
        "fullDescription": {"text": title[:_MOST_TEXT]},
        "help": {"text": text, "markdown": text},
        "properties": {
            "tags": ["performance", "onnx"],
            "precision": "high",
            "problem.severity": "warning",
        },
    }


def _invocation(model: ModelReport) -> dict[str, Any]:
    notes = [
        {
            "level": "warning" if caveat.is_loud else "note",
            "message": {"text": visible(caveat.text)},
            "descriptor": {"id": caveat.kind},
        }
        for caveat in caveats(model)
    ]
    left_out = len(model.findings) - MOST_RESULTS
    if left_out > 0:
        text = f"{left_out} findings with smaller savings, or suppressed, are left out"
        notes.append({"level": "note", "message": {"text": text}})
    if not notes:
        return {"executionSuccessful": True}
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _result(finding: Finding, model: ModelReport, rule_index: int) -> dict[str, Any]:
    path = model_path(model)
    file, line = place(finding, model)
    region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2}
    logical = [
        {
            "name": visible(name.rpartition("/")[2] or name),
            "fullyQualifiedName": visible(f"{path}#{name}"),
            "kind": "element",
        }
        for name in finding.ops[:_MOST_OPS]
    ]
    location = {
        "physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": region},
        "logicalLocations": logical,
    }
    result: dict[str, Any] = {
        "ruleId": visible(finding.rule),
        "ruleIndex": rule_index,
        "level": finding.severity,
        "message": {"text": f"{headline(finding)}. {sentence(finding, model)}"},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint(finding, model)}:1"},
        "properties": plain({"remedy": finding.remedy, "evidence": finding.evidence}),
    }
    if file != path:
        artifact = {"physicalLocation": {"artifactLocation": {"uri": quote(path)}}}
        result["relatedLocations"] = [{"id": 1, "message": {"text": "the ONNX model"}, **artifact}]
    if finding.suppressed:
        result["suppressions"] = [
            {"kind": one.kind, "justification": shortened(visible(one.reason), _MOST_TEXT)}
            for one in finding.suppressed_by
        ]
    saving = finding.saving
    if saving is not None:
        result["rank"] = round(min(max(100 * saving.share, 0.0), 100.0), 2)
        names = ("saved_s", "low_s", "high_s")
        result["properties"]["saving"] = {name: getattr(saving, name) for name in names}
    return result
