"""What element-wise operators, normalisations and the like force."""

from __future__ import annotations

from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.elementwise import KEEPS_SHAPE, STRETCHES, TRUTH
from costlint.costmodel.shapes.forced import Partial, Partials, forced_by

_CHANNELS = ("BatchNormalization", "InstanceNormalization", "GroupNormalization")
_LAST = ("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")
_OTHERS = (
    "Cast", "CastLike", "CumSum", "CumProd", "DequantizeLinear", "Dropout", "LRN",
    "LpNormalization", "MeanVarianceNormalization", "QuantizeLinear", "Scatter", "ScatterElements",
    "ScatterND", "Trilu",
)  # fmt: skip


@forced_by(*KEEPS_SHAPE, *_OTHERS)
def same(op: Op, partials: Partials) -> None:
    """Y (...) of X (...)."""
    partials.equal(op.inputs[0], op.outputs[0])


@forced_by(*_CHANNELS)
def channels(op: Op, partials: Partials) -> None:
    """Y (N, C, ...) of X (N, C, ...) with a scale (C)."""
    partials.equal(op.x, op.y)
    x, scale = partials.of(op.x), partials.of(op.input(1))
    if x is not None and scale is not None and op.op_type != "GroupNormalization":
        partials.learn(op.x, (x[0], scale[0], *x[2:]))


@forced_by(*_LAST)
def last_axes(op: Op, partials: Partials) -> None:
    """Y (..., C) of X (..., C) with a scale (C)."""
    partials.equal(op.x, op.y)
    x, scale = partials.of(op.x), partials.of(op.input(1))
    if x is not None and scale is not None and len(scale) <= len(x):
        partials.learn(op.x, (*x[: len(x) - len(scale)], *scale))


@forced_by(*STRETCHES, *TRUTH, "Where")
def stretched(op: Op, partials: Partials) -> None:
    """Y = f(A, B, ...) over the broadcast shape.

    A dim of Y is the largest of A and B, and where one of them is 1 that of the other. Y is like
    the activations where these are like each other: `x * sigmoid(x)`. A sum of two
    activations is taken to be a residual one, of two equal shapes; a constant (a bias, a scale) is
    taken not to be larger than what it is added to.
    """
    operands = [t for t in op.inputs if t is not None]
    varying = [t for t in operands if not t.is_parameter]
    if partials.are_alike(varying) or _is_residual(op, varying, operands, partials):
        for tensor in varying:
            partials.equal(tensor, op.y)
    rank = max((len(dims) for t in operands if (dims := partials.of(t)) is not None), default=0)
    if all(partials.of(t) is not None for t in operands):
        partials.learn(op.y, [None] * rank)
    y = partials.of(op.y)
    if y is not None:
        padded = [_padded(partials.of(t), len(y)) for t in operands]
        partials.learn(op.y, [_largest([dims[axis] for dims in padded]) for axis in range(len(y))])
        _unstretched(operands, padded, partials.of(op.y) or y, partials)


def _unstretched(
    operands: list[Tensor], padded: list[Partial], y: Partial, partials: Partials
) -> None:
    """What is 1 in Y is 1 before; what is wide in Y, and 1 in all others, is as wide in one."""
    for index, tensor in enumerate(operands):
        own = partials.of(tensor)
        if own is None:
            continue
        others = [dims for at, dims in enumerate(padded) if at != index]
        sizes = [
            dim if dim == 1 or (others and all(one[axis] == 1 for one in others)) else None
            for axis, dim in enumerate(y)
        ]
        partials.learn(tensor, sizes[len(y) - len(own) :])


def _is_residual(op: Op, varying: list[Tensor], operands: list[Tensor], partials: Partials) -> bool:
    """Whether `op` adds activations alone, of which no known one has to be stretched."""
    if op.op_type not in ("Add", "Sum") or varying != operands or len(operands) < 2:
        return False
    known = {dims for t in operands if (dims := partials.of(t)) is not None and None not in dims}
    return len(known) == 1


def _padded(dims: Partial | None, rank: int) -> Partial:
    """`dims` with leading ones, as broadcasting has it; nothing known where the rank is not."""
    return (None,) * rank if dims is None else (1,) * (rank - len(dims)) + tuple(dims)


def _largest(dims: list[object]) -> object:
    """The dim that others are stretched to: one that is no 1, or 1 where all are."""
    wide = [dim for dim in dims if dim is not None and not (type(dim) is int and dim == 1)]
    return wide[0] if wide else None if None in dims else 1
