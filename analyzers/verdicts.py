"""Every op against every guideline, with the number behind it, finding or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from costlint.analyzers.blocks import Block
from costlint.analyzers.facts import Facts, convolution_of, groups, is_depthwise, is_grouped
from costlint.analyzers.finding import OpAnalysis, State, Verdict
from costlint.analyzers.rules.g101_unequal_width import EXCESS, can_change
from costlint.analyzers.rules.g301_fragmented import is_fragmented
from costlint.analyzers.shapes import Widths
from costlint.analyzers.shuffles import serves_groups, shuffles
from costlint.analyzers.side_by_side import widths_in
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.graph import Op, op_key


def op_analyses(facts: Facts) -> Iterator[OpAnalysis]:
    """One row for each op of the graph itself, in its order."""
    blocks = _smallest(facts)
    served = [s for s in shuffles(facts.graph) if serves_groups(facts.graph, s)]
    moved = {op_key(op) for shuffle in served for op in shuffle.ops}
    total = facts.estimate.latency_s or 1.0
    for index, op in enumerate(facts.graph.ops):
        row = facts.structure.rows.get(op_key(op))
        if row is None or row.op is not op:
            continue
        block = blocks.get(index)
        yield _analysis(facts, row, block, total, is_group_shuffle=op_key(op) in moved)


def _smallest(facts: Facts) -> Mapping[int, Block]:
    found: dict[int, Block] = {}
    for block in facts.structure.blocks:  # innermost first
        for index in block.members:
            found.setdefault(index, block)
    return found


def _analysis(
    facts: Facts, row: OpCost, block: Block | None, total: float, *, is_group_shuffle: bool
) -> OpAnalysis:
    op = row.op
    kernel = facts.kernels.get(op_key(op))
    share = kernel.latency_s / total if kernel is not None and facts.is_main(op) else 0.0
    is_light = row.op_class in {"elementwise", "data", "shuffle"} or is_depthwise(op)
    widths = widths_in(facts.structure, op)
    verdicts = (
        _g1(facts, op, widths),
        _g2(op, is_group_shuffle=is_group_shuffle),
        _g3(block, has_kernel=kernel is not None),
        _g4(share, is_light=is_light and not row.is_free),
    )
    return OpAnalysis(
        op=op.name,
        output=op_key(op),
        bound=None if kernel is None else kernel.bound,
        g1_bound_elements=None if widths is None else widths.bound_elements,
        groups=None if convolution_of(op) is None else groups(op),
        block="" if block is None else block.name,
        block_kernels=None if block is None else _kernels(facts, block),
        elementwise_share=share if is_light else 0.0,
        verdicts=verdicts,
    )


def _kernels(facts: Facts, block: Block) -> int:
    keys = (op_key(facts.graph.ops[i]) for i in block.members)
    return len({facts.kernels[key].id for key in keys if key in facts.kernels})


def _g1(facts: Facts, op: Op, widths: Widths | None) -> Verdict:
    if widths is None:
        return Verdict(guideline="G1", state="not applicable", meaning=_why_no_widths(op))
    meaning = f"memory access {widths.excess:.0%} above its bound"
    if widths.parts > 1:
        meaning = f"{widths.parts} widths of {widths.c_part} side by side: {meaning}"
    state: State = "violated"
    if widths.excess <= EXCESS.value:
        state = "fine"
    elif not can_change(facts.structure, op):
        state, meaning = "not applicable", f"{meaning}, but a width is given"
    return Verdict(guideline="G1", state=state, number=widths.excess, meaning=meaning)


def _why_no_widths(op: Op) -> str:
    if is_depthwise(op):
        return "depthwise: one width"
    if traffic_of(op) in ("product", "contraction"):
        return "a product of two activations"
    return "no weights of two widths"


def _g2(op: Op, *, is_group_shuffle: bool) -> Verdict:
    if is_group_shuffle:
        return Verdict(guideline="G2", state="violated", meaning="shuffle for groups")
    if convolution_of(op) is None or is_depthwise(op):
        why = "depthwise: counted by G4" if is_depthwise(op) else "no convolution"
        return Verdict(guideline="G2", state="not applicable", meaning=why)
    return Verdict(
        guideline="G2",
        state="violated" if is_grouped(op) else "fine",
        number=float(groups(op)),
        meaning="1 group" if groups(op) == 1 else f"{groups(op)} groups",
    )


def _g3(block: Block | None, *, has_kernel: bool) -> Verdict:
    if block is None or not has_kernel:
        why = "in no block" if has_kernel else "no kernel of its own"
        return Verdict(guideline="G3", state="not applicable", meaning=why)
    return Verdict(
        guideline="G3",
        state="violated" if is_fragmented(block) else "fine",
        number=float(block.fragments),
        meaning=f"{block.fragments} fragments in {block.name}, {block.critical} in series",
    )


def _g4(share: float, *, is_light: bool) -> Verdict:
    if not is_light:
        return Verdict(guideline="G4", state="not applicable", meaning="not element-wise")
    return Verdict(
        guideline="G4",
        state="violated" if share > 0 else "fine",
        number=share,
        meaning=f"{share:.1%} of the latency" if share > 0 else "fused or free on this device",
    )
