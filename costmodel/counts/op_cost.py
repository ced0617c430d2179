"""What each op costs: its formula's work, in bytes and times how often it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from costlint.costmodel.counts.why_uncosted import no_formula
from costlint.costmodel.formulas import OpClass, formula_for, why_free
from costlint.costmodel.formulas.learned import kept
from costlint.costmodel.formulas.sets import ON_CONTAINERS
from costlint.costmodel.ir.cost import Cost, Work
from costlint.costmodel.ir.dims import Dim, is_one, substitute
from costlint.costmodel.ir.dtypes import size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError

_NOTHING: Final = Work()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpCost:
    """One op with its cost; `times` is how often it runs, and is in `cost` already.

    `work` is what the formula states of one run.
    `why_uncosted` says what is missing, '' for an op that has a formula or is free.
    """

    op: Op
    op_class: OpClass
    cost: Cost
    times: Dim = 1
    work: Work = _NOTHING
    is_free: bool = False
    why_uncosted: str = ""

    @property
    def costed(self) -> bool:
        """Whether the op's cost is known."""
        return not self.why_uncosted


def costed_ops(ops: Iterable[Op], times: Dim = 1) -> Iterator[OpCost]:
    """Every op with its cost, bodies in place of the op that holds them.

    Of the branches of If the dearer one counts; Loop and Scan bodies count times their trip count,
    once where that is not known. An op with a formula of its own (FlexAttention) counts besides.
    """
    for op in ops:
        if not op.bodies or formula_for(op.domain, op.op_type) is not None:
            yield op_cost(op, times)
        if not op.bodies:
            continue
        inner = times if op.trips is None else times * op.trips
        bodies = [tuple(costed_ops(body.ops, inner)) for body in op.bodies]
        yield from max(bodies, key=_dearness) if op.op_type == "If" else sum(bodies, ())


def _dearness(rows: Sequence[OpCost]) -> Dim:
    """What a branch costs, to compare; symbols of sympy count as one."""
    cost = total_cost(rows)
    total = cost.flop + cost.bytes_accessed
    if hasattr(total, "at_least"):  # a traced dimension: `space.trace`
        return total
    return int(substitute(total, dict.fromkeys(map(str, getattr(total, "free_symbols", ())), 1)))


def op_cost(op: Op, times: Dim = 1) -> OpCost:
    """The cost of one op, `times` over; uncosted where a formula or a shape is missing."""
    formula = formula_for(op.domain, op.op_type)
    free = OpCost(op=op, op_class="data", cost=Cost(), times=times, is_free=True)
    if formula is None:
        if why_free(op.domain, op.op_type) is not None or _is_none(times):
            return free
        why = no_formula(op)
        return OpCost(op=op, op_class="other", cost=Cost(), times=times, why_uncosted=why)
    try:
        _check_shapes(op)
        work = _of_nothing(formula.work(op))
        cost = traffic(op, work)
    except UnknownShapeError as error:
        if _is_none(times):  # a body of no trips: there is nothing that would have a shape
            return free
        return OpCost(
            op=op, op_class=formula.op_class, cost=Cost(), times=times, why_uncosted=str(error)
        )
    return OpCost(
        op=op,
        op_class=formula.op_class,
        cost=cost if is_one(times) else cost * times,
        times=times,
        work=work,
    )


def _is_none(times: Dim) -> bool:
    return type(times) is int and times == 0


def _of_nothing(work: Work) -> Work:
    """`work`; a sum over an empty axis has one add less than elements, which is none."""
    if type(work.other_flop) is int and work.other_flop < 0:
        return replace(work, other_flop=0)
    return work


def _check_shapes(op: Op) -> None:
    """UnknownShapeError where a tensor has no shape, whether the formula reads it or not.

    Whoever reads of a costed op may then rely on the shapes of all its tensors.
    """
    on_containers = op.op_type in ON_CONTAINERS
    for tensor in (*op.inputs, *op.outputs):
        if tensor is None or tensor.shape is not None:
            continue
        if not (on_containers and tensor.is_container):
            msg = f"the shape of {tensor.name!r} is not known"
            raise UnknownShapeError(msg)


def traffic(op: Op, work: Work) -> Cost:
    """`work` with its traffic in bytes: by default each input is read and each output written once.

    What the op keeps in its attributes is read as a weight is.

    Raises:
        UnknownShapeError: a tensor that is read or written has no known shape.
    """
    read = [*_moved(op.inputs, work.read), *_moved(kept(op), None)]
    written = list(_moved(op.outputs, work.written))
    but_vectors = [move for move in read if not move[0].is_parameter or _is_matrix(move[0])]
    return Cost(
        macs=work.macs,
        other_flop=work.other_flop,
        bytes_read=sum([moved_bytes for _, _, moved_bytes in read]),
        bytes_written=sum([moved_bytes for _, _, moved_bytes in written]),
        weight_bytes_read=sum([moved_bytes for t, _, moved_bytes in read if t.is_parameter]),
        memory_access_elements=sum([elements for _, elements, _ in (*but_vectors, *written)]),
    )


def _moved(
    tensors: Sequence[Tensor | None], stated: Sequence[Dim | None] | None
) -> Iterator[tuple[Tensor, Dim, Dim]]:
    """Each tensor with its elements and bytes that move: all, or as many as are `stated`.

    What a sequence holds is not copied unless it is stated.
    """
    for index, tensor in enumerate(tensors):
        given = stated[index] if stated is not None and index < len(stated) else None
        if tensor is not None and (given is not None or not tensor.is_container):
            elements = tensor.elements if given is None else given
            yield tensor, elements, size_bytes(elements, tensor.stored_dtype)


def _is_matrix(tensor: Tensor) -> bool:
    return tensor.shape is None or len(tensor.shape) >= 2


def total_cost(rows: Sequence[OpCost]) -> Cost:
    """The sum over `rows`."""
    return Cost(**{f.name: sum([getattr(row.cost, f.name) for row in rows]) for f in fields(Cost)})
