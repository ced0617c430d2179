"""Recipes of operators that move data: reshape, slice, gather, scatter, join."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.generated.maker import Maker
from tests.generated.recipes import Made, axes, recipe, types
from tests.generated.values import Value


@recipe("Reshape")
def reshape(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    total = int(np.prod(x.shape, dtype=int))
    target: list[int] = list(x.shape)
    m.chance.shuffle(target)
    how = m.whole(0, 3)
    if how == 0 and total:
        factors = [f for f in (1, 2, 3, 4, 6, 8) if total % f == 0]
        first = m.one(factors)
        target = [first, total // first]
    elif how == 1 and total:
        target = [-1]
    elif how == 2 and total and target:
        target[m.whole(0, len(target) - 1)] = -1
    elif how == 3 and x.rank and 0 not in x.shape:
        target = [0, *x.shape[1:]]
    zero: dict[str, Any] = (
        {"allowzero": 1} if m.opset >= 14 and -1 not in target and m.maybe(0.3) else {}
    )
    if zero and 0 in target and total:
        zero = {}
    return m.call(name, [x, m.ints(target)], **zero)


@recipe("Flatten")
def flatten(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 6))
    least = -x.rank if m.opset >= 11 else 0
    return m.call(name, [x], axis=m.one((None, m.whole(least, x.rank))))


@recipe("Transpose")
def transpose(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    order = m.chance.sample(range(x.rank), x.rank)
    return m.call(name, [x], perm=m.one((None, order or None)))


def _with_axes(m: Maker, name: str, x: Value, chosen: list[int], *, may_lack: bool) -> Made:
    if m.opset < 13:
        positive = sorted(a % (x.rank + (0 if may_lack else len(chosen))) for a in chosen)
        return m.call(name, [x], axes=positive or None)
    if may_lack and m.maybe(0.2):
        return m.call(name, [x])
    return m.call(name, [x, m.ints(chosen)])


@recipe("Squeeze")
def squeeze(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    ones = [a for a, s in enumerate(x.shape) if s == 1]
    chosen = m.chance.sample(ones, m.whole(0, len(ones)))
    if not chosen:  # an empty list of axes: specification and onnxruntime disagree
        return m.call(name, [x])
    return _with_axes(m, name, x, chosen, may_lack=True)


@recipe("Unsqueeze")
def unsqueeze(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(4))
    more = m.whole(1, 2)
    rank = x.rank + more
    chosen = m.chance.sample(range(rank), more)
    return _with_axes(m, name, x, [a - rank if m.maybe(0.3) else a for a in chosen], may_lack=False)


@recipe("Slice")
def cut(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 6))
    chosen = axes(m, x.rank) if m.maybe(0.7) else list(range(m.whole(1, x.rank)))
    starts, ends, steps = [], [], []
    for axis in chosen:
        size = x.shape[axis]
        backwards = m.maybe(0.2) and m.opset >= 10
        starts.append(m.one((0, 1, -1, -2, size, m.whole(-size - 2, size + 2))))
        ends.append(m.one((size, -1, 2**31 - 1, 2**63 - 1, 1, m.whole(-size - 2, size + 2))))
        steps.append(-m.whole(1, 3) if backwards else m.whole(1, 3))
        if backwards:
            starts[-1], ends[-1] = m.one((-1, size - 1)), m.one((-(2**63), -size - 1, 0))
    if m.opset < 10:
        if not chosen:
            return None
        positive = [a % x.rank for a in chosen]
        return m.call(name, [x], starts=starts, ends=ends, axes=positive or None)
    dtype = "int32" if m.maybe(0.3) and all(abs(e) < 2**31 for e in ends) else "int64"
    operands = [m.ints(starts, dtype), m.ints(ends, dtype), m.ints(chosen, dtype)]
    if m.maybe():
        operands.append(m.ints(steps, dtype))
    return m.call(name, [x, *operands])


@recipe("Split", "SplitToSequence")
def split(m: Maker, name: str) -> Made:  # noqa: PLR0911 - a case each
    x = m.tensor(types(m, name), range(1, 5))
    axis = m.axis(x.rank) if m.opset >= 11 else m.whole(0, x.rank - 1)
    size = x.shape[axis]
    if name == "SplitToSequence":
        keep = m.one((None, 0, 1))
        if m.maybe():
            return m.call(name, [x], axis=axis, keepdims=keep)
        if size and m.maybe():
            return m.call(name, [x, m.ints(m.whole(1, size))], axis=axis)
        cut_at = m.whole(0, size)
        return m.call(name, [x, m.ints([cut_at, size - cut_at])], axis=axis)
    if m.maybe():
        cut_at = m.whole(0, size)
        parts = [cut_at, size - cut_at]
        if m.opset < 13:
            return m.call(name, [x], outputs=2, split=parts, axis=axis)
        return m.call(name, [x, m.ints(parts)], outputs=2, axis=axis)
    many = m.whole(1, max(1, min(size, 4)))
    if m.opset >= 18:
        return m.call(name, [x], outputs=many, axis=axis, num_outputs=many)
    return m.call(name, [x], outputs=many if size % many == 0 else 1, axis=axis)


@recipe("Concat")
def concat(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 6))
    axis = m.axis(x.rank) if m.opset >= 11 else m.whole(0, x.rank - 1)
    parts = [x]
    for _ in range(m.whole(0, 3)):
        shape = list(x.shape)
        shape[axis] = m.size()
        parts.append(m.of(x.dtype, shape))
    m.chance.shuffle(parts)
    return m.call(name, parts, axis=axis)


@recipe("Expand")
def expand(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    target = [m.size() if s == 1 and m.maybe() else m.one((s, 1)) for s in x.shape]
    if x.rank < 5 and m.maybe(0.3):
        target = [m.size(), *target]
    return m.call(name, [x, m.ints(target[m.whole(0, 1) if len(target) > x.rank else 0 :])])


@recipe("Tile")
def tile(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name))
    return m.call(name, [x, m.ints([m.one((1, 1, 2, 3, 0)) for _ in x.shape])])


@recipe("Pad")
def pad(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=2)
    mode = m.one((None, "constant", "reflect", "edge"))
    few = (0, 0, 1) if mode == "reflect" else (0, 1, 2, -1)
    if m.opset < 11:
        return m.call(name, [x], pads=[m.one(few) for _ in range(2 * x.rank)], mode=mode)
    if m.opset >= 18 and m.maybe(0.4):
        chosen = axes(m, x.rank)
        pads = m.ints([m.one(few) for _ in range(2 * len(chosen))])
        return m.call(name, [x, pads, m.of(x.dtype, ()), m.ints(chosen)], mode=mode)
    pads = m.ints([m.one(few) for _ in range(2 * x.rank)])
    return m.call(name, [x, pads, m.of(x.dtype, ())][: m.whole(2, 3)], mode=mode)


@recipe("CenterCropPad")
def center_crop_pad(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5))
    chosen = axes(m, x.rank) or [0]
    return m.call(name, [x, m.ints([m.size(1) for _ in chosen])], axes=chosen)


@recipe("DepthToSpace", "SpaceToDepth")
def blocks(m: Maker, name: str) -> Made:
    b = m.whole(1, 3)
    n, c, h, w = m.dims(4, 1)
    dtype = m.dtype(types(m, name))
    if name == "DepthToSpace":
        mode = {"mode": m.one(("DCR", "CRD"))} if m.opset >= 11 and m.maybe() else {}
        return m.call(name, [m.of(dtype, (n, c * b * b, h, w))], blocksize=b, **mode)
    return m.call(name, [m.of(dtype, (n, c, h * b, w * b))], blocksize=b)


def _indices(m: Maker, shape: tuple[int, ...], size: int, dtype: str = "int64") -> Value:
    low = -size if m.opset >= 11 else 0
    count = int(np.prod(shape, dtype=int))
    content = np.array([m.whole(low, size - 1) for _ in range(count)], dtype=dtype).reshape(shape)
    return m.new(dtype, shape, content)


@recipe("Gather", "GatherElements")
def gather(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=1)
    axis = m.axis(x.rank)
    size = x.shape[axis]
    shape = m.dims(m.whole(0, 2))
    if name == "GatherElements":
        shape = tuple(m.whole(1, s) for s in x.shape)
    return m.call(name, [x, _indices(m, shape, size, m.one(("int32", "int64")))], axis=axis)


@recipe("GatherND")
def gather_nd(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=1)
    batch = m.whole(0, x.rank - 1) if m.opset >= 12 and m.maybe(0.3) else 0
    last = m.whole(1, x.rank - batch)
    shape = (*x.shape[:batch], *m.dims(m.whole(0, 2)), last)
    low = min(x.shape[batch : batch + last])
    more: dict[str, Any] = {"batch_dims": batch} if batch else {}
    return m.call(name, [x, _indices(m, shape, low)], **more)


@recipe("Scatter", "ScatterElements")
def scatter(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=1)
    axis = m.axis(x.rank) if m.opset >= 11 else m.whole(0, x.rank - 1)
    shape = tuple(m.whole(1, s) for s in x.shape)
    more: dict[str, Any] = (
        {"reduction": m.one(("none", "add", "mul"))} if m.opset >= 16 and m.maybe() else {}
    )
    operands = [x, _indices(m, shape, x.shape[axis]), m.of(x.dtype, shape)]
    return m.call(name, operands, axis=axis, **more)


@recipe("ScatterND")
def scatter_nd(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=1)
    last = m.whole(1, x.rank)
    shape = (*m.dims(m.whole(0, 2)), last)
    updates = m.of(x.dtype, (*shape[:-1], *x.shape[last:]))
    return m.call(name, [x, _indices(m, shape, min(x.shape[:last])), updates])


@recipe("TensorScatter")
def tensor_scatter(m: Maker, name: str) -> Made:
    b, s, d = m.size(1), m.size(2), m.size(1)
    dtype = m.dtype(types(m, name))
    start = m.new("int64", (b,), np.zeros(b, np.int64))
    operands = [m.of(dtype, (b, s, d)), m.of(dtype, (b, m.whole(1, s), d)), start]
    return m.call(name, operands, axis=1)


@recipe("ReverseSequence")
def reverse_sequence(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(2, 5), least=1)
    first = m.whole(0, 1)
    lengths = m.new("int64", (x.shape[first],), np.ones(x.shape[first], np.int64))
    return m.call(name, [x, lengths], batch_axis=first, time_axis=1 - first)


@recipe("OneHot")
def one_hot(m: Maker, name: str) -> Made:
    x = m.tensor(["int64", "int32"], range(4))
    return m.call(name, [x, m.ints(m.size(1)), m.of("float32", (2,))], axis=m.one((None, -1, 0)))


@recipe("ConstantOfShape", "ConstantFill")
def constant_of_shape(m: Maker, name: str) -> Made:
    shape = m.ints(list(m.dims(m.whole(0, 4))))
    if name == "ConstantFill":
        made = np.zeros(shape.content, np.float32)
        return m.stated(name, [shape], [made], input_as_shape=1)
    return m.call(name, [shape])


@recipe("EyeLike")
def eye_like(m: Maker, name: str) -> Made:
    return m.call(name, [m.tensor(types(m, name), (2,))], k=m.one((None, 1, -1)))


@recipe("Range")
def counting(m: Maker, name: str) -> Made:
    dtype = m.dtype(types(m, name))
    if "int" in dtype:
        numbers = [m.whole(-2, 3), m.whole(0, 9), m.whole(1, 3)]
        return m.call(name, [m.ints(n, dtype) for n in numbers])
    start, limit, step = (m.new(dtype, (), np.array(n, dtype), "initializer") for n in (0, 5, 1.5))
    return m.call(name, [start, limit, step])
