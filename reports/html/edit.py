"""The before and after of a finding: a row of boxes each, with arrows between."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.analyzers.finding import Finding
from costlint.reports.svg import element, line, words
from costlint.reports.text import cells

_HEIGHT = 44
_GAP = 22
_LABEL = 60
_MOST = 8
_LETTER = 7.2


def edit_svg(finding: Finding) -> str:
    """At most eight boxes a row; '' where the finding has no picture."""
    both = (("before", finding.before), ("after", finding.after))
    rows = [(label, boxes[:_MOST]) for label, boxes in both if boxes]
    if not rows:
        return ""
    marks, widest = [], 0.0
    for index, (label, boxes) in enumerate(rows):
        y = index * (_HEIGHT + 14)
        marks.append(element("text", label, x=0, y=y + 26, class_="mut"))
        row, end = _boxes(boxes, y, label)
        marks += row
        widest = max(widest, end)
    height = len(rows) * (_HEIGHT + 14) - 12
    text = "; ".join(f"{label}: {', then '.join(map(' '.join, boxes))}" for label, boxes in rows)
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


def _boxes(boxes: Sequence[tuple[str, str]], y: int, kind: str) -> tuple[list[str], float]:
    marks, x = [], float(_LABEL)
    middle = y + _HEIGHT / 2
    for index, (name, detail) in enumerate(boxes):
        if index:
            path = f"M{x:.0f} {middle}h{_GAP - 5}m-5 -4l5 4l-5 4"
            marks.append(line(path, "arrow", "#666"))
            x += _GAP
        width = max(max(cells(name), cells(detail)) * _LETTER + 18, 64.0)
        box = {"x": x, "y": y, "width": width, "height": _HEIGHT, "rx": 6}
        style = f"step {kind}"
        marks.append(element("rect", **box, fill="#fff", stroke="#666", class_=style))
        for text, offset, weight in ((name, 19, "strong"), (detail, 35, "mut")):
            place = {"x": x + width / 2, "y": y + offset, "text_anchor": "middle"}
            marks.append(element("text", words(text), **place, class_=weight))
        x += width
    return marks, x
