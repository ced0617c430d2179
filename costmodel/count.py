"""Exact counts of a graph: no device, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from costlint.costmodel.bindings import ShapeOption
from costlint.costmodel.cost import Cost
from costlint.costmodel.dims import Dim, substitute
from costlint.costmodel.errors import UncostedError
from costlint.costmodel.graph import OpGraph
from costlint.costmodel.liveness import liveness
from costlint.costmodel.load import load
from costlint.costmodel.op_cost import OpCost, costed_ops, total_cost
from costlint.costmodel.parameters import parameter_counts
from costlint.costmodel.reader import Model
from costlint.costmodel.unbound import load_bound


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
    peak_activation_bytes: Dim
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
    def memory_access_elements(self) -> Dim:
        """The paper's memory access cost, in elements."""
        return self.cost.memory_access_elements

    @property
    def uncosted(self) -> tuple[OpCost, ...]:
        """Ops whose cost is not known and not in the totals."""
        return tuple(row for row in self.ops if not row.costed)


def count(
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    strict: bool = False,
    symbolic: bool = False,
) -> Counts:
    """Count a model. A batch size that nobody bound is 1 (the graph's `notes` say so).

    `strict` refuses ops without a formula, `symbolic` keeps free dimensions as sympy expressions.

    Raises:
        UnboundDimensionError: another dimension is symbolic.
        UncostedError: `strict`, and an op has no formula.
    """
    ready = load if symbolic else load_bound
    graph = ready(model, shapes=shapes, batch=batch)
    rows = tuple(costed_ops(graph))
    if strict:
        refuse_uncosted(rows)
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
        peak_activation_bytes=liveness(graph).peak_bytes,
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


def refuse_uncosted(rows: Sequence[OpCost]) -> None:
    """UncostedError if an op has no known cost."""
    missing = [row for row in rows if not row.costed]
    if missing:
        reasons = dict.fromkeys(row.why_uncosted for row in missing)
        raise UncostedError(
            f"{len(missing)} of {len(rows)} ops have no known cost (--strict)",
            facts=tuple(list(reasons)[:5]),
            fix="run without --strict to see the rest counted",
        )
