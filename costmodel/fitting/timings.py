"""Timings files: CSV with a header, one measured run of one graph on one device in a row."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.runtimes.fusion import RULE_SETS, runtimes

RESTLESS: Final = 2.0
"""From which ratio of `high_s` to `low_s` on other work was running meanwhile."""

# What a precision's text holds -> its name; the first that fits counts.
_PRECISIONS: Final = (
    ("amp", "amp"), ("mixed", "amp"), ("autocast", "amp"), ("fp16", "fp16"), ("float16", "fp16"),
    ("half", "fp16"), ("fp32", "fp32"), ("float32", "fp32"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One row: `graph` is a path inside the folder or archive of graphs, `fusion` a rule set.

    What the file does not say is '' or None; `low_s` and `high_s` are the ends of the spread.
    `ops` are the names of the ops that the row times: None for the whole graph, none at all for
    what the runtime does besides. `lanes` and `cache_bytes` are the machine's: channels of a vector
    and the cache of one core.
    """

    graph: str
    batch: int
    latency_s: float
    threads: int | None = None
    device: str = ""
    runtime: str = ""
    fusion: str = ""
    precision: str = ""
    layout: str = ""
    low_s: float | None = None
    high_s: float | None = None
    source: str = ""
    ops: tuple[str, ...] | None = None
    lanes: int | None = None
    cache_bytes: int | None = None

    @property
    def steady_s(self) -> float:
        """The latency without other work: `low_s` where the spread is wide, else `latency_s`."""
        return self.low_s if self.is_restless and self.low_s is not None else self.latency_s

    @property
    def is_restless(self) -> bool:
        """Whether slow runs took more than `RESTLESS` times the quick ones."""
        if self.low_s is None or self.high_s is None:
            return False
        return self.high_s > RESTLESS * self.low_s


COLUMNS: Final = tuple(f.name for f in fields(Timing))
_REQUIRED: Final = ("graph", "batch", "latency_s")


def fusion_of(runtime: str) -> str:
    """The rule set of a runtime by its free text, '' where nobody knows it."""
    return next((fusion for word, fusion in runtimes().items() if word in runtime.lower()), "")


def precision_of(text: str) -> str:
    """The precision that a free text names ('amp fp16' is amp), the text where nobody knows it."""
    return next((name for mark, name in _PRECISIONS if mark in text.lower()), text)


def family_of(graph: str) -> str:
    """The letters that a graph's file name begins with: `resnet` of `resnet50.onnx`."""
    found = re.match(r"[A-Za-z]+", Path(graph).stem)
    return found.group().lower() if found else Path(graph).stem


def read_timings(path: str | os.PathLike[str], *, fusion: str = "") -> tuple[Timing, ...]:
    """The rows of a timings file; columns that it has besides are left out.

    `fusion` is the rule set of rows that name none and whose runtime is not known.

    Raises:
        OptionError: the file cannot be read, lacks a column, or holds a value that is no value.
    """
    shown = os.fspath(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"cannot read the timings {shown!r}", facts=(str(error),)) from error
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise OptionError(
            f"{shown!r} lacks the column {missing[0]!r}",
            facts=(f"its columns: {', '.join(header) or 'none'}",),
            fix=f"give it a header with {','.join(_REQUIRED)}",
        )
    rows = tuple(_timing(row, f"{shown}:{reader.line_num}", fusion) for row in reader)
    if not rows:
        raise OptionError(f"{shown!r} has no rows")
    return rows


def _timing(row: Mapping[str, str | None], place: str, fusion: str) -> Timing:
    given = {key: (row.get(key) or "").strip() for key in COLUMNS}
    found: dict[str, Any] = {}
    for key, text in given.items():
        if key in _REQUIRED and not text:
            raise OptionError(f"{place}: {key} is empty")
        read = _READ.get(key)
        found[key] = text if read is None else read(text, f"{place}: {key}") if text else None
    found["precision"] = precision_of(found["precision"])
    found["fusion"] = found["fusion"] or fusion_of(found["runtime"]) or fusion
    if found["fusion"] and found["fusion"] not in RULE_SETS:
        raise OptionError(
            f"{place}: unknown fusion rule set {found['fusion']!r}",
            facts=(f"known: {', '.join(RULE_SETS)}",),
        )
    timing = Timing(**found)
    if None not in (timing.low_s, timing.high_s) and not timing.low_s <= timing.high_s:  # type: ignore[operator]
        raise OptionError(f"{place}: low_s {timing.low_s} is above high_s {timing.high_s}")
    return timing


def _seconds(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise OptionError(f"{place} {text!r} is not a positive number of seconds")
    return value


def _whole(text: str, place: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise OptionError(f"{place} {text!r} is not a positive whole number")
    return int(text)


def _names(text: str, place: str) -> tuple[str, ...]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise OptionError(f"{place} {text!r} is no JSON list of op names")
    return tuple(names)


_READ: Final[Mapping[str, Callable[[str, str], Any]]] = {
    "batch": _whole,
    "threads": lambda text, place: None if text == "0" else _whole(text, place),
    "latency_s": _seconds,
    "low_s": _seconds,
    "high_s": _seconds,
    "ops": _names,
    "lanes": _whole,
    "cache_bytes": _whole,
}


def write_timings(timings: Iterable[Timing], path: str | Path) -> None:
    """Write rows as a timings file, with the columns that any row fills.

    Raises:
        OptionError: the file cannot be written.
    """
    rows = list(timings)
    kept = [c for c in COLUMNS if c in _REQUIRED or any(_text(getattr(r, c)) for r in rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(kept)
    writer.writerows([_text(getattr(row, c)) for c in kept] for row in rows)
    try:
        Path(path).write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise OptionError(f"cannot write {str(path)!r}: {error.strerror}") from error


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
