"""Between floats and few bits."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import BREVITAS, FINN, MS, QONNX
from costlint.costmodel.shapes.arguments import dtype, dtype_attribute
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


def _same(call: Call) -> Shape | None:
    """The shape of X; None where it is not known, while the type of Y is."""
    x = call.tensor(0)
    return call.shape(0) if x is None or x.shape is not None else None


@shape_rule("QuantizeLinear", domain=("", MS))
def quantize(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) / scale + zero point, in the zero point's type (uint8 without one)."""
    asked = dtype_attribute(call, "output_dtype", "uint8")
    return (Out(shape=_same(call), dtype=dtype(call, 2, asked or "uint8")),)


@shape_rule("DequantizeLinear", domain=("", MS))
def dequantize(call: Call) -> Sequence[Out]:
    """Y (...) = (X (...) - zero point) * scale, in the scale's type."""
    asked = dtype_attribute(call, "output_dtype", None)
    return (Out(shape=_same(call), dtype=asked or dtype(call, 1)),)


@shape_rule("DynamicQuantizeLinear")
def dynamic_quantize(call: Call) -> Sequence[Out]:
    """Y (...) uint8, scale (), zero point () uint8 of X (...)."""
    outs = (
        Out(shape=_same(call), dtype="uint8"),
        Out(shape=(), dtype="float32"),
        Out(shape=(), dtype="uint8"),
    )
    return outs[: call.outputs]


# Rounded as integers of some width would be, still as floats.
same_shape("Quant", "BipolarQuant", "Trunc", domain=(QONNX, BREVITAS, FINN))
same_shape("IntQuant", "FloatQuant", domain=(QONNX, BREVITAS))
same_shape("MultiThreshold", domain=FINN)
