"""Text of docs/findings.md: what each rule finds in the networks of the paper, on its platforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from costlint.analyzers import RULES, Analysis, analyze
from costlint.costmodel.estimate import estimate
from costlint.costmodel.load import load
from costlint.examples import example
from docs.template import render

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


def page() -> str:
    """One table for each platform."""
    rules = [rule.id for rule in RULES]
    tables = {
        (device, batch): [_row(name, device, batch, rules) for name in NETWORKS]
        for device, batch in PLATFORMS.items()
    }
    launches = [_launches(device, batch) for device, batch in PLATFORMS.items()]
    return render("findings.md", rules=rules, tables=tables, launches=launches)


def _row(network: str, device: str, batch: int, rules: Sequence[str]) -> list[str]:
    found = analyze(estimate(load(example(network), batch=batch), device))
    return [network, *(_cell(found, rule) for rule in rules), f"{found.recoverable_share:.0%}"]


def _launches(device: str, batch: int) -> str:
    """What launches cost a network of many small kernels."""
    found = estimate(load(example("igcv3_d_1.0"), batch=batch), device)
    share = sum(kernel.launch_s for kernel in found.kernels) / found.latency_s
    return f"{share:.1%} of the latency on {device}"


def _cell(found: Analysis, rule: str) -> str:
    findings = [finding for finding in found.findings if finding.rule == rule]
    shares = [finding.saving.share for finding in findings if finding.saving is not None]
    if shares:
        return f"{sum(shares):.0%}"
    return "." if findings else ""
