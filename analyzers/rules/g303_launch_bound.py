"""G303: kernels in a row that take less time than launching them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from costlint.analyzers.facts import Facts
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.costmodel.ir.graph import op_key

LENGTH: Final = Threshold(
    name="launch-bound kernels in a row",
    value=4,
    reason="more than the 3 convolutions that the paper counts in a block of ResNet, so a whole "
    "block is smaller than its launches",
)
SHARE: Final = Threshold(
    name="share of the latency",
    value=0.01,
    reason="the limit of a warning: less is not worth a look",
)


def check(facts: Facts) -> Iterable[Violation]:
    """All stretches together, as a note: what would merge them depends on the network."""
    runs = groupby(facts.estimate.kernels, key=lambda kernel: kernel.bound)
    stretches = (list(run) for bound, run in runs if bound == "launch")
    rows = [
        # An op that is left out takes its kernel along only if it is what the kernel is for.
        [kernel for kernel in run if op_key(kernel.main.op) not in facts.left_out]
        for run in stretches
        if len(run) >= LENGTH.value
    ]
    found = [row for row in rows if row]
    kernels = [kernel for run in found for kernel in run]
    launch_s = sum(kernel.launch_s for kernel in kernels)
    total = facts.estimate.latency_s
    share = sum(kernel.latency_s for kernel in kernels) / total if kernels and total else 0.0
    if share < SHARE.value:
        return
    longest = max(len(run) for run in found)
    ops = [row.op for kernel in kernels for row in kernel.ops]
    told = "a row" if len(found) == 1 else f"{len(found)} rows, the longest of {longest},"
    yield Violation(
        ops=tuple(op for op in ops if op_key(op) not in facts.left_out),
        message=f"{len(kernels)} kernels in {told} wait for their launch",
        fix="merge small ops, or raise the batch so that each has work to do",
        alike="launch",
        evidence={
            "kernels": len(kernels),
            "longest": longest,
            "launch_s": launch_s,
            "share_of_latency": round(share, 4),
        },
    )


RULE: Final = Rule(
    id="G303",
    name="launch-bound stretch",
    title="Give each launch enough work",
    what="Kernels in a row whose launch takes longer than their work on this device. A note: "
    "there is no one edit to price.",
    why="Fragmentation brings overheads such as kernel launching and synchronisation. On a device "
    "with strong parallelism small kernels leave it idle.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G3",
    thresholds=(LENGTH, SHARE),
    bad="""
g (float[1, 8, 4, 4] x, float[8, 8, 1, 1] w) => (float[1, 8, 4, 4] y)
{ a = Conv(x, w)  b = Conv(a, w)  c = Conv(b, w)  y = Conv(c, w) }
""",
    good="""
g (float[1, 8, 4, 4] x, float[8, 8, 1, 1] w) => (float[1, 8, 4, 4] y)
{ a = Conv(x, w)  b = Conv(a, w)  y = Conv(b, w) }
""",
    check=check,
    gathers=True,
)
