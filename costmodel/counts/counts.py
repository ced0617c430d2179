"""The totals of a graph: what all of its ops cost, its parameters, its peak of memory."""

from __future__ import annotations

from dataclasses import dataclass

from costlint.costmodel.counts.liveness import Liveness, liveness
from costlint.costmodel.counts.op_cost import OpCost, costed_ops, total_cost
from costlint.costmodel.counts.parameters import parameter_counts
from costlint.costmodel.ir.cost import Cost
from costlint.costmodel.ir.dims import Dim, substitute
from costlint.costmodel.ir.graph import OpGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Totals of a graph and the ops they come from.

    `elementwise_share_*` are shares of all bytes and of all ops that are not free, `coverage` the
    share of the latter that are costed; `weight_bytes` are the parameters' bytes in the file.
    """

    graph: OpGraph
    ops: tuple[OpCost, ...]
    cost: Cost
    parameters: Dim
    weight_bytes: Dim
    liveness: Liveness
    elementwise_share_bytes: float
    elementwise_share_ops: float
    coverage: float

    @property
    def macs(self) -> Dim:
        """Multiply-accumulates."""
        return self.cost.macs

    @property
    def flop(self) -> Dim:
        """Floating operations, two for each multiply-accumulate."""
        return self.cost.flop

    @property
    def bytes_read(self) -> Dim:
        """Bytes read, unfused, weights included."""
        return self.cost.bytes_read

    @property
    def bytes_written(self) -> Dim:
        """Bytes written, unfused."""
        return self.cost.bytes_written

    @property
    def bytes_accessed(self) -> Dim:
        """Bytes read and written, unfused, in the graph's own types."""
        return self.cost.bytes_accessed

    @property
    def peak_activation_bytes(self) -> Dim:
        """Most bytes of activations that live at once."""
        return self.liveness.peak_bytes

    @property
    def memory_access_elements(self) -> Dim:
        """The paper's memory access cost, in elements."""
        return self.cost.memory_access_elements

    @property
    def uncosted(self) -> tuple[OpCost, ...]:
        """Ops whose cost is not known and not in the totals."""
        return tuple(row for row in self.ops if not row.costed)


def counts_of(graph: OpGraph) -> Counts:
    """Count a graph, its symbols kept as they are."""
    rows = tuple(costed_ops(graph.ops))
    working = [row for row in rows if not row.is_free]
    elementwise = [row for row in working if row.op_class == "elementwise"]
    total = total_cost(working)
    counted = parameter_counts(graph)
    return Counts(
        graph=graph,
        ops=rows,
        cost=total,
        parameters=counted.elements,
        weight_bytes=counted.size_bytes,
        liveness=liveness(graph),
        elementwise_share_bytes=_share(
            total_cost(elementwise).bytes_accessed, total.bytes_accessed
        ),
        elementwise_share_ops=_share(len(elementwise), len(working)),
        coverage=_share(sum(row.costed for row in working), len(working), empty=1.0),
    )


def _share(part: Dim, whole: Dim, *, empty: float = 0.0) -> float:
    """`part / whole`; for expressions their value with every free symbol at one."""
    numbers = [
        d if type(d) is int else substitute(d, dict.fromkeys(map(str, d.free_symbols), 1))
        for d in (part, whole)
    ]
    return float(numbers[0]) / float(numbers[1]) if numbers[1] else empty
