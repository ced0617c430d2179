"""G301: many small ops in parallel or in series where one of equal macs would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import sqrt
from typing import Final

from costlint.analyzers.blocks import Block
from costlint.analyzers.exact_merges import series, sums
from costlint.analyzers.facts import Facts, is_conv, label
from costlint.analyzers.merging import conv_like, in_place_of
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.costmodel.ir.graph import Op, op_key
from costlint.costmodel.models.rewrite.rows import dense_macs

FRAGMENTS: Final = Threshold(
    name="convolutions and poolings in a block",
    value=6,
    reason="twice the 3 that the paper counts in a block of ResNet; NASNet-A has 13",
)
PARALLELISM: Final = Threshold(
    name="fragments over those on the longest way through",
    value=2,
    reason="at least two full branches side by side, the mildest parallel structure of Table 3",
)

DEPTH: Final = Threshold(
    name="of them on the longest way through, at most",
    value=9,
    reason="the longest way through a cell of NASNet-A, of PNASNet-5 and of AmoebaNet-A: a 1x1 and "
    "two separable filters, each applied twice, 1 + 2 * 2 * 2; what is deeper than these is taken "
    "for a stage of a network, which no one op replaces",
)


def check(facts: Facts) -> Iterable[Violation]:
    """Linear branches and chains, which merge exactly, and blocks of many fragments."""
    merged: set[str] = set()
    for violation in (*sums(facts.structure), *series(facts.structure)):
        merged.update(op_key(op) for op in violation.ops)
        yield violation
    taken: list[Block] = []
    for block in facts.structure.blocks:  # innermost first
        if is_fragmented(block) and not any(set(b.members) <= set(block.members) for b in taken):
            taken.append(block)
            ops = [facts.graph.ops[i] for i in block.members]
            if not merged.intersection(map(op_key, ops)):
                yield _block(facts, block, ops)


def is_fragmented(block: Block) -> bool:
    """Whether a block is beyond the thresholds, and not a whole stage."""
    is_parallel = block.parallelism >= PARALLELISM.value
    return block.fragments > FRAGMENTS.value and is_parallel and block.critical <= DEPTH.value


def _block(facts: Facts, block: Block, ops: list[Op]) -> Violation:
    found = (facts.structure.rows.get(op_key(op)) for op in ops)
    macs = sum(row.cost.macs for row in found if row is not None)
    kernels = facts.kernels_of(ops)
    time_s = sum(kernel.latency_s for kernel in kernels)
    launch_s = sum(kernel.launch_s for kernel in kernels)
    by = _whole(facts, block, ops, macs)
    return Violation(
        ops=tuple(ops),
        message=f"block of {block.fragments} convolutions and poolings, at most "
        f"{block.critical} of them in series, in {len(kernels)} kernels",
        fix="one convolution pair of equal macs" if by else "fewer and larger ops",
        alike=("block", tuple(op.op_type for op in ops), (ops[-1].y.shape or ())[2:]),
        evidence={
            "fragments": block.fragments,
            "critical": block.critical,
            "parallelism": round(block.parallelism, 3),
            "branches": block.branches,
            "kernels": len(kernels),
            "launch_share": round(launch_s / time_s, 4) if time_s else 0.0,
            "macs_before": macs,
            "macs_after": sum(map(dense_macs, by)),
        },
        edit=in_place_of(ops, *by) if by else None,
        assumption="the block as two dense convolutions of equal macs, as Table 3 compares "
        "fragments",
        remedy="retrain",
        before=tuple(label(op) for op in ops[:6]),
        after=tuple(label(op) for op in by),
    )


def _whole(facts: Facts, block: Block, ops: list[Op], macs: int) -> tuple[Op, ...]:
    """Two convolutions, k x k and 1x1, whose inner width is solved for; () where none fits.

    With c_in, c_out at p output positions: p * m * (k * k * c_in + c_out) = macs.
    """
    x, y = facts.graph.tensors[block.entry], block.exit.y
    convs = [op for op in ops if is_conv(op)]
    if not convs or x.shape is None or y.shape is None or len(x.shape) != 4 or len(y.shape) != 4:
        return ()
    if any(t is None for t in block.exit.outputs) or x.shape[2] < y.shape[2]:
        return ()
    side = 3 if any(max(op.w.known_shape[2:]) > 1 for op in convs) else 1
    positions = y.shape[0] * y.shape[2] * y.shape[3]
    inner = macs / positions / (side * side * x.shape[1] + y.shape[1])
    if inner < sqrt(min(x.shape[1], y.shape[1])):  # too thin a neck to stand for the block
        side, inner = 1, macs / positions / (x.shape[1] + y.shape[1])
    if round(inner) < 1:
        return ()
    name = f"{block.exit.name}.whole"
    middle = replace(y, name=name, shape=(y.shape[0], round(inner), *y.shape[2:]))
    first = conv_like(convs[0], x, middle, filter_shape=(side, side), name=f"{name}.1")
    second = conv_like(convs[0], middle, y, filter_shape=(1, 1), name=f"{name}.2")
    return first, second


RULE: Final = Rule(
    id="G301",
    name="fragmented block",
    title="Use one large op where many small ones run side by side",
    what="A block (one way in, one way out) of more than 6 convolutions and poolings, at least "
    "twice as many as lie on the longest way through it, and at most 9 there; or linear branches "
    "of one input that are summed (a convolution, BatchNormalization behind one or alone, the "
    "input itself), which merge exactly into the widest convolution; or dense convolutions in a "
    "row, which multiply.",
    why="Fragmentation reduces the degree of parallelism and adds launches. Table 3 of the paper: "
    "at equal macs 4 fragments in parallel run 72 % slower than one on a GPU and 13 % slower on "
    "an ARM core.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G3, Table 3; Ding et al., RepVGG, "
    "CVPR 2021",
    thresholds=(FRAGMENTS, PARALLELISM, DEPTH),
    bad="""
g (float[1, 32, 28, 28] x, float[32, 32, 1, 1] a, float[32, 32, 1, 1] b, float[32, 32, 1, 1] c,
   float[32, 32, 1, 1] d) => (float[1, 32, 28, 28] y)
{ p = Conv(x, a)  q = Conv(x, b)  r = Conv(x, c)  s = Conv(x, d)  t = Add(p, q)  u = Add(r, s)
  y = Add(t, u) }
""",
    good="""
g (float[1, 32, 28, 28] x, float[32, 32, 1, 1] a, float[32, 32, 1, 1] b, float[32, 32, 1, 1] c)
  => (float[1, 32, 28, 28] y)
{ p = Conv(x, a)  q = Relu(p)  r = Conv(q, b)  s = Relu(r)  y = Conv(s, c) }
""",
    check=check,
)
