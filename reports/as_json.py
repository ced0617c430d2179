"""`json`: the document `costlint/1`, the interface for programs. Keys are only ever added."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib import resources
from typing import Any, Final

from costlint.analyzers.finding import Finding
from costlint.reports.caveats import caveats
from costlint.reports.report import CLASSES, ModelReport, Report, Totals
from costlint.reports.rows import AMOUNTS, IDENTITY, KernelRow, OpRow

SCHEMA: Final = "costlint/1"

_VERDICT: Final = ("state", "number", "meaning")
_INSIDE: Final = frozenset({"before", "after", "edit"})
"""What a finding keeps to itself: the picture of the page, and the edit that was priced."""


def render(report: Report) -> str:
    """ASCII only, so that no name can hide or turn text around."""
    return json.dumps(document(report), indent=1, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain data; expressions of free dimensions are strings."""
    compared = {"comparison": _comparison(report)} if report.compared else {}
    return {
        "schema": SCHEMA,
        "tool": {"name": "costlint", "version": report.tool_version},
        "models": [model_entry(model) for model in report.models],
        **compared,
        "summary": {
            **report.by_severity,
            "gate": {"passed": report.gate.passed, "reasons": list(report.gate.reasons)},
        },
    }


def model_entry(model: ModelReport) -> dict[str, Any]:
    """One entry of `models`."""
    entry = {
        "path": model.path,
        "sha256": model.sha256,
        "device": _device(model),
        "batch": model.batch,
        "totals": {field.name: getattr(model.totals, field.name) for field in fields(Totals)},
        "classes": {name: model.class_latency_s.get(name, 0.0) for name in CLASSES}
        if model.device
        else None,
        "ops": [op_entry(op) for op in model.ops],
        "kernels": [_kernel(kernel) for kernel in model.kernels],
        "findings": [finding_entry(finding) for finding in model.findings],
        "notes": model.notes,
        "assumed": [asdict(one) for one in model.assumed],
        "batch_assumed": model.batch_assumed,
        "uncosted": [asdict(row) for row in model.uncosted_kinds],
        "caveats": [caveat.text for caveat in caveats(model)],
    }
    return {key: plain(value) for key, value in entry.items()}


def op_entry(op: OpRow) -> dict[str, Any]:
    """One entry of `ops`; `flop_per_byte` is null where nothing moves."""
    moved = op.bytes_accessed
    return {
        **{name: getattr(op, name) for name in IDENTITY},
        "class": op.op_class,
        "kernel": op.kernel,
        **{name: getattr(op, name) for name in AMOUNTS},
        "flop_per_byte": None if moved == 0 else op.flop / moved,
        "costed": not op.why_uncosted,
        "guidelines": {
            verdict.guideline: {name: getattr(verdict, name) for name in _VERDICT}
            for verdict in op.verdicts
        },
        "analysis": op.analysis,
    }


def finding_entry(finding: Finding) -> dict[str, Any]:
    """One entry of `findings`."""
    shown = [field.name for field in fields(finding) if field.name not in _INSIDE]
    return {
        **{name: getattr(finding, name) for name in shown},
        "saving": None if finding.saving is None else asdict(finding.saving),
        "suppressed": finding.suppressed,
        "suppressed_by": [asdict(suppression) for suppression in finding.suppressed_by],
    }


def schema() -> str:
    """The JSON Schema of the document."""
    return (resources.files("costlint.reports") / "schema.json").read_text(encoding="utf-8")


def plain(value: Any) -> Any:
    """`value` in JSON's own types: no NaN, no infinity, expressions as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):  # a number or an array of numpy
        return plain(value.tolist())
    return str(value)


def _comparison(report: Report) -> dict[str, Any]:
    """What the second model changes: findings by fingerprint, ops in pairs of names."""
    from costlint.reports.compare import compare, matched

    before, after = report.models
    found = compare(before, after)
    pairs = [
        {"before": a.name if a else None, "after": b.name if b else None}
        for a, b in matched(before.ops, after.ops)
    ]
    findings = {
        name: [finding.fingerprint for finding in getattr(found, name)]
        for name in ("new", "fixed", "unchanged")
    }
    saving = None if report.change is None else asdict(report.change)
    return {"saving": saving, "findings": findings, "ops": pairs}


def _device(model: ModelReport) -> dict[str, Any] | None:
    device = model.device
    if device is None:
        return None
    names = ("name", "hardware", "runtime", "precision", "threads", "calibrated", "fit")
    return {name: getattr(device, name) for name in names}


def _kernel(kernel: KernelRow) -> dict[str, Any]:
    entry = {field.name: getattr(kernel, field.name) for field in fields(KernelRow)}
    entry["class"] = entry.pop("kernel_class")
    return entry
