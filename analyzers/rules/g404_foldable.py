"""G404: ops that fold away without changing the function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from costlint.analyzers.facts import Facts, label
from costlint.analyzers.merging import is_inference_normalisation, is_per_channel
from costlint.analyzers.rule import Rule, Violation
from costlint.costmodel.edit import Edit
from costlint.costmodel.formulas.sets import COMMUTING, FOLDS_INTO, SCALES, SHIFTS
from costlint.costmodel.ir.graph import Op, Tensor, op_key


def folds(facts: Facts, op: Op) -> str:
    """How `op` folds away: a short phrase, '' where it does not."""
    if not op.inputs or op.outputs[0] is None or op.outputs[0].shape is None:
        return ""
    maker = facts.makers.get(op.x.name)
    if op.op_type == "Identity":
        return "Identity"
    if op.op_type == "Transpose" and maker is not None and maker.op_type == "Transpose":
        return "Transpose that undoes a Transpose" if _undoes(maker, op) else ""
    if is_inference_normalisation(op) and _weighted(facts, op.x, op):
        return "BatchNormalization after weights"
    if op.op_type in SCALES and len(op.inputs) == 2:
        data, constant = (op.x, op.w) if op.w.is_parameter else (op.w, op.x)
        is_left = data is op.x or op.op_type in COMMUTING
        if is_left and constant.is_parameter and is_per_channel(constant, op.y):
            return f"constant {op.op_type} after weights" if _weighted(facts, data, op) else ""
    return ""


def _undoes(first: Op, second: Op) -> bool:
    rank = first.x.rank
    one = first.attributes.get("perm") or range(rank)[::-1]
    other = second.attributes.get("perm") or range(rank)[::-1]
    return [one[i] for i in other] == list(range(rank))


def _weighted(facts: Facts, tensor: Tensor, op: Op) -> Op | None:
    """The op with stored weights that makes `tensor` (or a foldable op after it) for `op` alone."""
    maker = facts.makers.get(tensor.name)
    if maker is None or facts.only_reader(tensor) is not op:
        return None
    if is_inference_normalisation(maker):
        return _weighted(facts, maker.x, maker)
    return maker if maker.op_type in FOLDS_INTO and maker.w.is_parameter else None


def check(facts: Facts) -> Iterable[Violation]:
    """Foldable ops that cost a kernel on this device."""
    for op in facts.graph.ops:
        how = folds(facts, op) if op_key(op) in facts.kernels else ""
        if not how or not facts.leads(op):
            continue
        data = op.w if op.op_type in SCALES and op.x.is_parameter else op.x
        weighted = _weighted(facts, data, op) if op.op_type in SHIFTS else None
        biased = frozenset({op_key(weighted)} if weighted is not None else ())
        bypassed = {op_key(op): data.name}
        if op.op_type == "Transpose":
            bypassed = {op_key(op): facts.makers[op.x.name].x.name}
        yield Violation(
            ops=(op,),
            message=f"{how} runs as a kernel of its own",
            fix="fold it away, the same function: costlint fix",
            alike=how,
            evidence={"elements": op.y.elements},
            edit=Edit(bypassed=bypassed, biased=biased),
            assumption="folded into the weights before, the same function"
            if "weights" in how
            else "left out, the same function",
            remedy="rewrite",
            before=(label(op),),
        )


RULE: Final = Rule(
    id="G404",
    name="foldable op",
    title="Fold the op into the weights before it",
    what="An op that changes nothing, or only by constants that the weights before it can take "
    "up: BatchNormalization or a constant scale or bias after a convolution or Gemm, Identity, "
    "a Transpose that undoes another. Reported where this runtime runs it as a kernel.",
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
