"""G402: depthwise convolutions, which cost time like element-wise ops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from costlint.analyzers.facts import Facts, is_depthwise, label
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.costmodel.ir.graph import op_key

TIME_OVER_MACS: Final = Threshold(
    name="share of the latency over share of the macs",
    value=2.0,
    reason="G4 says that FLOPs understate such ops; below 2 they understate them by less than "
    "Table 1 finds between equal-macs networks (1.98, 1:1 against 1:12 on the GPU)",
)
SHARE: Final = Threshold(
    name="share of the latency",
    value=0.05,
    reason="what makes a saving an error: less is not worth a redesign",
)


def check(facts: Facts) -> Iterable[Violation]:
    """All depthwise convolutions together, as a note: nothing of equal macs takes their place."""
    gathered = facts.kernels.keys() - facts.left_out
    ops = [op for op in facts.graph.ops if is_depthwise(op) and op_key(op) in gathered]
    total = facts.estimate.latency_s
    macs = sum(row.cost.macs for row in facts.structure.rows.values())
    if not ops or not macs or not total:
        return
    time_share = sum(facts.kernels[op_key(op)].latency_s for op in ops) / total
    macs_share = sum(facts.structure.rows[op_key(op)].cost.macs for op in ops) / macs
    if time_share < SHARE.value or time_share < TIME_OVER_MACS.value * macs_share:
        return
    yield Violation(
        ops=tuple(ops),
        message=f"depthwise convolutions take {time_share:.0%} of the time for {macs_share:.0%} "
        f"of the macs",
        fix="fewer or narrower depthwise layers; a dense filter where channels are few (see G302)",
        alike="depthwise",
        evidence={"share_of_latency": round(time_share, 4), "share_of_macs": round(macs_share, 4)},
        remedy="retrain",
        before=(label(ops[0]),),
    )


RULE: Final = Rule(
    id="G402",
    name="depthwise convolution",
    title="Count depthwise convolutions as element-wise cost",
    what="Depthwise convolutions whose share of the latency is far above their share of the macs. "
    "A note: no other op of equal macs does what they do, so there is no saving to state.",
    why="A depthwise filter reads and writes every element for k * k macs each, so it is bound by "
    "memory. The paper counts it among the element-wise operations because its ratio of memory "
    "access to FLOPs is as high.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G4",
    thresholds=(TIME_OVER_MACS, SHARE),
    bad="""
g (float[1, 64, 28, 28] x, float[64, 64, 1, 1] w0, float[64, 1, 3, 3] w1)
  => (float[1, 64, 28, 28] y)
{ a = Conv(x, w0)  y = Conv<group = 64, pads = [1, 1, 1, 1]>(a, w1) }
""",
    good="""
g (float[1, 64, 28, 28] x, float[64, 64, 1, 1] w0, float[64, 64, 3, 3] w1)
  => (float[1, 64, 28, 28] y)
{ a = Conv(x, w0)  y = Conv<pads = [1, 1, 1, 1]>(a, w1) }
""",
    check=check,
    gathers=True,
)
