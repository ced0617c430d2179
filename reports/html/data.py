"""The table of ops as columns: what the page's script reads, and the rows it starts with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from costlint.reports import numbers
from costlint.reports.html.roofline import Point
from costlint.reports.plane import Plane
from costlint.reports.report import CLASSES, ModelReport
from costlint.reports.rows import OpRow
from costlint.reports.text import visible

_BASE = 36
_MOST_SHARED = _BASE**2 - 1
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `scale` and `digits` format its numbers, None for text; `width` is in percent."""

    key: str
    label: str
    width: int
    scale: float = 1.0
    digits: int | None = None
    unit: str = ""

    def text(self, value: Any) -> str:
        """A cell as the page shows it."""
        if self.digits is None or isinstance(value, str):
            return str(value)
        return f"{value / self.scale:,.{self.digits}f}{self.unit}"


_TEXT: Final = (
    Column(key="name", label="Op", width=25),
    Column(key="op", label="Operator", width=10),
    Column(key="cls", label="Class", width=11),
    Column(key="shape", label="Output", width=11),
)
_COUNTS: Final = (
    Column(key="macs", label="MMACs", width=7, scale=1e6, digits=2),
    Column(key="bytes", label="MB", width=6, scale=1e6, digits=3),
    Column(key="ai", label="FLOP/byte", width=8, digits=1),
)
_TIMED: Final = (
    Column(key="ms", label="ms", width=7, digits=4),
    Column(key="share", label="Share", width=7, digits=2, unit=" %"),
    Column(key="bound", label="Bound", width=8),
)
_COUNTED: Final = (
    Column(key="share", label="Bytes", width=9, digits=2, unit=" %"),
    Column(key="live", label="Alive MB", width=9, scale=1e6, digits=3),
)
_GUIDELINES: Final = Column(key="g", label="Breaks", width=7)


def columns(model: ModelReport) -> tuple[Column, ...]:
    """Those that the model has something for."""
    tail = _TIMED if model.device else _COUNTED
    verdicts = (_GUIDELINES,) if any(op.verdicts for op in model.ops) else ()
    return (*_TEXT, *_COUNTS, *tail, *verdicts)


def page_data(model: ModelReport, found: Sequence[Point], on: Plane | None) -> dict[str, Any]:
    """Columns of all ops; texts that repeat stand once, names share their beginnings."""
    ops = model.ops
    spots = {p.index: [round(on.x(p.intensity)), round(on.y(p.rate))] for p in found} if on else {}
    data: dict[str, Any] = {
        "n": len(ops),
        "timed": model.device is not None,
        "cols": [[c.key, c.scale, c.digits, c.unit] for c in columns(model)],
        "names": _front_coded(visible(op.name) for op in ops),
        "macs": [op.macs for op in ops],
        "flop": [op.flop for op in ops],
        "bytes": [op.bytes_accessed for op in ops],
        "live": [-1 if op.live_bytes is None else op.live_bytes for op in ops],
        "spots": [[index, *spot] for index, spot in spots.items()],
    }
    if model.device:
        data["ms"] = [float(f"{(op.latency_s or 0.0) * 1e3:.4g}") for op in ops]
    texts = _texts(model, ops)
    for key in ("op", "cls", "shape", "bound", "g"):
        values = [text[key] for text in texts]
        known = {value: index for index, value in enumerate(dict.fromkeys(values))}
        data[key] = {"of": list(known), "at": [known[value] for value in values]}
    return data


def first_rows(model: ModelReport, most: int = 25) -> list[list[str]]:
    """The dearest ops as text, for readers without scripts."""
    total = model.totals.latency_s if model.device else model.totals.bytes_accessed
    shown = columns(model)
    dearest = sorted(model.ops, key=lambda op: -model.cost(op))[:most]
    rows = []
    for op, texts in zip(dearest, _texts(model, dearest), strict=True):
        values = {
            **texts,
            "name": visible(op.name),
            "macs": op.macs,
            "bytes": op.bytes_accessed,
            "ai": numbers.ratio(op.flop, op.bytes_accessed) or 0.0,
            "ms": (op.latency_s or 0.0) * 1e3,
            "share": 100 * model.cost(op) / total if total else 0.0,
            "live": op.live_bytes or 0,
        }
        rows.append([column.text(values[column.key]) for column in shown])
    return rows


def _texts(model: ModelReport, ops: Sequence[OpRow]) -> list[dict[str, str]]:
    """The columns of text that repeat, for each of `ops`."""
    bounds = {name: kernel.bound for kernel in model.kernels for name in kernel.ops}
    return [
        {
            "op": visible(op.op_type),
            "cls": CLASSES.get(op.op_class, op.op_class),
            "shape": visible(numbers.shape(op.shape)),
            "bound": _bound_of(op, bounds),
            "g": " ".join(v.guideline for v in op.verdicts if v.state == "violated"),
        }
        for op in ops
    ]


def _bound_of(op: OpRow, bounds: dict[str, str]) -> str:
    """What limits the op; `fused` for one that runs inside another's kernel."""
    if op.fused_into:
        return "fused"
    return "free" if op.is_free else "uncosted" if op.why_uncosted else bounds.get(op.name, "")


def _front_coded(names: Iterable[str]) -> list[str]:
    """Each name as two digits, how much it shares with the one before, and the rest of it."""
    coded, before = [], ""
    for name in names:
        most = min(len(name), len(before), _MOST_SHARED)
        shared = next((i for i in range(most) if name[i] != before[i]), most)
        coded.append(f"{_DIGITS[shared // _BASE]}{_DIGITS[shared % _BASE]}{name[shared:]}")
        before = name
    return coded
