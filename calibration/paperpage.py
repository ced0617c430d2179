"""What the accuracy page says of the paper's tables."""

from __future__ import annotations

import numpy as np

from calibration.papertables import Platform, pairs


def paper_lines(platforms: list[Platform]) -> str:
    """Markdown of the paper's rows."""
    rows = [
        "| platform | cells | in sample | a table left out | pairs in order | scale (log) |",
        "|---|---|---|---|---|---|",
    ]
    total = np.zeros(2, dtype=int)
    for p in platforms:
        held = p.left_out
        inside = np.abs(p.in_sample_s / p.samples.latency_s - 1.0).mean()
        outside = np.abs(held.predicted_s / held.measured_s - 1.0).mean()
        right, count = pairs(p)
        total += (right, count)
        rows.append(
            f"| {p.name} | {len(p.cells)} | {inside:.1%} | {outside:.1%} "
            f"| {right} of {count} ({right / count:.1%}) | {np.median(held.scale_sd):.2f} |"
        )
    rows.append(
        f"\nPairs over both platforms: {total[0]} of {total[1]} ({total[0] / total[1]:.1%})."
    )
    return "\n".join(rows)
