"""Every number that a person reads is formatted here: prefixes, digits, intervals, symbols.

ms for time, 10^6 B for MB, 1 MAC = 2 FLOP. An expression of free dimensions is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.ir.dims import Dim

MISSING: Final = "-"
_PREFIXES: Final = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

_FACTS: Final = {
    "networks": ("held-out networks", False),
    "mape": ("mean error on them", True),
    "median": ("median error", True),
    "p90": ("nine in ten are below", True),
    "within_10": ("within 10 %", True),
    "spearman": ("rank correlation", False),
    "coverage": ("measured inside the interval", True),
    "flop_mape": ("mean error of FLOPs alone", True),
    "timings": ("timings", False),
    "borrowed": ("borrows from similar devices", False),
}
"""Label, and whether the value is a share."""


def is_number(value: Dim) -> bool:
    """Whether `value` is a plain number, not an expression of free dimensions."""
    return isinstance(value, int | float)


def count(value: Dim) -> str:
    """`10,000`; an expression as it stands."""
    return f"{value:,}" if is_number(value) else str(value)


def plural(number: int, noun: str) -> str:
    """`1 op`, `10,000 ops`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(amounts: Mapping[str, int]) -> str:
    """`1 error, 2 notes`; "no findings" where there is nothing."""
    counts = [plural(number, noun) for noun, number in amounts.items() if number]
    return ", ".join(counts) or "no findings"


def quantity(value: Dim | None, unit: str) -> str:
    """Three significant digits with a prefix: `300 MMACs`, `14.2 MB`, `1.1 GB/s`, `64 B`."""
    if value is None:
        return MISSING
    if not is_number(value):
        return f"{value} {unit}".rstrip()
    number = float(value)
    for factor, prefix in _PREFIXES:
        if abs(number) >= factor * 0.9995:
            return f"{_significant(number / factor)} {prefix}{unit}"
    digits = f"{number:.0f}" if number == int(number) else _significant(number)
    return f"{digits} {unit}".rstrip()


def decade(exponent: int) -> str:
    """A power of ten on an axis: `0.01`, `1`, `100 G`."""
    known = ((f, p) for f, p in _PREFIXES if 10.0**exponent >= f)
    factor, prefix = next(known, (1.0, ""))
    return f"{10.0**exponent / factor:g} {prefix}".rstrip()


def milliseconds(
    seconds: float | None, *, like: float | None = None, rough: bool = False, unit: bool = True
) -> str:
    """`6.62 ms`: two decimals from 1 to 100 ms, three digits otherwise; `rough` has two digits.

    `like` takes the decimals of another number, so that an interval aligns with its point.
    """
    if seconds is None:
        return MISSING
    decimals = _decimals(abs(seconds if like is None else like) * 1e3, rough=rough)
    number = f"{round(seconds * 1e3, decimals):,.{max(decimals, 0)}f}"
    if float(number.replace(",", "")) == 0:
        number = number.lstrip("-")
    return f"{number} ms" if unit else number


def brief(seconds: float) -> str:
    """Three digits of a time that may be far under a millisecond: `8.2 us`, `0.755 ns`."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= factor * 0.9995:
            return f"{_significant(seconds / factor)} {unit}"
    return f"{_significant(seconds * 1e9)} ns"


def span(low: float | None, high: float | None, *, like: float | None, rough: bool = False) -> str:
    """`5.91 to 7.40`, in ms with the decimals of the point `like`."""
    ends = (milliseconds(end, like=like, rough=rough, unit=False) for end in (low, high))
    return " to ".join(ends)


def interval(
    low: float | None, high: float | None, *, like: float | None, rough: bool = False
) -> str:
    """`5.91 to 7.40 ms`."""
    return f"{span(low, high, like=like, rough=rough)} ms"


def share(value: float | None) -> str:
    """`57 %`, `9.2 %` below ten, `<0.1 %` for what would round to nothing."""
    if value is None:
        return MISSING
    percent = value * 100
    if 0 < abs(percent) < 0.05:
        return "<0.1 %"
    if 0 < 100 - percent < 0.5:
        return f"{min(percent, 99.9):.1f} %"
    return f"{percent:.1f} %" if 0 < abs(percent) < 9.95 else f"{percent:.0f} %"


def change(value: float) -> str:
    """`+2.1 %`, `-18 %`."""
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return sign + share(abs(value))


def ratio(part: Dim, whole: Dim) -> float | None:
    """`part / whole` where both are numbers and the whole is not nothing."""
    if not is_number(part) or not is_number(whole) or not whole:
        return None
    return float(part) / float(whole)


def intensity(flop: Dim, bytes_accessed: Dim) -> str:
    """`1.1 FLOP/byte`."""
    value = ratio(flop, bytes_accessed)
    return MISSING if value is None else f"{_significant(value)} FLOP/byte"


def fact(name: str, value: object) -> tuple[str, str]:
    """A figure of a device's fit or its source: what to call it, and its value as text."""
    label, as_share = _FACTS.get(name, (name.replace("_", " "), False))
    if isinstance(value, bool):
        return label, "yes" if value else "no"
    if not isinstance(value, int | float):
        return label, str(value)
    if as_share:
        return label, share(value)
    return label, count(value) if isinstance(value, int) else _significant(value)


def evidence(value: object) -> str:
    """A value behind a finding: `1,969,536`, `0.387`, `a 64, b 64`."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: MISSING}[value]
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return _significant(value) if abs(value) < 1e6 else count(round(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {evidence(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(evidence, value))
    return str(value)


def shape(dims: tuple[Dim, ...] | None) -> str:
    """`1x24x56x56`; a scalar is `scalar`, an unknown shape `?`."""
    if dims is None:
        return "?"
    return "x".join(str(dim) for dim in dims) or "scalar"


def _significant(number: float) -> str:
    """Three significant digits, never in exponent form."""
    if number == 0:
        return "0"
    size = abs(number)
    decimals = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    while decimals and size < 0.9995 and size * 10**decimals < 99.95:
        decimals += 1
        if decimals > 6:
            return f"{number:.0e}" if size < 1e-6 else f"{number:.6f}"
    return f"{number:.{decimals}f}"


def _decimals(ms: float, *, rough: bool) -> int:
    """Digits after the point for `ms`; negative ones round whole digits away."""
    if ms == 0:
        return 2
    exponent = int(f"{ms:.2e}".partition("e")[2])
    if rough:
        return min(1 - exponent, 4)
    return 2 if 0 <= exponent < 2 else min(2 - exponent, 5)
