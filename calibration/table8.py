"""Table 8 of the paper, predicted by profiles that have seen Tables 1 to 4 only."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.estimate import estimate
from costlint.examples import example
from costlint.examples.paper_rows import PaperRow, paper_rows


def measured(corpus: Path) -> Mapping[tuple[str, str], float]:
    """Seconds of a batch by (row, platform)."""
    with (corpus / "paper-tables.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["row"], row["platform"]): 1.0 / float(row["value"])
            for row in csv.DictReader(file)
            if row["table"] == "T8"
        }


def table8_lines(corpus: Path, profiles: Mapping[str, DeviceProfile]) -> str:
    """Markdown: rank and error for each platform, then every network."""
    times = measured(corpus)
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
