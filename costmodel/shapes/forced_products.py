"""What convolutions, pooling and matrix products force: channels by their weights."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes.forced import Partial, Partials, forced_by


@forced_by("Conv", "DeformConv", "ConvInteger", "QLinearConv")
def conv(op: Op, partials: Partials) -> None:
    """Y (N, M, out) = X (N, C, in) * W (M, C/g, k): of stride 1 `in` follows from `out`."""
    weight = op.input(3 if op.op_type == "QLinearConv" else 1)
    w = partials.of(weight)
    if w is None or w[0] is None or w[1] is None:
        return
    x, y = _both(op, partials, len(w))
    partials.learn(op.x, (y[0], w[1] * op.groups, *_before(op, w[2:], y[2:])))
    partials.learn(op.y, (x[0], w[0], *_after(op, w[2:], x[2:])))


@forced_by("ConvTranspose")
def conv_transpose(op: Op, partials: Partials) -> None:
    """Y (N, M, out) of X (N, C, in) with W (C, M/g, k)."""
    w = partials.of(op.w)
    if w is None or w[0] is None or w[1] is None:
        return
    x, y = _both(op, partials, len(w))
    partials.learn(op.x, (y[0], w[0], *[None] * (len(w) - 2)))
    partials.learn(op.y, (x[0], w[1] * op.groups, *[None] * (len(w) - 2)))
    rank = len(w) - 2
    strides = _ints(op, "strides", (1,) * rank)
    extra = _ints(op, "output_padding", (0,) * rank)
    if op.attributes.get("output_shape") or _auto(op).startswith("SAME"):
        return
    lost = _lost(op, w[2:])
    grown = [
        None if n is None or k is None else s * (n - 1) + e + k + 1
        for n, k, s, e in zip(x[2:], lost, strides, extra, strict=True)
    ]
    shrunk = [
        None if n is None or k is None or (n - e - k - 1) % s else (n - e - k - 1) // s + 1
        for n, k, s, e in zip(y[2:], lost, strides, extra, strict=True)
    ]
    partials.learn(op.y, (None, None, *grown))
    partials.learn(op.x, (None, None, *shrunk))


@forced_by("MaxPool", "AveragePool", "LpPool")
def pool(op: Op, partials: Partials) -> None:
    """Y (N, C, out) of windows of X (N, C, in): of stride 1 `in` follows from `out`."""
    sizes = _ints(op, "kernel_shape", ())
    x, y = _both(op, partials, len(sizes) + 2)
    partials.learn(op.x, (*y[:2], *_before(op, sizes, y[2:])))
    partials.learn(op.y, (*x[:2], *_after(op, sizes, x[2:])))


@forced_by("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def whole_maps(op: Op, partials: Partials) -> None:
    """Y (N, C, 1...) of X (N, C, in)."""
    x, y = partials.of(op.x), partials.of(op.y)
    if x is not None:
        partials.learn(op.y, (*x[:2], *[1] * (len(x) - 2)))
    if y is not None:
        partials.learn(op.x, (*y[:2], *[None] * (len(y) - 2)))


@forced_by("MatMul", "MatMulInteger")
def matmul(op: Op, partials: Partials) -> None:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N); K of one is that of the other."""
    a, b, y = (partials.of(t) for t in (op.x, op.w, op.y))
    if a is None and b is not None and y is not None and len(b) == 2 <= len(y):
        partials.learn(op.x, (*y[:-1], b[0]))
    if a is not None and b is not None and min(len(a), len(b)) >= 2:
        partials.learn(op.y, (*[None] * (max(len(a), len(b)) - 2), a[-2], b[-1]))
        partials.learn(op.x, (*[None] * (len(a) - 1), b[-2]))
        partials.learn(op.w, (*[None] * (len(b) - 2), a[-1], None))
        if len(b) == 2:
            partials.learn(op.y, (*a[:-1], b[-1]))
            partials.learn(op.x, None if y is None else (*y[:-1], b[0]))


@forced_by("Gemm")
def gemm(op: Op, partials: Partials) -> None:
    """Y (M, N) = A (M, K) @ B (K, N), either side transposed."""
    a, b, y = (_turned(partials, t, op, n) for t, n in ((op.x, "transA"), (op.w, "transB"),
                                                        (op.y, "")))  # fmt: skip
    partials.learn(op.x, _transposed((y[0], b[0]), op, "transA"))
    partials.learn(op.w, _transposed((a[1], y[1]), op, "transB"))
    partials.learn(op.y, (a[0], b[1]))


def _turned(partials: Partials, tensor: Tensor, op: Op, name: str) -> Partial:
    return _transposed(partials.of(tensor) or (None, None), op, name)


def _transposed(dims: Partial, op: Op, name: str) -> Partial:
    return dims[::-1] if op.attributes.get(name, 0) else dims


def _both(op: Op, partials: Partials, rank: int) -> tuple[Partial, Partial]:
    """X and Y, of `rank` dims each."""
    nothing = (None,) * rank
    return partials.of(op.x) or nothing, partials.of(op.y) or nothing


def _before(op: Op, filters: Sequence[Dim | None], sizes: Partial) -> list[Dim | None]:
    """The sizes before windows of stride 1."""
    strides = _ints(op, "strides", (1,) * len(filters))
    if _auto(op).startswith("SAME"):
        return [n if s == 1 else None for n, s in zip(sizes, strides, strict=True)]
    lost = _lost(op, filters)
    return [
        n + k if n is not None and k is not None and s == 1 else None
        for n, k, s in zip(sizes, lost, strides, strict=True)
    ]


def _after(op: Op, filters: Sequence[Dim | None], sizes: Partial) -> list[Dim | None]:
    """The sizes after windows; with a stride the way forward says more once all are known."""
    strides = _ints(op, "strides", (1,) * len(filters))
    if _auto(op).startswith("SAME"):
        return [n if s == 1 else None for n, s in zip(sizes, strides, strict=True)]
    rounds_up = op.attributes.get("ceil_mode", 0)
    return [
        None
        if n is None or k is None or (s != 1 and (rounds_up or type(n) is not int))
        else (n - k - 1) // s + 1
        if s != 1
        else n - k
        for n, k, s in zip(sizes, _lost(op, filters), strides, strict=True)
    ]


def _lost(op: Op, filters: Sequence[Dim | None]) -> list[Dim | None]:
    """By how much a window of stride 1 shortens each axis: its extent - 1, less both pads."""
    rank = len(filters)
    pads = _ints(op, "pads", (0,) * (2 * rank)) if _auto(op) != "VALID" else (0,) * (2 * rank)
    dilations = _ints(op, "dilations", (1,) * rank)
    return [
        None if k is None else (k - 1) * d - pads[axis] - pads[axis + rank]
        for axis, (k, d) in enumerate(zip(filters, dilations, strict=True))
    ]


def _auto(op: Op) -> str:
    return str(op.attributes.get("auto_pad") or "NOTSET")


def _ints(op: Op, name: str, default: Sequence[int]) -> Sequence[int]:
    return op.attributes.get(name) or default
