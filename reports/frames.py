"""A report as data frames, with whichever library is there."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError
from costlint.reports.as_json import document
from costlint.reports.report import Report

_LIBRARIES: Final = ("pandas", "polars")
_TABLES: Final = ("ops", "kernels", "findings")


def frames(report: Report) -> dict[str, Any]:
    """`ops`, `kernels` and `findings` of all models, each row with its model and device.

    Columns are the keys of the JSON output; those of a saving stand beside the others.

    Raises:
        OptionError: neither pandas nor polars is installed.
    """
    library = next((name for name in _LIBRARIES if find_spec(name)), None)
    if library is None:
        raise OptionError(
            "data frames need pandas or polars, and neither is installed",
            fix="pip install pandas",
        )
    frame = import_module(library).DataFrame
    return {table: frame(_rows(report, table)) for table in _TABLES}


def _rows(report: Report, table: str) -> list[dict[str, Any]]:
    rows = []
    for model in document(report)["models"]:
        device = model["device"]["name"] if model["device"] else None
        for entry in model[table]:
            row = {"model": model["path"], "device": device, **entry}
            if table == "findings":
                row.update(row.pop("saving") or {})
            rows.append(row)
    return rows
