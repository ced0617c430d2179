"""The files that grow while a run goes on: JSON lines that a later one goes on from, Parquet."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Self, TextIO, cast

from costlint._version import __version__
from costlint.costmodel.ir.errors import OptionError
from costlint.many.expand import Target
from costlint.many.results import Result, failed_model
from costlint.many.work import Failure
from costlint.output import writing
from costlint.reports.as_json import SCHEMA, finding_entry
from costlint.reports.many.rows import COLUMNS, failed_row, row

_TOOL: Final = {"name": "costlint", "version": __version__}
_GROUP: Final = 256


class JsonLines:
    """A line for each model and each of its findings, as `-f json-lines` has them.

    A model's line has the `key` of what it depends on and its `finding_count`, so that a later run
    can tell what still holds. `resumed` writes beside the file until something new comes, and only
    then puts it in the file's place: nothing that is known is lost on the way.
    """

    def __init__(self, path: str | None, *, resumed: bool = False) -> None:
        self._path = None if path is None else Path(path)
        self._part = self._path.with_name(f"{self._path.name}.part") if self._path else None
        self._beside = resumed and self._path is not None and self._path.exists()
        first = self._part if self._beside else self._path
        self._file: TextIO = sys.stdout if first is None else _opened(first, "w")

    def result(self, result: Result, *, is_new: bool) -> None:
        """Write the model's line and those of its findings at once."""
        if is_new:
            self.settle()
        report = result.report
        head = {k: v for k, v in result.record.items() if k != "findings"}
        device = report.device.name if report.device else None
        line = {
            "type": "model",
            "schema": SCHEMA,
            "tool": _TOOL,
            "name": result.name,
            "key": result.key,
            "finding_count": len(report.findings),
            **head,
        }
        rows = [
            {"type": "finding", "path": report.path, "device": device, **finding_entry(finding)}
            for finding in report.findings
        ]
        self._put([line, *rows])

    def failure(self, target: Target, failure: Failure) -> None:
        """Write why there is no result."""
        about = {"type": "failure", "path": target.path, "name": target.name}
        self._put([{**about, **asdict(failure)}])

    def settle(self) -> None:
        """Put what was written beside into the file's place, and go on there."""
        if self._beside and self._path is not None and self._part is not None:
            self._file.close()
            self._part.replace(self._path)
            self._file = _opened(self._path, "a")
            self._beside = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the file; a rewriting that was interrupted leaves the old one."""
        if kind is not KeyboardInterrupt:
            self.settle()
        if self._path is not None:
            self._file.close()
        if self._beside and self._part is not None:
            self._part.unlink(missing_ok=True)

    def _put(self, lines: Sequence[Mapping[str, Any]]) -> None:
        text = "".join(f"{json.dumps(line, allow_nan=False)}\n" for line in lines)
        self._file.write(text)
        self._file.flush()


class Parquet:
    """A row for each model and device, in groups; the file is readable once it is closed."""

    def __init__(self, path: str | None) -> None:
        if path is None:
            raise OptionError(
                "parquet is no text for a screen", fix="-f parquet -o results.parquet"
            )
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise OptionError("parquet needs pyarrow", fix="pip install pyarrow") from error
        types = {str: pa.string(), int: pa.int64(), float: pa.float64()}
        self._schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        self._table = pa.Table
        with writing(path):
            self._writer = parquet.ParquetWriter(path, self._schema)
        self._rows: list[Mapping[str, Any]] = []

    def result(self, result: Result, *, is_new: bool) -> None:  # noqa: ARG002 - all are rows
        """Keep a row."""
        self._add(row(result.entry))

    def failure(self, target: Target, failure: Failure) -> None:
        """Keep the row of a model without a result."""
        self._add(failed_row(failed_model(target, failure)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left and end the file: what is done is kept."""
        self._flush()
        self._writer.close()

    def _add(self, values: Mapping[str, Any]) -> None:
        self._rows.append(values)
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _opened(path: Path, mode: str) -> TextIO:
    with writing(path):
        return cast("TextIO", path.open(mode, encoding="utf-8"))
