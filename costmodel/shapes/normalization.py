"""Normalisations: the shape stays, some give their statistics as well."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import (
    axis_attribute,
    check_rank,
    dtype,
    dtype_attribute,
    text,
)
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule

same_shape(
    "GroupNormalization", "InstanceNormalization", "LRN", "LpNormalization",
    "MeanVarianceNormalization", "RMSNormalization",
)  # fmt: skip


@shape_rule("SimplifiedLayerNormalization", domain=("", MS))
def simplified_layer_normalization(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) over its root mean square; inverse deviation (..., 1)."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    return (Out(shape=x), Out(shape=(*x[:-1], 1), dtype="float32"))[: call.outputs]


@shape_rule("BatchNormalization")
def batch_normalization(call: Call) -> Sequence[Out]:
    """Y (N, C, ...), in training mode mean (C) and variance (C) as well."""
    x = call.shape(0)
    y = Out(shape=x)
    if call.outputs == 1:
        return (y,)
    check_rank(call, 0, 2)
    statistics = [Out(shape=(x[1],), dtype=dtype(call, 3))] * (call.outputs - 1)
    return (y, *statistics)


@shape_rule("LayerNormalization")
def layer_normalization(call: Call) -> Sequence[Out]:
    """Y (...), mean and inverse deviation with 1 from `axis` on, in the type of `stash_type`."""
    x = call.shape(0)
    y = Out(shape=x)
    if call.outputs == 1:
        return (y,)
    axis = axis_attribute(call, -1, len(x))
    stash = dtype_attribute(call, "stash_type", "float32")
    statistics = Out(shape=(*x[:axis], *(1,) * (len(x) - axis)), dtype=stash)
    return (y, statistics, statistics)[: call.outputs]


@shape_rule("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")
def loss(call: Call) -> Sequence[Out]:
    """Loss () or (N, d_1, ...) without reduction; log-probabilities (N, C, d_1, ...)."""
    labels = call.shape(1)
    reduced = text(call, "reduction", "mean") != "none"
    outs = (Out(shape=() if reduced else labels), Out(shape=call.shape(0)))
    return outs[: call.outputs]
