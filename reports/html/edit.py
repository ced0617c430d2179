"""The before and after of a finding: a row of boxes each, with arrows between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costlint.analyzers.finding import Finding
from costlint.reports.svg import element, words
from costlint.reports.text import cells

_HEIGHT = 44
_GAP = 22
_LABEL = 60
_MOST = 8
_LETTER = 7.2


def edit_svg(finding: Finding) -> str:
    """At most eight boxes a row; '' where the finding has no picture."""
    rows = [(label, boxes[:_MOST]) for label, boxes in _rows(finding) if boxes]
    if not rows:
        return ""
    marks, widest = [], 0.0
    for index, (label, boxes) in enumerate(rows):
        y = index * (_HEIGHT + 14)
        marks.append(element("text", label, x=0, y=y + 26, class_="mut"))
        row, end = _boxes(boxes, y, "after" if label == "after" else "before")
        marks += row
        widest = max(widest, end)
    height = len(rows) * (_HEIGHT + 14) - 12
    text = "; ".join(f"{label}: {_spoken(boxes)}" for label, boxes in rows)
    return element(
        "svg",
        *marks,
        viewBox=f"-1 -1 {widest + 2:.0f} {height}",
        width=f"{widest + 2:.0f}",
        height=height,
        class_="edit",
        role="img",
        aria_label=words(text),
    )


def _rows(finding: Finding) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    yield "before", finding.before
    yield "after", finding.after


def _boxes(boxes: Sequence[tuple[str, str]], y: int, style: str) -> tuple[list[str], float]:
    marks, x = [], float(_LABEL)
    middle = y + _HEIGHT / 2
    for index, (name, detail) in enumerate(boxes):
        if index:
            path = f"M{x:.0f} {middle}h{_GAP - 5}m-5 -4l5 4l-5 4"
            marks.append(element("path", d=path, fill="none", stroke="#666", class_="arrow"))
            x += _GAP
        width = max(max(cells(name), cells(detail)) * _LETTER + 18, 64.0)
        marks.append(
            element(
                "rect",
                x=x,
                y=y,
                width=width,
                height=_HEIGHT,
                rx=6,
                fill="#fff",
                stroke="#666",
                class_=f"step {style}",
            )
        )
        for text, offset, weight in ((name, 19, "strong"), (detail, 35, "mut")):
            marks.append(
                element(
                    "text",
                    words(text),
                    x=x + width / 2,
                    y=y + offset,
                    text_anchor="middle",
                    class_=weight,
                )
            )
        x += width
    return marks, x


def _spoken(boxes: Sequence[tuple[str, str]]) -> str:
    return ", then ".join(f"{name} {detail}" for name, detail in boxes)
