"""G403: ops that only move data: transposes, copies, concats with their splits, casts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from costlint.analyzers.facts import Facts, label
from costlint.analyzers.rule import Rule, Violation
from costlint.analyzers.rules.g404_foldable import foldable
from costlint.analyzers.shuffles import serves_groups, shuffles
from costlint.analyzers.unions import connected
from costlint.costmodel.edit import Edit
from costlint.costmodel.formulas.sets import CONVERSIONS
from costlint.costmodel.ir.graph import Op, op_key

_KINDS: Final = {
    "Transpose": "layout change",
    "Reshape": "copy for a new shape",
    "Cast": "cast",
    "Concat": "concat",
    "Split": "split",
    "Slice": "slice",
    "Pad": "padding",
    "Gather": "gather",
    "Expand": "copy",
    "Tile": "copy",
    "DepthToSpace": "layout change",
    "SpaceToDepth": "layout change",
    "QuantizeLinear": "quantisation",
    "DequantizeLinear": "dequantisation",
}
_FIXES: Final = {
    **dict.fromkeys(
        ("quantisation", "dequantisation"),
        "quantise the ops around it too, in types that this runtime has kernels for",
    ),
    "concat": "let the branches write into their places",
    "split": "let the readers read their part in place",
    "slice": "let the readers read their part in place",
    "padding": "give the pads to the convolution that follows",
    "channel shuffle": "let the convolution after it read channels in the new order",
    "cast": "keep one type throughout",
}


def check(facts: Facts) -> Iterable[Violation]:
    """Movement kernels, those in a row together. What G202 and G404 name is theirs."""
    kinds = _kinds(facts)
    moving = [op for op in facts.graph.ops if op_key(op) in kinds]
    keyed = [(op, [op_key(op), *_next(facts, op, kinds)]) for op in moving]
    for together in connected(keyed):
        names = tuple(dict.fromkeys(kinds[op_key(op)] for op in together))
        yield _violation(together, names)


def _kinds(facts: Facts) -> Mapping[str, str]:
    """What each movement kernel does, by the op that leads it."""
    shuffled: set[str] = set()
    taken = {*facts.left_out, *foldable(facts.graph)}
    for shuffle in shuffles(facts.graph):
        target = taken if serves_groups(facts.graph, shuffle) else shuffled
        target.update(op_key(op) for op in shuffle.ops)
    found: dict[str, str] = {}
    for op in facts.graph.ops:
        key = op_key(op)
        kind = "channel shuffle" if key in shuffled else _KINDS.get(op.op_type, "")
        if not kind or key in taken or not facts.is_main(op) or op.y.shape is None:
            continue
        if op.op_type == "Gather" and not _is_known(op):
            continue
        if op.op_type in CONVERSIONS and _is_at_border(facts, op):
            continue
        if facts.kernels[key].kernel_class in {"data", "shuffle"}:
            found[key] = kind
    return found


def _is_known(op: Op) -> bool:
    """Whether a Gather takes what is known beforehand of an activation; a table is looked up."""
    index = op.input(1)
    return index is not None and index.is_parameter and not op.x.is_parameter


def _is_at_border(facts: Facts, op: Op) -> bool:
    """Whether a conversion reads what the network is given or gives what it is asked for."""
    given = {tensor.name for tensor in facts.graph.inputs}
    return op.x.name in given or op.y.name in facts.graph.kept


def _next(facts: Facts, op: Op, kinds: Mapping[str, str]) -> Iterable[str]:
    """The movement kernels that read what `op` moved, directly or through views."""
    for tensor in op.outputs:
        for reader in () if tensor is None else facts.graph.readers.get(tensor.name, ()):
            if op_key(reader) in kinds:
                yield op_key(reader)
            elif op_key(reader) not in facts.kernels and reader.outputs:
                yield from _next(facts, reader, kinds)


def _violation(ops: Sequence[Op], kinds: tuple[str, ...]) -> Violation:
    is_row = len(ops) > 1
    fixes = dict.fromkeys(_FIXES.get(kind, "keep one layout throughout") for kind in kinds)
    return Violation(
        ops=tuple(ops),
        message=f"{', '.join(kinds)}: moves data and computes nothing"
        + (f", {len(ops)} kernels in a row" if is_row else ""),
        fix="; ".join(fixes),
        alike=kinds,
        evidence={
            "op_types": [op.op_type for op in ops],
            "elements": sum(op.y.elements for op in ops),
        },
        edit=Edit(free=frozenset(op_key(op) for op in ops)),
        assumption="done in place by the ops around, which read and write as before"
        + ("; one op in place of the row saves less" if is_row else ""),
        remedy="rewrite",
        before=tuple(label(op) for op in ops[:6]),
    )


RULE: Final = Rule(
    id="G403",
    name="data movement",
    title="Move data less: keep one layout, write results into place",
    what="Transposes, copies, concats, splits, slices, casts and channel shuffles that run as "
    "kernels of their own. The saving is that of the ops around them reading and writing in "
    "place, for one movement as for several in a row: what lies between two ops that compute is "
    "one map from where elements are written to where they are read. Lookups in a table and by "
    "positions that only the data knows are left out.",
    why="They have no FLOPs at all, yet read and write every element. The paper's Figure 2 counts "
    "'data' and 'shuffle' apart for that reason, and ShuffleNetV2 merges concat, shuffle and "
    "split into one op (section 3).",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G4, Figure 2, and section 3",
    bad="""
g (float[1, 16, 28, 28] x, float[32, 16, 1, 1] w0, float[32, 16, 3, 3] w1, float[64, 64, 1, 1] w2)
  => (float[1, 64, 28, 28] y)
{ a = Conv(x, w0)  b = Conv<pads = [1, 1, 1, 1]>(x, w1)  c = Concat<axis = 1>(a, b)
  y = Conv(c, w2) }
""",
    good="""
g (float[1, 16, 28, 28] x, float[64, 16, 3, 3] w1, float[64, 64, 1, 1] w2)
  => (float[1, 64, 28, 28] y)
{ b = Conv<pads = [1, 1, 1, 1]>(x, w1)  y = Conv(b, w2) }
""",
    check=check,
    gathers=True,
)
