"""Recipes of what networks are made of: chains of calls that rules, fixes and searches look for."""

from __future__ import annotations

from collections.abc import Callable

from tests.generated.maker import Maker
from tests.generated.recipes import Made
from tests.generated.values import Value

FILTERS = ("initializer", "initializer", "initializer", "listed", "constant", "input")


def _weight(m: Maker, *shape: int) -> Value:
    return m.new("float32", shape, kind=m.one(FILTERS))


def _conv(m: Maker, x: Value, filters: int, group: int = 1) -> Value | None:
    size = m.one((1, 3, 3, 5))
    w = _weight(m, filters, x.shape[1] // group, size, size)
    bias = [_weight(m, filters)] if m.maybe() else []
    stride = m.one((None, [2, 2]))
    pads = [size // 2] * 4
    made = m.call("Conv", [x, w, *bias], pads=pads, strides=stride, group=group)
    return made[0] if made else None


def _norm(m: Maker, x: Value) -> Value | None:
    made = m.call("BatchNormalization", [x, *(_weight(m, x.shape[1]) for _ in range(4))])
    return made[0] if made else None


def _scaled(m: Maker, x: Value) -> Value | None:
    """A constant factor or summand for each channel, or for all."""
    shape = m.one(((), (1,), (x.shape[1], 1, 1), (1, x.shape[1], 1, 1)))
    made = m.call(m.one(("Mul", "Add", "Sub", "Div")), [x, _weight(m, *shape)])
    return made[0] if made else None


def _active(m: Maker, x: Value) -> Value | None:
    name = m.one(("Relu", "Sigmoid", "HardSwish", "LeakyRelu", "Tanh", "Swish", "Dropout", "Gelu"))
    if name == "Swish" or (name in ("HardSwish", "Gelu") and m.opset < 20):
        gate = m.call("Sigmoid", [x])
        made = gate and m.call("Mul", [x, gate[0]])
    else:
        made = m.call(name, [x])
    return made[0] if made else None


def _shuffled(m: Maker, x: Value) -> Value | None:
    """The channel shuffle: reshape, transpose, reshape."""
    n, c, h, w = x.shape
    parts = m.call("Reshape", [x, m.ints([n, 2, c // 2, h, w])])
    turned = parts and m.call("Transpose", parts, perm=[0, 2, 1, 3, 4])
    made = turned and m.call("Reshape", [turned[0], m.ints([n, -1, h, w])])
    return made[0] if made else None


def _pooled(m: Maker, x: Value) -> Value | None:
    made = m.call("MaxPool", [x], kernel_shape=[2, 2], pads=[1, 1, 1, 1])
    return made[0] if made else None


def _split(m: Maker, x: Value) -> Value | None:
    """Two branches of a tensor, joined by Concat or Add."""
    one, other = _conv(m, x, x.shape[1]), _conv(m, x, x.shape[1])
    if one is None or other is None or one.shape != other.shape:
        return x
    made = m.call("Add", [one, other]) if m.maybe() else m.call("Concat", [one, other], axis=1)
    return made[0] if made else None


def _residual(m: Maker, x: Value) -> Value | None:
    w = _weight(m, x.shape[1], x.shape[1], 1, 1)
    inner = m.call("Conv", [x, w])
    made = inner and m.call("Add", [inner[0], x])
    return made[0] if made else None


def _excited(m: Maker, x: Value) -> Value | None:
    """Squeeze and excitation: means of channels, two convolutions, a product."""
    c = x.shape[1]
    mean = m.call("GlobalAveragePool", [x])
    low = mean and m.call("Conv", [mean[0], _weight(m, 2, c, 1, 1)])
    high = low and m.call("Conv", [low[0], _weight(m, c, 2, 1, 1)])
    gate = high and m.call("Sigmoid", high)
    made = gate and m.call("Mul", [x, gate[0]])
    return made[0] if made else None


def cnn(m: Maker) -> Made:
    """A convolutional network of a few blocks, with or without a classifier."""
    side = m.one((4, 8, 9))
    x: Value | None = m.of("float32", (m.one((1, 1, 2)), m.one((3, 4, 8)), side, side))
    blocks: list[Callable[[Maker, Value], Value | None]] = [
        lambda m, x: _conv(m, x, m.one((4, 8, 16))),
        lambda m, x: _conv(m, x, x.shape[1], x.shape[1]),
        lambda m, x: _conv(m, x, x.shape[1], 2 if x.shape[1] % 2 == 0 else 1),
        _norm, _norm, _scaled, _active, _active, _pooled, _split, _residual, _excited,
        lambda m, x: _shuffled(m, x) if x.shape[1] % 2 == 0 else x,
    ]  # fmt: skip
    for _ in range(m.whole(2, 10)):
        x = x and m.one(blocks)(m, x)
        if x is None or x.rank != 4 or min(x.shape) < 1:
            return None
    return _classified(m, x) if x is not None and m.maybe() else None


def _classified(m: Maker, x: Value) -> Made:
    mean = m.call("GlobalAveragePool", [x]) if m.maybe() else [x]
    flat = mean and m.call("Flatten", mean)
    if not flat:
        return None
    w = _weight(m, 10, flat[0].shape[1])
    out = m.call("Gemm", [flat[0], w, _weight(m, 10)], transB=1)
    return out and m.call("Softmax", out)


def transformer(m: Maker) -> Made:
    """A block of attention written out, with its projections, and a feed-forward part."""
    b, s, d = m.one((1, 2)), m.one((4, 7)), 8
    x = m.of("float32", (b, s, d))
    projected = [_linear(m, x, d) for _ in range(3)]
    if None in projected:
        return None
    heads = [m.call("Reshape", [p, m.ints([0, 0, 2, d // 2])]) for p in projected if p is not None]
    if None in heads:
        return None
    q, k, v = (m.call("Transpose", h, perm=p) for h, p in zip(heads, _ORDERS, strict=True))  # type: ignore[arg-type]
    scores = q and k and m.call("MatMul", [q[0], k[0]])
    scaled = scores and m.call("Mul", [scores[0], m.new("float32", (), kind="constant")])
    weights = scaled and m.call("Softmax", scaled, axis=-1 if m.opset >= 13 else 3)
    mixed = weights and v and m.call("MatMul", [weights[0], v[0]])
    back = mixed and m.call("Transpose", mixed, perm=[0, 2, 1, 3])
    flat = back and m.call("Reshape", [back[0], m.ints([b, s, d])])
    out = _linear(m, flat[0], d) if flat else None
    total = m.call("Add", [x, out]) if out is not None else None
    if not total:
        return None
    wide = _linear(m, total[0], 16)
    return m.call("Relu", [wide]) if wide is not None else None


_ORDERS = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])


def _linear(m: Maker, x: Value, width: int) -> Value | None:
    made = m.call("MatMul", [x, _weight(m, x.shape[-1], width)])
    if made and m.maybe():
        made = m.call("Add", [made[0], _weight(m, width)])
    return made[0] if made else None


NETWORKS = {"cnn": cnn, "transformer": transformer}
