"""G101: the two widths of a convolution or product differ, so that it moves more than it must."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from costlint.analyzers.equal_macs import at_equal_macs
from costlint.analyzers.facts import Facts, is_product, label
from costlint.analyzers.rule import Rule, Threshold, Violation
from costlint.analyzers.shapes import Widths
from costlint.analyzers.side_by_side import widths_in
from costlint.analyzers.structure import Structure
from costlint.analyzers.unions import connected
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import Op

EXCESS: Final = Threshold(
    name="memory access above its bound",
    value=3 / (2 * sqrt(2)) - 1,
    reason="what widths of 1:2 cost in activations, the mildest inequality that the paper's Table "
    "1 measured (4 to 19 % slower)",
)
_STRIDED: Final = " (with a stride the optimum is c1 * p_in = c2 * p_out)"


@dataclass(frozen=True, slots=True)
class _Unequal:
    op: Op
    widths: Widths
    inner: frozenset[int]
    outer: frozenset[int]

    @property
    def narrow(self) -> frozenset[int]:
        return self.inner if self.widths.c_in < self.widths.c_part else self.outer

    @property
    def sizes(self) -> tuple[int, ...]:
        widths = self.widths
        return (*sorted((widths.c_in, widths.c_part)), widths.parts, widths.p_out)

    @property
    def is_strided(self) -> bool:
        return self.widths.p_in != self.widths.p_out

    @property
    def wide(self) -> frozenset[int]:
        return self.outer if self.narrow is self.inner else self.inner

    @property
    def keys(self) -> list[Hashable]:
        """Equal sizes, one narrow width, or equal narrow widths beside one wide one."""
        narrow = min(self.widths.c_in, self.widths.c_part)
        return [
            ("sizes", *self.sizes),
            *(("narrow", index) for index in self.narrow),
            *(("wide", index, narrow, self.widths.p_out) for index in self.wide),
        ]


def can_change(structure: Structure, op: Op) -> bool:
    """Whether both widths are unequal, free and not the same one."""
    return _unequal(structure, op) is not None


def _unequal(structure: Structure, op: Op) -> _Unequal | None:
    widths = widths_in(structure, op)
    if widths is None or widths.excess <= EXCESS.value:
        return None
    axis = -1 if is_product(op) else 1
    inner = structure.width_terms(op, op.x, axis)
    outer = structure.width_terms(op, op.y, axis)
    if inner is None or outer is None:
        return None
    free = structure.channels.groups
    sides = [frozenset(index for index, _ in terms) for terms in (inner, outer)]
    if sides[0] & sides[1] or any(free[index].frozen for side in sides for index in side):
        return None
    return _Unequal(op, widths, *sides)


def check(facts: Facts) -> Iterable[Violation]:
    """Unequal ops that share a narrow width, or have the same sizes, change together."""
    found = [one for op in facts.graph.ops if (one := _unequal(facts.structure, op)) is not None]
    keyed = [(one, one.keys) for one in found]
    for together in connected(keyed):
        yield _violation(facts, together)


def _targets(facts: Facts, together: list[_Unequal]) -> dict[int, float]:
    """Widths of the groups in proportion, equal on both sides of each op."""
    targets: dict[int, float] = {}
    for one in together:
        # With a stride the optimum is c_in * p_in = c_out * p_out.
        balance = sqrt(one.widths.p_out / one.widths.p_in)
        for side, length, total in (
            (one.inner, one.widths.c_in, balance),
            (one.outer, one.widths.c_part, 1 / balance),
        ):
            for index in side:
                width = facts.structure.channels.groups[index].width
                targets.setdefault(index, total * width / length)
    return targets


def _violation(facts: Facts, together: list[_Unequal]) -> Violation:
    solved = at_equal_macs(facts, _targets(facts, together))
    worst = max(together, key=lambda one: one.widths.excess)
    first = worst.widths
    moved = sum(one.widths.memory_access_elements for one in together)
    bound = sum(one.widths.bound_elements for one in together)
    evidence: dict[str, Any] = {
        "c1": first.c_in,
        "c2": first.c_out,
        "ratio": round(first.ratio, 3),
        "memory_access_elements": moved,
        "bound_elements": round(bound),
        "above_bound": round(moved / bound - 1, 4),
    }
    if first.parts > 1:
        evidence["parts"] = first.parts
    edit, fix, assumption = None, "make both widths equal", ""
    if solved is not None:
        evidence |= {
            "widths_after": dict(solved.widths),
            "ops_touched": len(solved.touched),
            **solved.macs,
        }
        edit = Edit(widths=solved.widths)
        fix = f"widths {_changes(facts.structure, solved.widths)} at equal macs"
        assumption = solved.assumption
    return Violation(
        ops=tuple(one.op for one in together),
        message=f"widths {_ratios(together)}: memory access is {moved / bound - 1:.0%} above its "
        f"bound{_STRIDED if any(one.is_strided for one in together) else ''}",
        fix=fix,
        alike=tuple(sorted({one.sizes for one in together})),
        evidence=evidence,
        edit=edit,
        assumption=assumption,
        remedy="retrain",
        before=tuple(label(one.op) for one in together[:4]),
    )


def _ratios(together: list[_Unequal]) -> str:
    """`24:144, 144:24`: the different pairs of widths, the first three."""
    pairs = sorted(
        {(o.widths.c_in, o.widths.c_part, o.widths.parts, o.is_strided) for o in together}
    )
    told = ", ".join(
        f"{a}:{b}" + f" ({parts} side by side)" * (parts > 1) + " strided" * strided
        for a, b, parts, strided in pairs[:3]
    )
    return told + (", ..." if len(pairs) > 3 else "")


def _changes(structure: Structure, after: Mapping[str, int]) -> str:
    """`64 to 88, 256 to 88`: what becomes of each width, the first four."""
    sizes = sorted({(structure.channels.named(name).width, width) for name, width in after.items()})
    told = ", ".join(f"{before} to {width}" for before, width in sizes[:4])
    return told + (", ..." if len(sizes) > 4 else "")


RULE: Final = Rule(
    id="G101",
    name="unequal channel widths",
    title="Give both sides of a convolution the same width",
    what="A 1x1 or dense convolution, Gemm or MatMul with stored weights whose input and output "
    "widths differ so much that it moves clearly more elements than it must at these macs. An "
    "output that is cut into equal parts (queries, keys and values; a value and its gate) is as "
    "many products side by side, each held against the input.",
    why="At fixed macs, memory access h * w * (c1 + c2) + c1 * c2 is least where c1 = c2. Table 1 "
    "of the paper: at equal macs 1:2 runs 12 %, 1:6 41 % and 1:12 49 % slower on a GPU than 1:1. "
    "With a stride the optimum is c1 * p_in = c2 * p_out, where p are the positions N * h * w of "
    "a side.",
    reference="Ma et al., ShuffleNet V2, ECCV 2018, section 2, G1, equations 1 and 2, Table 1",
    thresholds=(EXCESS,),
    bad="""
g (float[1, 3, 56, 56] x, float[16, 3, 3, 3] w0, float[208, 16, 1, 1] w1, float[16, 208, 1, 1] w2,
   float[10, 16, 1, 1] w3) => (float[1, 10, 56, 56] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)  c = Conv(b, w2)  y = Conv(c, w3) }
""",
    good="""
g (float[1, 3, 56, 56] x, float[44, 3, 3, 3] w0, float[88, 44, 1, 1] w1, float[44, 88, 1, 1] w2,
   float[10, 44, 1, 1] w3) => (float[1, 10, 56, 56] y)
{ a = Conv<pads = [1, 1, 1, 1]>(x, w0)  b = Conv(a, w1)  c = Conv(b, w2)  y = Conv(c, w3) }
""",
    check=check,
)
