"""Recipes of convolutions, pools, products, norms, recurrent cells, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.generated.maker import Maker
from tests.generated.recipes import Made, attributes, recipe, types
from tests.generated.values import Value


def window(m: Maker, name: str, rank: int) -> dict[str, Any]:
    """Filter size, strides, dilations and pads of `rank` axes; the size may be left out."""
    size = [m.whole(1, 3) for _ in range(rank)]
    found: dict[str, Any] = {"kernel_shape": size}
    if m.maybe():
        found["strides"] = [m.whole(1, 3) for _ in size]
    if m.maybe(0.3) and name not in ("AveragePool", "LpPool", "MaxUnpool"):
        found["dilations"] = [m.whole(1, 2) for _ in size]
    how = m.whole(0, 3)
    if how == 0:
        found["pads"] = [m.whole(0, s // 2) for s in size] * 2
    elif how == 1 and "dilations" not in found:
        found["auto_pad"] = m.one(("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"))
    return found


@recipe("Conv", "ConvInteger", "QLinearConv")
def conv(m: Maker, name: str) -> Made:
    rank, group = m.one((1, 2, 2, 2, 3)), m.one((1, 1, 2, 3))
    n, channels, filters = m.size(), group * m.whole(1, 4), group * m.whole(1, 4)
    how = window(m, name, rank)
    x_shape = (n, channels, *(m.size(4) for _ in range(rank)))
    w_shape = (filters, channels // group, *how["kernel_shape"])
    if m.maybe(0.3):
        del how["kernel_shape"]
    how |= {"group": group} if group > 1 or m.maybe(0.2) else {}
    if name == "Conv":
        dtype = m.dtype(types(m, name))
        more = [m.of(dtype, (filters,))] if m.maybe() else []
        return m.call(name, [m.of(dtype, x_shape), m.of(dtype, w_shape), *more], **how)
    x = m.of(m.one(("uint8", "int8")), x_shape)
    w = m.of(m.one(("uint8", "int8")), w_shape)
    if name == "ConvInteger":
        points = [m.of(x.dtype, ()), m.of(w.dtype, ())][: m.whole(0, 2)]
        return m.call(name, [x, w, *points], **how)
    w_scale = m.whole(0, 1) * (filters,)
    operands = [
        *(x, m.of("float32", ()), m.of(x.dtype, ())),
        *(w, m.new("float32", w_scale), m.new(w.dtype, w_scale)),
        *(m.of("float32", ()), m.of(x.dtype, ())),
    ]
    bias = [m.of("int32", (filters,))] if m.maybe() else []
    return m.call(name, [*operands, *bias], **how)


@recipe("ConvTranspose")
def conv_transpose(m: Maker, name: str) -> Made:
    rank, group = m.one((1, 2, 2, 3)), m.one((1, 1, 2))
    dtype = m.dtype(types(m, name))
    channels, filters = group * m.whole(1, 3), m.whole(1, 3)
    how = window(m, name, rank)
    x = m.of(dtype, (m.size(), channels, *(m.size(2) for _ in range(rank))))
    w = m.of(dtype, (channels, filters, *how["kernel_shape"]))
    if "strides" in how and m.maybe(0.3):
        how["output_padding"] = [s - 1 for s in how["strides"]]
    more = [m.of(dtype, (filters * group,))] if m.maybe() else []
    return m.call(name, [x, w, *more], group=group, **how)


@recipe("DeformConv")
def deform_conv(m: Maker, name: str) -> Made:
    n, c, filters = m.size(1), m.whole(1, 3), m.whole(1, 3)
    x, w = m.of("float32", (n, c, 5, 6)), m.of("float32", (filters, c, 2, 2))
    offset = m.of("float32", (n, 2 * 2 * 2, 4, 5))
    more = [m.of("float32", (filters,)), m.of("float32", (n, 4, 4, 5))][: m.whole(0, 2)]
    return m.call(name, [x, w, offset, *more], kernel_shape=[2, 2])


@recipe("CausalConvWithState")
def causal_conv(m: Maker, name: str) -> Made:
    b, c, s, k = m.size(1), m.size(1), m.size(1), m.whole(2, 4)
    x, w = m.of("float32", (b, c, s)), m.of("float32", (c, 1, k))
    more = [m.of("float32", (c,)), m.of("float32", (b, c, k - 1))][: m.whole(0, 2)]
    return m.call(name, [x, w, *more], outputs=2, activation=m.one((None, "silu")))


@recipe("AveragePool", "MaxPool", "LpPool")
def pool(m: Maker, name: str) -> Made:
    rank = m.one((1, 2, 2, 3))
    how = window(m, name, rank)
    dtype = m.dtype(types(m, name))
    if m.opset >= 10 and "auto_pad" not in how and name != "LpPool":
        how["ceil_mode"] = m.whole(0, 1)
    if name == "AveragePool":
        how["count_include_pad"] = m.whole(0, 1)
    if m.opset < 10:
        how.pop("dilations", None)
    x = m.of(dtype, (m.size(), m.size(1), *(m.size(5) for _ in range(rank))))
    return m.call(name, [x], outputs=1 + (name == "MaxPool" and m.maybe(0.3)), **how)


@recipe("MaxUnpool")
def max_unpool(m: Maker, name: str) -> Made:
    x = m.of("float32", (1, m.size(1), 4, 6))
    pooled = m.call("MaxPool", [x], outputs=2, kernel_shape=[2, 2], strides=[2, 2])
    return pooled and m.call(name, pooled, kernel_shape=[2, 2], strides=[2, 2])


@recipe("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "LRN", "ImageScaler")
def on_images(m: Maker, name: str) -> Made:
    ranks = (4,) if name in ("LRN", "ImageScaler") else range(3, 6)
    x = m.tensor(types(m, name), ranks, least=1)
    if name == "LRN":
        return m.call(name, [x], size=m.one((1, 3, 5)))
    if name == "ImageScaler":
        return m.call(name, [x], scale=0.5, bias=[0.1] * x.shape[1])
    return m.call(name, [x])


@recipe("MatMul", "MatMulInteger", "QLinearMatMul")
def matmul(m: Maker, name: str) -> Made:
    rows, inner, columns = m.size(), m.size(), m.size()
    batch = m.dims(m.one((0, 0, 1, 2)))
    a = (*batch, rows, inner) if m.maybe(0.9) else (inner,)
    b_batch = [m.one((s, 1)) for s in batch[m.whole(0, len(batch)) :]]
    b = (*b_batch, inner, columns) if m.maybe(0.9) else (inner,)
    if name == "MatMul":
        dtype = m.dtype(types(m, name))
        return m.call(name, [m.of(dtype, a), m.of(dtype, b)])
    left, right = m.of(m.one(("uint8", "int8")), a), m.of(m.one(("uint8", "int8")), b)
    if name == "MatMulInteger":
        points = [m.of(left.dtype, ()), m.of(right.dtype, ())]
        return m.call(name, [left, right, *points[: m.whole(0, 2)]])
    each = [(t, m.of("float32", ()), m.of(t.dtype, ())) for t in (left, right)]
    last = [m.of("float32", ()), m.of(left.dtype, ())]
    return m.call(name, [*each[0], *each[1], *last])


@recipe("Gemm")
def gemm(m: Maker, name: str) -> Made:
    rows, inner, columns = m.size(), m.size(), m.size()
    dtype = m.dtype(types(m, name))
    ta, tb = m.whole(0, 1), m.whole(0, 1)
    a = m.of(dtype, (inner, rows) if ta else (rows, inner))
    b = m.of(dtype, (columns, inner) if tb else (inner, columns))
    shapes = [(), (columns,), (1, columns), (rows, 1), (rows, columns)]
    c = [m.of(dtype, m.one(shapes))] if m.maybe() or m.opset < 11 else []
    more = attributes(m, name, skip=["transA", "transB"])
    return m.call(name, [a, b, *c], transA=ta, transB=tb, **more)


EQUATIONS = ("ij,jk->ik", "bij,bjk->bik", "ij->ji", "ij->", "ii->i", "i,i->", "i,j->ij",
             "ij,jk,kl->il",
             "...ij,...jk->...ik", "bhid,bhjd->bhij", "ij,ij->ij", "ij", "ji", "...i->...", "ij,kj",
             " a b , b c -> a c ", "bnd,nd->b")  # fmt: skip


@recipe("Einsum")
def einsum(m: Maker, name: str) -> Made:
    equation = m.one(EQUATIONS)
    sizes: dict[str, Any] = {letter: m.size(1) for letter in "abcdhijkln"}
    batch = m.dims(m.whole(0, 2), 1)
    operands = []
    dtype = m.dtype(("float32", "float64", "int32"))
    for term in equation.partition("->")[0].replace(" ", "").split(","):
        letters = term.removeprefix("...")
        shape = (*(batch if "..." in term else ()), *(sizes[letter] for letter in letters))
        operands.append(m.of(dtype, shape))
    return m.call(name, operands, equation=equation)


@recipe("BatchNormalization", "InstanceNormalization", "GroupNormalization")
def norm_of_channels(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(2 if name == "BatchNormalization" else 3, 6), least=1)
    channels = x.shape[1]
    many = 4 if name == "BatchNormalization" else 2
    groups = m.one(g for g in range(1, channels + 1) if channels % g == 0)
    size = groups if name == "GroupNormalization" and m.opset < 21 else channels
    more: dict[str, Any] = {"num_groups": groups} if name == "GroupNormalization" else {}
    return m.call(name, [x, *(m.of(x.dtype, (size,)) for _ in range(many))], **more)


@recipe("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")
def norm_of_rows(m: Maker, name: str) -> Made:
    x = m.tensor(types(m, name), range(1, 5), least=1)
    axis = m.axis(x.rank)
    shape = x.shape[axis % x.rank :]
    more = [m.of(x.dtype, shape)] if name == "LayerNormalization" and m.maybe() else []
    outputs = m.whole(1, 3) if name == "LayerNormalization" else 1
    return m.call(name, [x, m.of(x.dtype, shape), *more], outputs=outputs, axis=axis)


@recipe("LSTM", "GRU", "RNN")
def recurrent(m: Maker, name: str) -> Made:
    steps, batch, features, hidden = m.size(1), m.size(1), m.size(1), m.size(1)
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[name]
    direction = m.one(("forward", "reverse", "bidirectional", None))
    d = 2 if direction == "bidirectional" else 1
    dtype = m.one(("float32", "float32", "float64"))
    first = m.one((None, 0, 1)) if m.opset >= 14 else None
    x = m.of(dtype, (batch, steps, features) if first else (steps, batch, features))
    state = (batch, d, hidden) if first else (d, batch, hidden)
    lengths = m.new("int32", (batch,), np.full(batch, steps, np.int32))
    optional: list[Value | None] = [
        m.one((None, m.of(dtype, (d, 2 * gates * hidden)))),
        m.one((None, lengths)),
        m.one((None, m.of(dtype, state))),
    ]
    if name == "LSTM":
        optional += [m.one((None, m.of(dtype, state))), m.one((None, m.of(dtype, (d, 3 * hidden))))]
    w = m.of(dtype, (d, gates * hidden, features))
    r = m.of(dtype, (d, gates * hidden, hidden))
    outputs = m.whole(1, 3 if name == "LSTM" else 2)
    more: dict[str, Any] = {"layout": first} if first is not None else {}
    operands = [x, w, r, *optional][: m.whole(3, 3 + len(optional))]
    return m.call(name, operands, outputs, hidden_size=hidden, direction=direction, **more)


@recipe("Attention")
def attention(m: Maker, name: str) -> Made:
    b, q_heads, queries, keys, d = m.size(1), m.one((2, 4)), m.size(1), m.size(1), m.one((2, 4))
    heads = m.one((q_heads, 2))
    v_d = m.one((d, 2))
    if m.maybe():
        q: tuple[int, ...]
        k: tuple[int, ...]
        v: tuple[int, ...]
        q, k, v = (b, q_heads, queries, d), (b, heads, keys, d), (b, heads, keys, v_d)
        more: dict[str, Any] = {}
    else:
        q, k, v = (b, queries, q_heads * d), (b, keys, heads * d), (b, keys, heads * v_d)
        more = {"q_num_heads": q_heads, "kv_num_heads": heads}
    mask = m.one((None, m.of("float32", (queries, keys)), m.of("bool", (queries, keys))))
    operands: list[Value | None] = [m.of("float32", shape) for shape in (q, k, v)]
    operands += [mask] if mask is not None else []
    return m.call(name, operands, outputs=1, is_causal=m.one((None, 0, 1)), **more)


@recipe("LinearAttention")
def linear_attention(m: Maker, name: str) -> Made:
    b, s, heads, d = m.size(1), m.size(1), m.one((1, 2)), m.one((2, 4))
    rows = [m.of("float32", (b, s, heads * d)) for _ in range(3)]
    return m.call(
        name, rows, outputs=2, q_num_heads=heads, kv_num_heads=heads, update_rule="linear"
    )


@recipe("RotaryEmbedding")
def rotary(m: Maker, name: str) -> Made:
    b, heads, s, d = m.size(1), m.whole(1, 3), m.size(1), m.one((2, 4))
    caches = [m.of("float32", (b, s, d // 2)) for _ in range(2)]
    more: dict[str, Any] = {"interleaved": m.whole(0, 1)}
    if m.maybe():
        return m.call(name, [m.of("float32", (b, heads, s, d)), *caches], **more)
    return m.call(name, [m.of("float32", (b, s, heads * d)), *caches], num_heads=heads, **more)


@recipe("SwiGLU")
def swiglu(m: Maker, name: str) -> Made:
    shape = m.dims(m.whole(0, 4))
    return m.call(name, [m.of("float32", shape), m.of("float32", shape)])
