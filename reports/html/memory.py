"""Memory over time: the bytes of activations alive while each op runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.reports.svg import element, line

WIDTH: Final = 1000
HEIGHT: Final = 160
_MOST_STEPS: Final = 500


def memory_svg(live_bytes: Sequence[float], label_id: str) -> str:
    """The memory as an area with steps, as wide as the box that it stands in.

    If there are many ops, several share a step, which is as high as the highest of them.
    """
    peak = max(live_bytes) or 1.0
    size = -(-len(live_bytes) // _MOST_STEPS)
    tops = [max(live_bytes[at : at + size]) for at in range(0, len(live_bytes), size)]
    width = WIDTH / len(tops)
    path = f"M0 {HEIGHT}"
    for index, top in enumerate(tops):
        path += f"V{HEIGHT - top / peak * (HEIGHT - 6):.0f}H{(index + 1) * width:.0f}"
    area = element("path", d=f"{path}V{HEIGHT}Z", fill="#56b4e9", class_="area")
    return element(
        "svg",
        area,
        line(f"M0 {HEIGHT}h0", "cursor"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        class_="mem",
        role="img",
        aria_labelledby=label_id,
    )
