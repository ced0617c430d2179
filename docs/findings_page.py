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

VERIFIED: Final = """\
## Checked on a machine

`costlint verify` builds the networks before and after a finding and runs both. One core of an AMD
EPYC with AVX-512, onnxruntime 1.32, least of 20 runs in turn; the profile is `host`, calibrated
with the 59 networks of the walk in [calibrate](calibrate.md). 24 networks had findings that can be
run: 12 examples of the calibration, and 12 networks of timm (one of a family, under 1.5 GMACs, in
the order of their names' hashes), which it never saw. Of the 41 findings of the latter 40 have the
right sign and 39 lie inside.

| rule | findings | sign right | measured saving inside the interval |
|---|---:|---:|---:|
| G101 | 66 | 66 | 64 |
| G102 | 4 | 4 | 4 |
| G201 | 14 | 14 | 14 |
| G202 | 6 | 6 | 4 |
| G301 | 12 | 12 | 11 |
| G302 | 1 | 1 | 1 |
| G404 | 1 | 0 | 0 |
| all | 104 | 103 (99 %) | 98 (94 %) |

The wrong one were casts to the type that a tensor has: onnxruntime drops them as every runtime
does, and since then the model drops them, too. Removed shuffles (G202) saved more than predicted:
the model takes reshapes for free.
"""


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
    return "\n".join([*lines, *_fragments(), "", VERIFIED])


def _fragments() -> list[str]:
    """Why a network of many small kernels is fragmented on one platform and not on the other."""
    launches = []
    for device, batch in PLATFORMS.items():
        found = estimate(load(example("igcv3_d_1.0"), batch=batch), device)
        share = sum(kernel.launch_s for kernel in found.kernels) / found.latency_s
        launches.append(f"{share:.1%} of the latency on {device}")
    told = (
        "IGCV3 has no finding of G3 on the Snapdragon. Its 189 kernels are the same ones; what "
        f"waits is not. Launches are {' and '.join(launches)}. The paper's Table 3 says it too: "
        "four parallel fragments take 72 % off the GPU's speed (2446 to 691) and 13 % off ARM's "
        "(40.2 to 35.0). G303 counts kernels that wait for their launch, and there are none; G302 "
        "asks whether a whole filter would be quicker than its pieces, and without a launch to "
        "save it is not. Groups cost ARM as they cost the GPU, so G2 is found on both."
    )
    return ["## Fragments on ARM", "", told]


def _cell(found: Analysis, rule: str) -> str:
    findings = [finding for finding in found.findings if finding.rule == rule]
    shares = [finding.saving.share for finding in findings if finding.saving is not None]
    if shares:
        return f"{sum(shares):.0%}"
    return "." if findings else ""
