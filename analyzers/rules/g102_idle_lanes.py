"""G102: widths that do not fill the vectors or tiles of the device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import lcm
from typing import Any, Final

from costlint.analyzers.equal_macs import at_full_lanes
from costlint.analyzers.facts import Facts, convolution_of, is_depthwise, is_product, label
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.dims import ceil_div
from costlint.costmodel.ir.graph import Op, op_key

IDLE: Final = Threshold(
    name="idle share of the lanes",
    value=0.05,
    reason="the least share that makes a saving an error; a device's own lanes are in its profile "
    "(4 to 8 channels a NEON or SSE register or packed layout, 8 to 64 a GPU tile)",
)


def idle_share(op: Op, lanes: int) -> float | None:
    """Share of the output lanes that compute nothing; None where the op has no such lanes."""
    if lanes <= 1 or not (
        is_product(op) or (convolution_of(op) is not None and not is_depthwise(op))
    ):
        return None
    width = op.y.known_shape[-1 if is_product(op) else 1]
    if type(width) is not int or width < 1:
        return None
    computed = int(ceil_div(width, lanes) * lanes)
    return (computed - width) / computed


def check(facts: Facts) -> Iterable[Violation]:
    """All widths that waste lanes, each rounded down or up so that the macs of all stay."""
    lanes = facts.estimate.device.lanes_out
    ops: list[Op] = []
    steps: dict[int, int] = {}
    worst = 0.0
    for op in facts.graph.ops:
        idle = None if op_key(op) in facts.left_out else idle_share(op, lanes)
        if idle is None or idle <= IDLE.value:
            continue
        terms = facts.structure.width_terms(op, op.y, -1 if is_product(op) else 1)
        if terms is None or len(terms) > 1:
            continue
        group = facts.structure.channels.groups[terms[0][0]]
        if group.frozen or group.width < lanes:
            continue
        ops.append(op)
        steps[terms[0][0]] = lcm(lanes, group.multiple_of)
        worst = max(worst, idle)
    if ops:
        yield _violation(facts, ops, steps, worst)


def _violation(facts: Facts, ops: list[Op], steps: Mapping[int, int], worst: float) -> Violation:
    known = facts.structure.channels.groups
    lanes = facts.estimate.device.lanes_out
    widths = sorted({known[index].width for index in steps})
    told = ", ".join(map(str, widths[:4])) + (", ..." if len(widths) > 4 else "")
    wasteful = "1 width leaves" if len(steps) == 1 else f"{len(steps)} widths leave"
    solved = at_full_lanes(facts, steps)
    evidence: dict[str, Any] = {"lanes": lanes, "idle_share": round(worst, 4), "widths": widths}
    edit, assumption = None, ""
    if solved is not None:
        evidence |= {"widths_after": dict(solved.widths), **solved.macs}
        edit = Edit(widths=solved.widths)
        assumption = solved.assumption
    return Violation(
        ops=tuple(ops),
        message=f"{wasteful} up to {worst:.0%} of {lanes} lanes idle: {told}",
        fix=f"multiples of {lanes}, some up and some down",
        alike="lanes",
        evidence=evidence,
        edit=edit,
        assumption=assumption,
        remedy="retrain",
        before=tuple(label(op) for op in ops[:4]),
    )


RULE: Final = Rule(
    id="G102",
    name="width that wastes lanes",
    title="Make widths multiples of the device's lanes",
    what="Output widths of convolutions and products that do not fill the vectors or tiles in "
    "which this device computes channels.",
    why="A width of 58 on 8 lanes takes the time of 64. The last vector or tile computes channels "
    "that nobody asked for, so that macs understate the time.",
    reference="NVIDIA, Deep Learning Performance Guide, tile quantization, "
    "https://docs.nvidia.com/deeplearning/performance/dl-performance-matrix-multiplication/index.html",
    thresholds=(IDLE,),
    bad="""
g (float[1, 3, 28, 28] x, float[36, 3, 3, 3] w0, float[36, 36, 3, 3] w1, float[16, 36, 3, 3] w2)
  => (float[1, 16, 24, 24] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)  y = Conv(b, w2) }
""",
    good="""
g (float[1, 3, 28, 28] x, float[32, 3, 3, 3] w0, float[40, 32, 3, 3] w1, float[16, 40, 3, 3] w2)
  => (float[1, 16, 24, 24] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)  y = Conv(b, w2) }
""",
    check=check,
    gathers=True,
)
