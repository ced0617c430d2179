"""Random numbers, and the windows that weight a signal."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.shapes.arguments import (
    check_rank,
    check_sizes,
    dtype_attribute,
    integers,
    scalar_dim,
    size,
)
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


@shape_rule("RandomNormal", "RandomUniform")
def random(call: Call) -> Sequence[Out]:
    """Y (shape...) = random numbers."""
    shape = integers(call, "shape")
    if shape is None:
        raise call.refuse("attribute shape is missing")
    check_sizes(call, tuple(shape), "attribute shape")
    return (Out(shape=tuple(shape), dtype=dtype_attribute(call, "dtype", "float32")),)


same_shape("RandomNormalLike", "RandomUniformLike", "Bernoulli", attribute="dtype")


@shape_rule("Multinomial")
def multinomial(call: Call) -> Sequence[Out]:
    """Y (N, samples) = drawn classes."""
    check_rank(call, 0, 1)
    samples = size(call, "sample_size", 1)
    return (Out(shape=(call.shape(0)[0], samples), dtype=dtype_attribute(call, "dtype", "int32")),)


@shape_rule("HannWindow", "HammingWindow", "BlackmanWindow")
def window(call: Call) -> Sequence[Out]:
    """Y (size) = a window function."""
    length = scalar_dim(call, 0)
    length = call.unknown("size", None) if length is None else length
    return (Out(shape=(length,), dtype=dtype_attribute(call, "output_datatype", "float32")),)
