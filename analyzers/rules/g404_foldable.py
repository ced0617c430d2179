"""G404: ops that fold away without changing the function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from costlint.analyzers.facts import Facts, label
from costlint.analyzers.merging import in_place_of
from costlint.analyzers.rule import Rule, Violation
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.models.rewrite import Fold, folds, moves


def check(facts: Facts) -> Iterable[Violation]:
    """Foldable ops that cost a kernel on this device."""
    for op, how, edit in _all(facts.graph):
        if facts.is_main(op):
            yield Violation(
                ops=(op,),
                message=f"{how} runs as a kernel of its own",
                fix="fold it away, the same function: costlint fix",
                alike=how,
                evidence={"elements": op.y.elements},
                edit=edit,
                assumption="folded into the weights before, the same function"
                if "weights" in how
                else "left out, the same function",
                remedy="rewrite",
                before=(label(op),),
            )


def foldable(graph: OpGraph) -> frozenset[str]:
    """The keys of the ops that fold away."""
    return frozenset(op_key(op) for op, _, _ in _all(graph))


def _all(graph: OpGraph) -> Iterator[tuple[Op, str, Edit]]:
    """Every op that folds away, how, and the graph without it."""
    for one in folds(graph):
        biased = frozenset({op_key(one.into)} if one.into is not None and one.biases else ())
        edit = Edit(bypassed={op_key(one.op): one.source.name}, biased=biased)
        yield one.op, _how(one), edit
    for row in moves(graph):
        op = row.ops[-1]
        yield op, f"{op.op_type} after a {op.op_type}", in_place_of(row.ops, row.by)


def _how(one: Fold) -> str:
    kind = one.op.op_type
    if one.into is not None:
        return f"{'' if kind == 'BatchNormalization' else 'constant '}{kind} after weights"
    if kind == "Transpose":
        return "Transpose that undoes a Transpose"
    return "Cast to the type it has" if kind == "Cast" else kind


RULE: Final = Rule(
    id="G404",
    name="foldable op",
    title="Fold the op into the weights before it",
    what="An op that changes nothing, or only by constants that the weights before it can take "
    "up: BatchNormalization or a constant scale or bias after a convolution or Gemm, Identity, "
    "Dropout, a Cast to the type that is there, a Transpose that undoes another; and a Transpose "
    "or Reshape after another, which can do the work of both. Reported where this runtime runs it "
    "as a kernel.",
    why="It reads and writes every element for nothing. The network after the fold computes the "
    "same function; the bias that it leaves is priced, because some runtimes add it apart.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G4; Jacob et al., CVPR 2018, "
    "section 3.2 (folding)",
    bad="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w, float[64] s, float[64] b, float[64] m, float[64] v)
  => (float[1, 64, 28, 28] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w)  y = BatchNormalization(a, s, b, m, v) }
""",
    good="""
g (float[1, 3, 28, 28] x, float[64, 3, 3, 3] w, float[64] b) => (float[1, 64, 28, 28] y)
{ y = Conv<pads = [1, 1, 1, 1]>(x, w, b) }
""",
    check=check,
)
