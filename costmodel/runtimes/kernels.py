"""Kernels: what a runtime launches once. A pure function of the graph and a fusion rule set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.formulas import OpClass
from costlint.costmodel.formulas.learned import kept
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.fusion import FusionRules
from costlint.costmodel.runtimes.grouping import Group, grouped
from costlint.costmodel.runtimes.memory_order import MemoryOrder
from costlint.costmodel.runtimes.wiring import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """One op or a fused group, with the tensors that cross its border.

    `main` does the work, as `op`: between integers where conversions around it are part of the
    kernel. `composite` names the function that the ops were exported from, or is ''.
    A view is in `reads` as itself, in `strided` too when its elements do not lie in order.
    """

    id: str
    ops: tuple[OpCost, ...]
    main: OpCost
    op: Op
    composite: str
    reads: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    writes: tuple[Tensor, ...]
    strided: tuple[Tensor, ...] = ()
    memory_order: MemoryOrder | None = None

    @property
    def kernel_class(self) -> OpClass:
        """The class of the main op."""
        return self.main.op_class


def kernels(
    rows: Sequence[OpCost], outputs: Iterable[Tensor], rules: FusionRules
) -> tuple[Kernel, ...]:
    """Group counted ops into kernels, in the order in which they can run.

    `rows` are `count`'s ops in topological order, `outputs` the graph's (they are always written).
    Free ops and the runtime's views belong to no kernel.
    """
    wiring = Wiring(rows, outputs, rules)
    return tuple([_kernel(f"k{i}", group, wiring) for i, group in enumerate(grouped(wiring))])


def _kernel(name: str, group: Group, wiring: Wiring) -> Kernel:
    rows = tuple([wiring.rows[i] for i in group.members])
    main = wiring.rows[group.main]
    members = frozenset(group.members)
    own = {made for i in group.members for made in wiring.made[i]}
    parameters: dict[str, Tensor] = {}
    reads: dict[str, Tensor] = {}
    writes: list[Tensor] = []
    for index, row in zip(group.members, rows, strict=True):
        for tensor in _known(wiring.run(index).inputs):
            if tensor.is_parameter:
                parameters[tensor.name] = tensor
            elif wiring.root_of(tensor) not in own:
                reads[tensor.name] = tensor
        parameters.update((tensor.name, tensor) for tensor in kept(row.op))
        made = _known(row.op.outputs)
        writes += [t for t in made if not wiring.is_read_only_by(t.name, members)]
    return Kernel(
        id=name,
        ops=rows,
        main=main,
        op=wiring.run(group.main),
        composite=group.composite,
        reads=tuple(reads.values()),
        weights=tuple(parameters.values()),
        writes=tuple(writes or _known(rows[-1].op.outputs[:1])),  # some result, if nobody reads any
        strided=tuple([t for t in reads.values() if t.name in wiring.strided]),
        memory_order=wiring.memory_order_of(main.op, tuple(reads.values()), group.composite),
    )


def _known(tensors: Iterable[Tensor | None]) -> list[Tensor]:
    """Those that are there and whose shape is known."""
    return [t for t in tensors if t is not None and t.shape is not None]
