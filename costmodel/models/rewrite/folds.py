"""Ops that go away without changing what a graph computes, decided from the graph alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from costlint.costmodel.formulas.sets import FOLDS_INTO, SHIFTS
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.rewrite.lines import (
    Stored,
    has_stored_weights,
    is_channel_constant,
    line_of,
    own_part,
    stored_in,
)
from costlint.costmodel.models.rewrite.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """`op` goes, and what reads its output reads `source`, which is the same.

    Where `into` is given it becomes the same: the weights of that op take up the line of each
    channel that `op` is.
    """

    op: Op
    source: Tensor
    into: Op | None = None

    @property
    def biases(self) -> bool:
        """Whether `into` has a bias afterwards by this."""
        return self.into is not None and self.op.op_type in SHIFTS


def folds(graph: OpGraph) -> tuple[Fold, ...]:
    """Every op that goes; of a convolution, BatchNormalization and Add in a row the last two.

    What goes may read what goes: all of them together are one rewrite.
    """
    graph = own_part(graph)
    stored = stored_in(graph)
    found: list[Fold] = []
    weighted: dict[str, Op] = {}  # tensor -> the op whose weights can make it, which is read once
    roots: dict[str, str] = {}  # tensor -> what stands for it afterwards
    renamed: set[str] = set()
    for op in graph.ops:
        if not op.inputs or not op.outputs or op.outputs[0] is None or op.y.shape is None:
            continue
        if takes_up(stored, op):
            weighted[op.y.name] = op
            continue
        source, into = same_as(graph, op), None
        if source is None:
            source = line_of(stored, op)
            into = None if source is None else weighted.get(source.name)
            if source is None or into is None or graph.only_reader(source) is not op:
                continue
        root = roots.get(source.name, source.name)
        if op.y.name in graph.kept:
            if root not in graph.makers or root in graph.kept or root in renamed:
                continue  # an output needs a name of its own
            renamed.add(root)
        roots[op.y.name] = root
        found.append(Fold(op=op, source=source, into=into))
        if source.name in weighted and graph.only_reader(source) is op:
            weighted[op.y.name] = weighted[source.name]
    return tuple(found)


def takes_up(stored: Stored, op: Op) -> bool:
    """Whether the stored weights of `op` can take up a line of each channel."""
    if not has_stored_weights(stored, op, *FOLDS_INTO):
        return False
    bias = op.input(2)  # that of a Gemm may be a whole matrix
    return op.op_type != "Gemm" or bias is None or is_channel_constant(stored, bias, op.y)


def same_as(graph: OpGraph, op: Op) -> Tensor | None:
    """The tensor that `op` hands on unchanged; None where it does something."""
    if op.domain or op.input(0) is None:
        return None
    if op.op_type == "Identity" or (op.op_type == "Dropout" and _is_idle(op)):
        return op.x
    if op.op_type == "Cast" and op.x.dtype == op.y.dtype != "unknown":
        return op.x
    first = graph.makers.get(op.x.name)
    if op.op_type == "Transpose" and first is not None and _is_transpose(first):
        order = _order(first, op)
        return first.x if order == tuple(range(len(order))) else None
    return None


def _is_idle(op: Op) -> bool:
    """Whether a Dropout is not told to train, nor asked for its mask."""
    trains = op.input(2)
    is_off = trains is None or (trains.value is not None and not trains.value.any())
    return is_off and all(t is None for t in op.outputs[1:])


def moves(graph: OpGraph) -> tuple[Row, ...]:
    """Transposes after another, and Reshapes after another, that one does the work of."""
    graph = own_part(graph)
    found = []
    for op in graph.ops:
        first = None if op.domain or op.input(0) is None else graph.makers.get(op.x.name)
        if first is None or first.op_type != op.op_type or graph.only_reader(op.x) is not op:
            continue
        joined = None
        if _is_transpose(op) and _is_transpose(first):
            order = _order(first, op)
            if order != tuple(range(len(order))):
                joined = {**op.attributes, "perm": order}
        elif op.op_type == "Reshape" and not first.domain and _says_all(op):
            joined = dict(op.attributes)
        if joined is not None:
            by = replace(op, inputs=(first.x, *op.inputs[1:]), attributes=joined)
            found.append(Row(ops=(first, op), by=by))
    return tuple(found)


def _is_transpose(op: Op) -> bool:
    return op.op_type == "Transpose" and not op.domain and op.x.shape is not None


def _order(first: Op, second: Op) -> tuple[int, ...]:
    """The axes of the input of `first` as `second` has them."""
    one, other = (op.attributes.get("perm") or range(first.x.rank)[::-1] for op in (first, second))
    return tuple(int(one[axis]) for axis in other)


def _says_all(op: Op) -> bool:
    """Whether a Reshape copies no size (0) of what it reads."""
    target = op.input(1)
    return target is not None and target.value is not None and (target.value != 0).all()
