"""G401: activations, sums and biases that the runtime launches as kernels of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from costlint.analyzers.facts import Facts, label
from costlint.analyzers.rule import Rule, Violation
from costlint.analyzers.rules.g404_foldable import foldable
from costlint.costmodel.edit import Edit
from costlint.costmodel.formulas.sets import CONVERSIONS
from costlint.costmodel.ir.graph import Op, op_key


def check(facts: Facts) -> Iterable[Violation]:
    """Chains of element-wise kernels that one kernel could do, if possible with the op before."""
    folding = foldable(facts.graph)
    seen: set[str] = set()
    for op in facts.graph.ops:
        key = op_key(op)
        if key in seen or key in folding or not _is_alone(facts, op):
            continue
        chain = list(_chain(facts, op, folding))
        seen.update(op_key(one) for one in chain)
        before = _producer(facts, chain)
        fused = chain if before is not None else chain[1:]
        if fused:
            yield _violation(facts, chain, before, fused)


def _is_alone(facts: Facts, op: Op) -> bool:
    """Whether `op` leads an element-wise kernel."""
    return facts.is_main(op) and facts.kernels[op_key(op)].kernel_class == "elementwise"


def _chain(facts: Facts, op: Op, folding: frozenset[str]) -> Iterator[Op]:
    """Element-wise ops that follow one another, each the only reader of the one before."""
    current: Op | None = op
    while current is not None:
        yield current
        following = facts.graph.only_reader(current.y)
        if following is None or op_key(following) in folding:
            return
        row = facts.structure.rows.get(op_key(following))
        is_light = row is not None and row.costed and row.op_class == "elementwise"
        same = is_light and following.y.shape == op.y.shape
        current = following if same else None


def _producer(facts: Facts, chain: list[Op]) -> Op | None:
    """The op whose kernel could do `chain` too: the latest one that only its ops read."""
    found = None
    inside = {op_key(op) for op in chain}
    for tensor in chain[0].inputs:
        if tensor is None or tensor.is_parameter or tensor.shape != chain[0].y.shape:
            continue
        maker, readers = facts.graph.makers.get(tensor.name), facts.graph.readers[tensor.name]
        few = len(readers) <= 2 * len(chain)  # an op reads a tensor twice at most
        is_inside = few and {op_key(op) for op in readers} <= inside
        is_inside = is_inside and tensor.name not in facts.graph.kept
        is_work = maker is not None and maker.op_type not in CONVERSIONS
        if maker is not None and is_work and is_inside and op_key(maker) in facts.kernels:
            found = maker
    return found


def _violation(facts: Facts, chain: list[Op], before: Op | None, fused: list[Op]) -> Violation:
    types = [op.op_type for op in chain]
    target = chain[0] if before is None else before
    told = ", ".join(types[:4]) + (", ..." if len(types) > 4 else "")
    # A kernel is called by the op that does the work: Conv, not the Relu fused into it.
    lead = None if before is None else facts.kernels[op_key(before)].main.op
    after = "" if lead is None else f" after {lead.op_type}"
    return Violation(
        ops=tuple(chain),
        message=f"{told}{after}: element-wise, and not fused by this runtime",
        fix="fuse it" + (f" into the {lead.op_type}" if lead is not None else " into one kernel"),
        alike=(lead.op_type if lead is not None else "", *types),
        evidence={"ops": len(chain), "elements": chain[-1].y.elements},
        edit=Edit(fused={op_key(op): op_key(target) for op in fused}),
        assumption="in one kernel with the op before, which reads their other inputs; the same "
        "function",
        remedy="rewrite",
        before=tuple(label(op) for op in ([lead] if lead else []) + chain[:3]),
        after=(label(lead or target),),
    )


RULE: Final = Rule(
    id="G401",
    name="unfused element-wise chain",
    title="Fuse activations, sums and biases into the kernel before them",
    what="Element-wise ops (activation, residual sum, bias, scale) that this runtime launches as "
    "kernels of their own, although the op before them could apply them while its result is at "
    "hand.",
    why="Such an op has few FLOPs and a lot of memory access: it reads and writes every element "
    "for one operation. Table 4 of the paper: a bottleneck unit without ReLU and shortcut runs "
    "about 20 % faster. An op that the runtime fuses costs nothing and is never a finding.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G4, Table 4 and Figure 2",
    bad="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 64, 1, 1] w1) => (float[1, 64, 28, 28] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Relu(a)  c = Conv(b, w1)  d = Add(c, b)  y = Relu(d) }
""",
    good="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w0, float[64, 64, 1, 1] w1) => (float[1, 64, 28, 28] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  y = Conv(a, w1) }
""",
    check=check,
)
