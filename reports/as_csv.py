"""`csv`: one row per op, the columns of the JSON output with the model before them."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from costlint.reports.as_json import op_entry, plain
from costlint.reports.report import Report
from costlint.reports.text import visible

COLUMNS: Final = (
    "model",
    "device",
    "name",
    "op_type",
    "domain",
    "outputs",
    "scope",
    "class",
    "kernel",
    "latency_s",
    "macs",
    "flop",
    "bytes_read",
    "bytes_written",
    "memory_access_elements",
    "flop_per_byte",
    "costed",
)


def render(report: Report) -> str:
    """A header, then the ops of every model in the order they run."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for model in report.models:
        shared = {"model": model.path, "device": model.device.name if model.device else ""}
        for op in model.ops:
            row = {
                **shared,
                **op_entry(op),
                "latency_s": op.latency_s,
                "outputs": " ".join(op.outputs),
            }
            writer.writerow({column: cell(row[column]) for column in COLUMNS})
    return stream.getvalue()


def cell(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula and no line end breaks."""
    value = plain(value)
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
