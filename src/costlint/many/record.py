"""An entry as plain data and back: what is cached, streamed and sent between machines.

Ops and kernels stay behind: of a thousand models nobody reads them, and they are most of the size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from costlint.analyzers.finding import Finding, Saving, Suppression
from costlint.costmodel.ir.assumed import Assumed
from costlint.reports.as_json import model_entry
from costlint.reports.report import ModelReport, Totals
from costlint.reports.rows import DeviceReport, UncostedRow

_DROPPED: Final = ("ops", "kernels")


def to_record(entry: ModelReport) -> dict[str, Any]:
    """The entry in JSON's own types, keys as in the JSON output."""
    slim = model_entry(replace(entry, ops=(), kernels=()))
    record = {key: value for key, value in slim.items() if key not in _DROPPED}
    more = {
        "op_count": len(entry.ops),
        "analyzed": entry.analyzed,
        "used_ignores": list(entry.used_ignores),
        "graph_notes": list(entry.graph_notes),
    }
    return {**record, **more}


def from_record(record: Mapping[str, Any]) -> ModelReport:
    """The entry of a record, without ops and kernels.

    Raises:
        KeyError, TypeError: the record is of another version.
    """
    device = record["device"]
    return ModelReport(
        path=record["path"],
        sha256=record["sha256"],
        batch=record["batch"],
        device=DeviceReport(**device) if device else None,
        totals=Totals(**{f.name: record["totals"][f.name] for f in fields(Totals)}),
        ops=(),
        class_latency_s=record["classes"] or {},
        analyzed=record["analyzed"],
        findings=tuple(_finding(row) for row in record["findings"]),
        notes=tuple(record["notes"]),
        # a stream of before has none of these
        used_ignores=tuple(record.get("used_ignores", ())),
        graph_notes=tuple(record.get("graph_notes", ())),
        assumed=tuple(Assumed(**one) for one in record.get("assumed", ())),
        batch_assumed=tuple(record.get("batch_assumed", ())),
        uncosted_kinds=tuple(UncostedRow(**row) for row in record.get("uncosted", ())),
    )


def _finding(row: Mapping[str, Any]) -> Finding:
    known = {field.name for field in fields(Finding)}
    given = {key: value for key, value in row.items() if key in known}
    given["ops"] = tuple(row["ops"])
    given["saving"] = Saving(**row["saving"]) if row["saving"] else None
    given["suppressed_by"] = tuple(Suppression(**one) for one in row["suppressed_by"])
    return Finding(**given)
