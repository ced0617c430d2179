"""`csv`: one row per op, the columns of the JSON output with the model before them.

The last columns say of the whole model what was assumed, what is missing, what was guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from costlint.reports.as_json import op_entry, plain
from costlint.reports.caveats import caveats
from costlint.reports.report import ModelReport, Report
from costlint.reports.rows import AMOUNTS, IDENTITY
from costlint.reports.text import visible

COLUMNS: Final = (
    *("model", "device", *IDENTITY, "class", "kernel", "latency_s"),
    *(*AMOUNTS, "flop_per_byte", "costed"),
    *("why_uncosted", "assumed", "batch_assumed", "caveats"),
)


def render(report: Report) -> str:
    """A header, then the ops of every model in the order they run."""
    return table(COLUMNS, (row for model in report.models for row in _rows(model)))


def _rows(model: ModelReport) -> Iterator[dict[str, Any]]:
    device = model.device.name if model.device else ""
    shared = {"model": model.path, "device": device, **caveat_cells(model)}
    for op in model.ops:
        own = {
            "latency_s": op.latency_s,
            "outputs": " ".join(op.outputs),
            "why_uncosted": op.why_uncosted,
        }
        yield {**shared, **op_entry(op), **own}


def caveat_cells(model: ModelReport) -> dict[str, str]:
    """The sizes and batch that were assumed as `height=640 width=640` and `N`; all sentences."""
    return {
        "assumed": " ".join(f"{one.name}={one.size}" for one in model.assumed),
        "batch_assumed": " ".join(model.batch_assumed),
        "caveats": ". ".join(caveat.text for caveat in caveats(model)),
    }


def table(columns: Collection[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A header, then a line for each row; what is no column is left out."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({column: _cell(value) for column, value in row.items()})
    return stream.getvalue()


def _cell(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula and no line end breaks."""
    value = plain(value)
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
