"""G201: a convolution in groups, where a dense one of equal macs is faster."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Final

from costlint.analyzers.equal_macs import at_equal_macs
from costlint.analyzers.facts import Facts, groups, is_grouped, label
from costlint.analyzers.rule import Rule, Violation
from costlint.analyzers.shapes import Widths, widths_of
from costlint.analyzers.unions import connected
from costlint.costmodel.edit import Edit
from costlint.costmodel.formulas import weight_of
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op, op_key


def check(facts: Facts) -> Iterable[Violation]:
    """Grouped convolutions that share a width become dense together."""
    found = [(op, _free_groups(facts, op)) for op in facts.graph.ops if is_grouped(op)]
    keyed = [((op, free), [(groups(op), *_filter(op)), *free]) for op, free in found]
    for together in connected(keyed):
        yield _violation(
            facts, [op for op, _ in together], {i for _, free in together for i in free}
        )


def _filter(op: Op) -> tuple[Dim, ...]:
    w = weight_of(op)
    return () if w is None else tuple(w.known_shape)


def _free_groups(facts: Facts, op: Op) -> tuple[int, ...]:
    terms = (facts.structure.width_terms(op, tensor, 1) for tensor in (op.x, op.y))
    known = facts.structure.channels.groups
    return tuple(i for side in terms for i, _ in side or () if not known[i].frozen)


def _violation(facts: Facts, ops: list[Op], free: set[int]) -> Violation:
    dense = frozenset(op_key(op) for op in ops)
    targets = {index: float(facts.structure.channels.groups[index].width) for index in sorted(free)}
    solved = at_equal_macs(facts, targets, dense=dense) if targets else None
    counts = sorted({groups(op) for op in ops})
    sizes = [widths for op in ops if (widths := widths_of(op)) is not None]
    moved = sum(w.memory_access_elements for w in sizes)
    macs = sum(facts.structure.rows[op_key(op)].cost.macs for op in ops)
    whole = sum(_of_one_group(widths, groups(op)) for op in ops if (widths := widths_of(op)))
    evidence = {
        "groups": counts[0] if len(counts) == 1 else counts,
        "memory_access_elements": moved,
        "elements_per_mac": round(moved / macs, 5),
        "elements_per_mac_of_one_group": round(whole / macs, 5),
    }
    told = " and ".join(map(str, counts))
    edit, fix, assumption = None, "make it dense with narrower channels", ""
    if solved is not None:
        edit = Edit(widths=solved.widths, dense=dense)
        first = next(iter(solved.widths))
        scale = solved.widths[first] / facts.structure.channels.named(first).width
        evidence |= {"width_scale": round(scale, 4), **solved.macs}
        fix = f"one group, these widths times {scale:.2f}, at equal macs"
        assumption = f"dense at {solved.assumption}"
    return Violation(
        ops=tuple(ops),
        message=f"convolutions in {told} groups move {moved / macs:.2g} elements a mac, "
        f"one group of equal macs {whole / macs:.2g}",
        fix=fix,
        alike=tuple(sorted(dense)),
        evidence=evidence,
        edit=edit,
        assumption=assumption,
        remedy="retrain",
        before=tuple(label(op) for op in ops[:4]),
    )


def _of_one_group(widths: Widths, count: int) -> float:
    """Elements that a dense convolution of these macs moves: both widths over sqrt(g), section 2.

    Its weights, k * k * c_in * c_out / g, are as many.
    """
    activations = widths.memory_access_elements - widths.weights
    return activations / sqrt(count) + widths.weights


RULE: Final = Rule(
    id="G201",
    name="group convolution",
    title="Make the convolution dense, with narrower channels",
    what="A convolution in 1 < g < c_in groups. It is compared with the dense one of equal macs, "
    "whose widths are smaller (about 1 / sqrt(g) where only this op has them).",
    why="At fixed input and macs, memory access h * w * (c1 + c2) + c1 * c2 / g grows with g, "
    "because groups let the network be wider. Table 2 of the paper: at equal macs 8 groups run 74 "
    "% slower than 1 on a GPU and 30 % slower on an ARM core. A depthwise convolution is G402.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G2, equation 3, Table 2",
    bad="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 16, 1, 1] w1, float[64, 16, 1, 1] w2,
   float[10, 64, 1, 1] w3) => (float[1, 10, 28, 28] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv<group = 4>(a, w1)  c = Conv<group = 4>(b, w2)
  y = Conv(c, w3) }
""",
    good="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 64, 1, 1] w1, float[64, 1, 3, 3] w2,
   float[10, 64, 1, 1] w3) => (float[1, 10, 28, 28] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)
  c = Conv<group = 64, pads = [1, 1, 1, 1]>(b, w2)  y = Conv(c, w3) }
""",
    check=check,
)
