"""What operators take the axes of their inputs for: the samples of a batch, or something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from costlint.costmodel.formulas.along import reduced_axes, scan_axes
from costlint.costmodel.formulas.sets import BATCH_FIRST, CUTS, traffic_of
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

Use: TypeAlias = Literal["samples", "rows", "other", "part"]
"""`samples`: each is computed by itself, as the operator defines it. `rows`: each by itself, be it
a sample, a time step or a token. `other`: channels, positions, time steps, what is summed over.
`part`: an axis along which something is taken, joined or reduced, rarely the batch."""

Found: TypeAlias = "Iterator[tuple[Tensor, int, Use]]"


def axis_uses(op: Op) -> Found:
    """What `op` takes axes of its inputs for; axes that it says nothing of are left out."""
    rule = _BY_OPERATOR.get(op.op_type) or _BY_TRAFFIC.get(traffic_of(op))
    if op.domain == "ai.onnx.ml" or op.op_type in BATCH_FIRST:
        rule = _batch_first
    return iter(()) if rule is None else rule(op)


def _axes(tensor: Tensor | None, uses: Mapping[int, Use], rest: Use | None = None) -> Found:
    """The axes of an input in `uses`, counted from either end, and the `rest` of them."""
    rank = len(tensor.shape) if tensor is not None and tensor.shape is not None else 0
    placed = {axis % rank: use for axis, use in uses.items() if -rank <= axis < rank}
    for axis in range(rank):
        use = placed.get(axis, rest)
        if tensor is not None and use is not None:
            yield tensor, axis, use


def _batch_first(op: Op) -> Found:
    for tensor in op.inputs[:1]:
        yield from _axes(tensor, {0: "samples"}, "other")


def _attention(op: Op) -> Found:
    for tensor in op.inputs[:3]:
        yield from _axes(tensor, {0: "samples"}, "other")


def _recurrent(op: Op) -> Found:
    """X (time, batch, I) and states (directions, batch, H); the batch is first with `layout` 1."""
    at = 0 if op.attributes.get("layout", 0) == 1 else 1
    yield from _axes(op.input(0), {at: "samples"}, "other")
    yield from _axes(op.input(4), {0: "samples"})
    for index in (5, 6):
        yield from _axes(op.input(index), {at: "samples"}, "other")


def _product(op: Op) -> Found:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N); what leads in both is samples."""
    a, b = op.input(0), op.input(1)
    if a is None or b is None:
        return
    inner_a = -2 if op.attributes.get("transA", 0) else -1
    inner_b = -1 if op.attributes.get("transB", 0) else -2
    if b.is_parameter:
        yield from _axes(a, {inner_a: "other"}, "rows")
    elif a.is_parameter:
        yield from _axes(b, {inner_b: "other"}, "rows")
    else:
        yield from _axes(a, {inner_a: "other", -3 - inner_a: "rows"}, "samples")
        yield from _axes(b, {inner_b: "other", -3 - inner_b: "other"}, "samples")


def _softmax(op: Op) -> Found:
    axis = op.attributes.get("axis", 1 if op.version < 13 else -1)
    yield from _axes(op.input(0), {axis: "other"} if type(axis) is int else {})


def _normalization(op: Op) -> Found:
    x = op.input(0)
    rank = len(x.shape) if x is not None and x.shape is not None else 0
    axis = op.attributes.get("axis", -1)
    first = axis % rank if rank and type(axis) is int else 0
    yield from _axes(x, dict.fromkeys(range(first, rank), "other"))


def _reduction(op: Op) -> Found:
    yield from _axes(op.input(0), dict.fromkeys(reduced_axes(op), "part"))


def _joined(op: Op) -> Found:
    axis = op.attributes.get("axis", 1)
    for tensor in op.inputs:
        yield from _axes(tensor, {axis: "part"} if type(axis) is int else {})


def _cut(op: Op) -> Found:
    """Axes that come out at another size; of a table looked up, the axis that indices go along."""
    x, y = op.input(0), op.outputs[0] if op.outputs else None
    if x is None or y is None or x.shape is None or y.shape is None:
        return
    if op.op_type in CUTS and len(x.shape) == len(y.shape) and "Gather" not in op.op_type:
        pairs = enumerate(zip(x.shape, y.shape, strict=True))
        yield from _axes(x, {axis: "part" for axis, (a, b) in pairs if a != b})
    elif op.op_type.startswith("Gather") and op.op_type != "GatherND" and not _picks_one(op):
        yield from _axes(x, {op.attributes.get("axis", 0): "part"})


def _picks_one(op: Op) -> bool:
    """Whether a Gather takes a single element, which may be the first sample: it says nothing."""
    indices = op.input(1)
    shape = None if indices is None or not indices.is_parameter else indices.shape
    return op.op_type == "Gather" and shape is not None and set(shape) <= {1}


def _regions(op: Op) -> Found:
    """A map (N, C, H, W), boxes (K, ...) on it, and which map each is on (K)."""
    yield from _batch_first(op)
    for tensor in op.inputs[1:]:
        yield from _axes(tensor, {0: "other"})


def _suppressed(op: Op) -> Found:
    for tensor in op.inputs[:2]:
        yield from _axes(tensor, {0: "samples"}, "other")


def _reversed(op: Op) -> Found:
    batch, time = op.attributes.get("batch_axis", 1), op.attributes.get("time_axis", 0)
    yield from _axes(op.input(0), {batch: "samples", time: "other"})
    yield from _axes(op.input(1), {0: "samples"})


def _einsum(op: Op) -> Found:
    """A letter of every operand and of the result is as good as a row; one summed over is not."""
    left, arrow, result = str(op.attributes.get("equation", "")).replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or "." in left or len(terms) != len(op.inputs):
        return
    for tensor, term in zip(op.inputs, terms, strict=True):
        yield from _axes(
            tensor,
            {
                axis: "other"
                if letter not in result
                else "samples"
                if len(terms) > 1 and all(letter in one for one in terms)
                else "rows"
                for axis, letter in enumerate(term)
            },
        )


def _scanned(op: Op) -> Found:
    for place, axis in scan_axes(op).items():
        yield from _axes(op.input(place), {axis: "other"})


_Rule: TypeAlias = Callable[[Op], "Found"]

_BY_TRAFFIC: Final[Mapping[str, _Rule]] = {
    "convolution": _batch_first,
    "pooling": _batch_first,
    "recurrent": _recurrent,
    "product": _product,
    "softmax": _softmax,
    "normalization": _normalization,
    "reduction": _reduction,
    "selection": _cut,
}
_BY_OPERATOR: Final[Mapping[str, _Rule]] = {
    "Attention": _attention,
    "Concat": _joined,
    "Einsum": _einsum,
    "GroupQueryAttention": _attention,
    "MaxRoiPool": _regions,
    "MultiHeadAttention": _attention,
    "NonMaxSuppression": _suppressed,
    "QLinearMatMul": _batch_first,
    "ReverseSequence": _reversed,
    "RoiAlign": _regions,
    "Scan": _scanned,
}
