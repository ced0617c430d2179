"""Text of docs/findings.md: what each rule finds in the networks of the paper, on its platforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.analyzers import RULES, Analysis, analyze
from costlint.costmodel.estimate import estimate
from costlint.costmodel.load import load
from costlint.examples import example

PLATFORMS: Final[Mapping[str, int]] = {"gtx1080ti-cudnn7": 8, "snapdragon810-neon-1t": 1}
"""Device and the batch at which the paper timed networks on it."""

NETWORKS: Final = (
    "shufflenet_v2_1.0x",
    "shufflenet_v1_1.0x_g3",
    "mobilenet_v1_1.0",
    "mobilenet_v2_1.0",
    "xception_1.0x",
    "densenet_1.0x",
    "igcv2_0.5",
    "igcv3_d_1.0",
    "condensenet_g8",
    "nasnet_a_4_1056",
    "pnasnet_5",
    "resnet_50",
)
INTRO: Final = (
    "Share of the latency that the findings of a rule save, each alone: they overlap, so the last "
    "column is one estimate with every fix that fits together. A dot is a note without a saving. "
    "The networks are those of `costlint example`, the devices the two platforms of the paper."
)


def page() -> str:
    """One table for each platform."""
    lines = ["# What the rules find in known networks", "", INTRO, ""]
    for device, batch in PLATFORMS.items():
        lines += [f"## {device}, batch {batch}", ""]
        rules = [rule.id for rule in RULES]
        lines += [f"| network | {' | '.join(rules)} | all fixes |"]
        lines += ["|---|" + "---:|" * (len(rules) + 1)]
        for name in NETWORKS:
            found = analyze(estimate(load(example(name), batch=batch), device))
            cells = [_cell(found, rule) for rule in rules]
            lines += [f"| {name} | {' | '.join(cells)} | {found.recoverable_share:.0%} |"]
        lines += [""]
    return "\n".join(lines)


def _cell(found: Analysis, rule: str) -> str:
    findings = [finding for finding in found.findings if finding.rule == rule]
    shares = [finding.saving.share for finding in findings if finding.saving is not None]
    if shares:
        return f"{sum(shares):.0%}"
    return "." if findings else ""
