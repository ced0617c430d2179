"""What the accuracy page says of the paper's tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from calibration.corpus import csv_rows
from calibration.papertables import Platform, pairs
from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.estimate import estimate
from costlint.examples import example
from costlint.examples.paper_rows import PaperRow, paper_rows


def paper_lines(platforms: list[Platform]) -> str:
    """Markdown of Tables 1 to 4."""
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


def table8_lines(corpus: Path, profiles: Mapping[str, DeviceProfile]) -> str:
    """Markdown of Table 8: rank and error for each platform, then every network.

    The profiles have seen Tables 1 to 4 only.
    """
    times = {
        (row["row"], row["platform"]): 1.0 / float(row["value"])
        for row in csv_rows(corpus / "paper-tables.csv")
        if row["table"] == "T8"
    }
    lines, details = [], []
    for platform, profile in profiles.items():
        rows = [r for r in paper_rows() if r.table == "T8" and r.platform == platform]
        rows = [r for r in rows if (r.row, platform) in times]
        truth = np.array([times[r.row, platform] for r in rows])
        guess = np.array([_predicted(r, profile) for r in rows])
        error = np.abs(guess / truth - 1.0)
        rho = spearmanr(guess, truth).statistic
        lines.append(f"| {platform} | {len(rows)} | {rho:.3f} | {error.mean():.1%} |")
        ratios = [f"{r.row} {g / t:.2f}" for r, g, t in zip(rows, guess, truth, strict=True)]
        details.append(f"- {platform}: {', '.join(ratios)}")
    head = "| platform | networks | rho | MAPE |\n|---|---|---|---|\n"
    return head + "\n".join(lines) + "\n\nPredicted / measured:\n\n" + "\n".join(details)


def _predicted(row: PaperRow, profile: DeviceProfile) -> float:
    model = example(row.example, batch=row.batch, size=row.size, weights=False)
    return estimate(model, profile).latency_s
