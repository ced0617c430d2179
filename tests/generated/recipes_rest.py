"""Recipes of quantisation, resizing, detection, signals, random numbers, losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.generated.maker import Maker
from tests.generated.recipes import Made, recipe, types


@recipe("QuantizeLinear", "DequantizeLinear")
def quantize(m: Maker, name: str) -> Made:
    wide = "float32" if m.maybe(0.8) or m.opset < 19 else "float16"
    kinds = ["uint8", "int8"] + ["uint16", "int16", "int4", "uint4"] * (m.opset >= 21)
    narrow = m.one(kinds)
    x = m.tensor([wide if name == "QuantizeLinear" else narrow], range(5))
    axis = m.axis(x.rank) if x.rank else 0
    scale: tuple[int, ...] = ()
    more: dict[str, Any] = {}
    if x.rank and m.maybe(0.4) and m.opset >= 13:
        scale, more = (x.shape[axis],), {"axis": axis}
        if m.opset >= 21 and x.shape[axis] % 2 == 0 and x.shape[axis] and m.maybe():
            blocks = list(x.shape)
            blocks[axis] //= 2
            scale, more = tuple(blocks), {"axis": axis, "block_size": 2}
    factors = m.new(wide, scale, np.full(scale, 0.5).astype(wide))
    if name == "QuantizeLinear" and m.maybe(0.2):
        return m.call(name, [x, factors], **more)
    if name == "DequantizeLinear" and m.maybe(0.2):
        return m.call(name, [x, factors], **more)
    return m.call(name, [x, factors, m.new(narrow, scale)], **more)


@recipe("DynamicQuantizeLinear")
def dynamic_quantize(m: Maker, name: str) -> Made:
    return m.call(name, [m.tensor(["float32"], least=1)], outputs=3)


@recipe("Resize", "Upsample")
def resize(m: Maker, name: str) -> Made:
    x = m.tensor(["float32"] if m.maybe(0.8) else types(m, name), (3, 4, 4, 5), least=1)
    scales = [1.0, 1.0, *(m.one((0.5, 1.0, 2.0, 1.5)) for _ in x.shape[2:])]
    factors = np.array(scales, dtype=np.float32)
    mode = m.one(("nearest", "linear", *(("cubic",) if name == "Resize" and m.opset >= 11 else ())))
    if name == "Upsample":
        factors = np.maximum(factors, 1)
        if m.opset < 9:
            return m.call(name, [x], scales=[float(f) for f in factors], mode=mode)
        return m.call(name, [x, m.new("float32", factors.shape, factors, "initializer")], mode=mode)
    steering = m.new("float32", factors.shape, factors, "initializer")
    if m.opset < 11:
        return m.call(name, [x, steering], mode=mode)
    way = m.one((None, "asymmetric", "align_corners", "half_pixel"))
    roi = None if m.opset >= 13 else m.new("float32", (0,), None, "initializer")
    if m.maybe(0.4):
        empty = None if m.opset >= 13 else m.new("float32", (0,), None, "initializer")
        target = m.ints([*x.shape[:2], *(m.size(1) for _ in x.shape[2:])])
        return m.call(name, [x, roi, empty, target], mode=mode, coordinate_transformation_mode=way)
    return m.call(name, [x, roi, steering], mode=mode, coordinate_transformation_mode=way)


@recipe("GridSample")
def grid_sample(m: Maker, name: str) -> Made:
    n, c = m.size(1), m.size(1)
    x, grid = m.of("float32", (n, c, 4, 5)), m.of("float32", (n, m.size(1), m.size(1), 2))
    modes = ("bilinear", "nearest", "bicubic") if m.opset < 20 else ("linear", "nearest", "cubic")
    return m.call(name, [x, grid], mode=m.one((None, *modes)))


@recipe("AffineGrid")
def affine_grid(m: Maker, name: str) -> Made:
    n, rank = m.size(1), m.one((2, 3))
    theta = m.of("float32", (n, rank, rank + 1))
    return m.call(name, [theta, m.ints([n, m.size(1), *(m.size(1) for _ in range(rank))])])


@recipe("Col2Im")
def col2im(m: Maker, name: str) -> Made:
    x = m.of("float32", (m.size(1), m.size(1) * 4, 9))
    return m.call(name, [x, m.ints([4, 4]), m.ints([2, 2])])


@recipe("RoiAlign", "MaxRoiPool")
def regions(m: Maker, name: str) -> Made:
    x, many = m.of("float32", (1, m.size(1), 8, 8)), m.whole(1, 3)
    if name == "MaxRoiPool":
        corners = np.zeros((many, 5), np.float32)
        corners[:, 3:] = 4
        return m.call(name, [x, m.new("float32", corners.shape, corners)], pooled_shape=[2, 3])
    boxes = m.of("float32", (many, 4))
    which = m.new("int64", (many,), np.zeros(many, np.int64))
    sizes: dict[str, Any] = {"output_height": m.one((None, 2)), "output_width": m.one((None, 3))}
    return m.call(name, [x, boxes, which], **sizes)


@recipe("NonMaxSuppression")
def suppression(m: Maker, name: str) -> Made:
    batch, boxes, classes = m.size(1), m.size(1), m.size(1)
    operands = [m.of("float32", (batch, boxes, 4)), m.of("float32", (batch, classes, boxes))]
    if m.maybe(0.7):
        operands.append(m.ints([m.whole(1, 5)]))
    return m.call(name, operands, unsteady=True)


@recipe("HannWindow", "HammingWindow", "BlackmanWindow")
def windows(m: Maker, name: str) -> Made:
    return m.call(name, [m.ints(m.size(1))], periodic=m.one((None, 0, 1)))


@recipe("MelWeightMatrix")
def mel(m: Maker, name: str) -> Made:
    whole = [m.ints(n) for n in (m.size(1), 2 ** m.whole(1, 5), 8000)]
    edges = [m.new("float32", (), np.array(n, np.float32), "initializer") for n in (0.0, 4000.0)]
    return m.call(name, [*whole, *edges])


@recipe("DFT")
def dft(m: Maker, name: str) -> Made:
    x = m.of("float32", (*m.dims(m.whole(1, 2), 1), m.size(1), m.one((1, 2))))
    inverse = m.whole(0, 1) if x.shape[-1] == 2 else 0
    onesided = m.whole(0, 1) if not inverse and x.shape[-1] == 1 else 0
    if m.opset < 20:
        return m.call(name, [x], axis=x.rank - 2, inverse=inverse, onesided=onesided)
    return m.call(name, [x], inverse=inverse, onesided=onesided)


@recipe("STFT")
def stft(m: Maker, name: str) -> Made:
    x = m.of("float32", (m.size(1), 32, 1))
    step, length = m.ints(m.whole(1, 8)), m.one((4, 8))
    operands = [x, step, m.of("float32", (length,))]
    return m.call(name, operands, onesided=m.one((None, 0, 1)))


@recipe("RandomNormal", "RandomUniform")
def random_numbers(m: Maker, name: str) -> Made:
    return m.call(name, [], shape=list(m.dims(m.whole(1, 4))), seed=1.0)


@recipe("RandomNormalLike", "RandomUniformLike", "Bernoulli")
def random_like(m: Maker, name: str) -> Made:
    return m.call(name, [m.tensor(["float32"])], seed=1.0)


@recipe("Multinomial")
def multinomial(m: Maker, name: str) -> Made:
    x = m.of("float32", (m.size(1), m.size(1)))
    return m.call(name, [x], sample_size=m.one((None, 3)), seed=1.0)


@recipe("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def losses(m: Maker, name: str) -> Made:
    n, c = m.size(1), m.size(1)
    rest = m.dims(m.whole(0, 2), 1)
    labels = m.new("int64", (n, *rest), np.zeros((n, *rest), np.int64))
    more = [m.of("float32", (c,))] if m.maybe() else []
    operands = [m.of("float32", (n, c, *rest)), labels, *more]
    outputs = m.whole(1, 2) if name == "SoftmaxCrossEntropyLoss" else 1
    return m.call(name, operands, outputs, reduction=m.one((None, "none", "sum", "mean")))


@recipe("TfIdfVectorizer")
def tfidf(m: Maker, name: str) -> Made:
    x = m.tensor(["int64", "int32"], (1, 2), least=1)
    return m.call(
        name, [x], mode="TF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
        ngram_counts=[0, 2], ngram_indexes=[0, 1, 2, 3], pool_int64s=[1, 2, 1, 2, 2, 1],
    )  # fmt: skip


@recipe("ImageDecoder")
def image_decoder(m: Maker, name: str) -> Made:
    x = m.of("uint8", (m.size(1),))
    return m.stated(name, [x], [np.zeros((2, 2, 3), np.uint8)], unsteady=True)


@recipe("StringNormalizer", "StringSplit", "RegexFullMatch", "StringConcat")
def strings(m: Maker, name: str) -> Made:
    x = m.tensor(["string"], (1,) if name == "StringNormalizer" else None)
    if name == "StringConcat":
        return m.call(name, [x, m.like(x)])
    if name == "RegexFullMatch":
        return m.call(name, [x], pattern="a+")
    if name == "StringSplit":
        return m.call(name, [x], outputs=2, unsteady=True, delimiter=m.one((None, "a")))
    return m.call(name, [x], unsteady=True, case_change_action=m.one((None, "LOWER")))
