"""Pieces of SVG as text: escaped, with presentation attributes, so they need no style sheet."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from costlint.reports.text import visible

COLORS: Final = {
    "conv": "#0072b2",
    "elementwise": "#e69f00",
    "shuffle": "#cc79a7",
    "data": "#009e73",
    "other": "#8c8c8c",
}
"""Okabe and Ito's palette, told apart with every kind of colour vision. The page's style sheet
has the same ones and lighter ones for dark screens."""


def element(tag: str, *children: str, **attributes: object) -> str:
    """`<tag ...>children</tag>`; `children` are SVG already, `_` in a name stands for `-`."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(visible(_number(value)))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{given}>{''.join(children)}</{tag}>" if children else f"<{tag}{given}/>"


def chart(width: int, height: int, marks: Iterable[str], style: str, label_id: str) -> str:
    """A picture that keeps its proportions; the element `label_id` tells what it shows."""
    return element(
        "svg",
        *marks,
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_=f"chart {style}".rstrip(),
        aria_labelledby=label_id,
    )


def line(path: str, style: str, stroke: str = "#333") -> str:
    """A line along `path`, with nothing inside."""
    return element("path", d=path, fill="none", stroke=stroke, class_=style)


def label(text: str, x: float, y: float, anchor: str) -> str:
    """Text of our own at a point that is its start, middle or end."""
    return element("text", text, x=x, y=y, text_anchor=anchor)


def words(text: str) -> str:
    """Text from outside as SVG."""
    return escape(visible(text))


def title(text: str) -> str:
    """What a pointer over the mark tells, without any script."""
    return f"<title>{words(text)}</title>"


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
