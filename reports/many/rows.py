"""A flat row for each model and device: for CSV, Parquet and data frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from costlint.reports.as_csv import caveat_cells, table
from costlint.reports.as_json import plain
from costlint.reports.many.report import FailedModel, ManyEntry, ManyReport
from costlint.reports.report import SEVERITIES

_TOTALS: Final = (
    "macs",
    "flop",
    "bytes_accessed",
    "bytes_accessed_fused",
    "parameters",
    "weight_bytes",
    "peak_activation_bytes",
    "fragmentation",
    "launch_share",
    "coverage",
    "overhead_s",
    "latency_s",
    "latency_low_s",
    "latency_high_s",
    "latency_after_fixes_s",
)
_INTEGERS: Final = frozenset({*_TOTALS[:8], "batch", "ops", *SEVERITIES})

COLUMNS: Final[Mapping[str, type]] = {
    "path": str,
    "name": str,
    "sha256": str,
    "device": str,
    "batch": int,
    "ops": int,
    **{name: int if name in _INTEGERS else float for name in _TOTALS},
    **dict.fromkeys(SEVERITIES, int),
    "rules": str,
    "failure": str,
    "assumed": str,
    "batch_assumed": str,
    "uncosted": str,
    "caveats": str,
}
"""Columns and their types; any but `path` and `name` may be empty. `rules` is `G101:3 G403:1`,
`assumed` is `height=640 width=640`, `uncosted` is `my.ops::Fancy:2`."""


def row(entry: ManyEntry) -> dict[str, Any]:
    """The row of a result."""
    report = entry.report
    found = report.open_findings
    totals = {name: plain(getattr(report.totals, name)) for name in _TOTALS}
    return {
        "path": report.path,
        "name": entry.name,
        "sha256": report.sha256,
        "device": report.device.name if report.device else None,
        "batch": report.batch,
        "ops": entry.op_count,
        **totals,
        **{severity: sum(f.severity == severity for f in found) for severity in SEVERITIES},
        "rules": " ".join(f"{rule}:{count}" for rule, count in entry.rules.items()),
        "failure": None,
        "uncosted": " ".join(f"{row.op}:{row.count}" for row in report.uncosted_kinds),
        **caveat_cells(report),
    }


def failed_row(failed: FailedModel) -> dict[str, Any]:
    """The row of a model without a result."""
    empty = dict.fromkeys(COLUMNS)
    return {**empty, "path": failed.path, "name": failed.name, "failure": failed.what}


def rows(report: ManyReport) -> Iterable[dict[str, Any]]:
    """All rows, in the order of the models' names."""
    made = [*map(row, report.entries), *map(failed_row, report.failed)]
    return sorted(made, key=lambda r: (r["name"], r["path"], r["device"] or ""))


def render_csv(report: ManyReport) -> str:
    """A header, then one line for each model and device."""
    return table(COLUMNS, rows(report))
