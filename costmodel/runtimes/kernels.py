"""Kernels: what a runtime launches once. A pure function of the graph and a fusion rule set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.formulas import OpClass
from costlint.costmodel.ir.graph import Tensor
from costlint.costmodel.runtimes.fusion import Composite, Fuse, FusionRules
from costlint.costmodel.runtimes.memory_order import Layout
from costlint.costmodel.runtimes.wiring import Wiring

_RANK: Final[dict[OpClass, int]] = {
    "conv": 0,
    "other": 1,
    "shuffle": 2,
    "data": 3,
    "elementwise": 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """One op or a fused group, with the tensors that cross its border.

    `main` does the work; `composite` names the function that the ops were exported from, or is ''.
    A view is in `reads` as itself, in `strided` too when its elements do not lie in order.
    """

    id: str
    ops: tuple[OpCost, ...]
    main: OpCost
    composite: str
    reads: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    writes: tuple[Tensor, ...]
    strided: tuple[Tensor, ...] = ()
    layout: Layout | None = None

    @property
    def kernel_class(self) -> OpClass:
        """The class of the main op."""
        return self.main.op_class


@dataclass(slots=True)
class _Group:
    rows: list[int]
    composite: str = ""
    main: int = 0


def kernels(
    rows: Sequence[OpCost], outputs: Iterable[Tensor], rules: FusionRules
) -> tuple[Kernel, ...]:
    """Group counted ops into kernels, in the order in which they can run.

    `rows` are `count`'s ops in topological order, `outputs` the graph's (they are always written).
    Free ops and the runtime's views belong to no kernel.
    """
    return _Grouping(rows, outputs, rules).run()


class _Grouping(Wiring):
    """The state of one pass over the ops."""

    def __init__(
        self, rows: Sequence[OpCost], outputs: Iterable[Tensor], rules: FusionRules
    ) -> None:
        super().__init__(rows, outputs, rules)
        self.group: dict[int, _Group] = {}
        self.composites: dict[str, list[Composite]] = {}
        for composite in rules.composites:
            self.composites.setdefault(composite.steps[0], []).append(composite)
        self.fuses = {
            op_type: [fuse for fuse in rules.fuses if op_type in fuse.ops]
            for op_type in {op_type for fuse in rules.fuses for op_type in fuse.ops}
        }

    def run(self) -> tuple[Kernel, ...]:
        order: dict[int, _Group] = {}
        for index in range(len(self.rows)):
            if not self.real[index] or index in self.group:
                continue
            chosen = self._chain(index) or _Group([index], main=index)
            chosen = self._join(chosen) or chosen
            for member in chosen.rows:
                self.group[member] = chosen
            order[id(chosen)] = chosen
        groups = sorted(order.values(), key=lambda g: max(g.rows))
        return tuple([self._kernel(f"k{i}", g) for i, g in enumerate(groups)])

    def _chain(self, index: int) -> _Group | None:
        if not self.rows[index].costed:
            return None
        for composite in self.composites.get(self.rows[index].op.op_type, ()):
            found = self._match(index, composite)
            if found is not None:
                return _Group(found, composite.name, _main(self.rows, found))
        return None

    def _match(self, index: int, composite: Composite) -> list[int] | None:
        first = self.rows[index].op
        sources = {self.root_of(t) for t in first.inputs if t is not None and not t.is_parameter}
        if not (self._mixes(index) if composite.is_open else len(sources) == 1):
            return None
        found = [index]
        made = {t.name for t in first.outputs if t is not None}
        for step in composite.steps[1:]:
            nexts = self.next_op(found[-1], step.rstrip("?"), self.group)
            allowed = nexts is not None and (
                self._mixes(nexts) if composite.is_open else self._is_closed(nexts, made | sources)
            )
            if nexts is None or not allowed:
                if step.endswith("?"):
                    continue
                return None
            found.append(nexts)
            made.update(t.name for t in self.rows[nexts].op.outputs if t is not None)
        inside = set(found)
        for member in found[:-1]:
            for tensor in self.rows[member].op.outputs:
                if tensor is not None and (
                    tensor.name in self.kept
                    or not inside.issuperset(self.readers.get(tensor.name, ()))
                ):
                    return None
        return found

    def _is_closed(self, index: int, known: set[str]) -> bool:
        """Whether the op reads parameters and `known` tensors only."""
        tensors = (t for t in self.rows[index].op.inputs if t is not None and not t.is_parameter)
        return all(self.root_of(t) in known for t in tensors)

    def _mixes(self, index: int) -> bool:
        """Whether the op may be part of fused attention: four dimensions, no product by weights."""
        op = self.rows[index].op
        if op.op_type != "MatMul":
            return True
        inputs = [t for t in op.inputs if t is not None]
        return len(op.y.shape or ()) == 4 and not any(t.is_parameter for t in inputs)

    def _join(self, new: _Group) -> _Group | None:
        """The latest group that `new` may join, with `new` in it."""
        ops = [self.rows[i].op for i in new.rows]
        fuses = self.fuses.get(ops[0].op_type, [])
        if len(ops) > 1:
            fuses = [f for f in fuses if all(op.op_type in f.ops for op in ops[1:])]
        if not fuses:
            return None
        made = {t.name for op in ops for t in op.outputs if t is not None}
        tensors = (t for op in ops for t in op.inputs if t is not None and not t.is_parameter)
        roots = {self.root_of(t): t.name for t in tensors if self.root_of(t) not in made}
        makers = sorted((self.maker[r], r) for r in roots if r in self.maker)
        for maker, root in reversed(makers):
            group = self.group.get(maker)
            if group is None or group.rows[-1] != maker or roots[root] in self.strided:
                continue
            if self.outgrows(group.main, group.rows[-1], new.rows[-1]):
                continue
            alone = root not in self.kept and set(self.readers[root]).issubset(new.rows)
            latest = makers[-1] if makers[-1][1] != root else makers[max(len(makers) - 2, 0)]
            before = latest[1] == root or latest[0] < group.rows[0]
            for fuse in fuses:
                fits = self._kind(group, fuse) and (fuse.second_input or len(roots) == 1)
                fits = fits and (not fuse.after or self.rows[maker].op.op_type in fuse.after)
                fits = fits and self._beside(fuse, [r for r in roots if r != root])
                if fits and (alone or (fuse.shared and before)):
                    group.rows += new.rows
                    group.main = _main(self.rows, group.rows)
                    return group
        return None

    def _beside(self, fuse: Fuse, others: Iterable[str]) -> bool:
        """Whether what the joining ops read besides comes from where it must."""
        makers = (self.maker.get(root) for root in others)
        return not fuse.beside or all(
            m is not None and self.rows[m].op.op_type in fuse.beside for m in makers
        )

    def _kind(self, group: _Group, fuse: Fuse) -> bool:
        last = group.composite or self.rows[group.main].op.op_type
        return self.rows[group.main].op.op_type in fuse.into or last in fuse.into

    def _kernel(self, name: str, group: _Group) -> Kernel:
        rows, members = [self.rows[i] for i in group.rows], set(group.rows)
        inside = {t.name for row in rows for t in row.op.outputs if t is not None}
        reads: dict[str, Tensor] = {}
        weights: dict[str, Tensor] = {}
        for row in rows:
            for tensor in row.op.inputs:
                if tensor is None or tensor.shape is None:
                    continue
                if tensor.is_parameter:
                    weights[tensor.name] = tensor
                elif self.root.get(tensor.name, tensor.name) not in inside:
                    reads[tensor.name] = tensor
        writes = [
            t
            for row in rows
            for t in row.op.outputs
            if t is not None
            and t.shape is not None
            and (t.name in self.kept or not members.issuperset(self.readers.get(t.name, ())))
        ]
        return Kernel(
            id=name,
            ops=tuple(rows),
            main=self.rows[group.main],
            composite=group.composite,
            reads=tuple(reads.values()),
            weights=tuple(weights.values()),
            writes=tuple(writes) or _last(rows),
            strided=tuple(t for name, t in reads.items() if name in self.strided),
            layout=self.layout_of(self.rows[group.main].op, tuple(reads.values()), group.composite)
            if self.rules.keeps_order
            else None,
        )


def _main(rows: Sequence[OpCost], members: Sequence[int]) -> int:
    return min(members, key=lambda i: (_RANK[rows[i].op_class], i))


def _last(rows: Sequence[OpCost]) -> tuple[Tensor, ...]:
    return tuple(t for t in rows[-1].op.outputs[:1] if t is not None and t.shape is not None)
