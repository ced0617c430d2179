"""Operators that work on each element alone, with numpy's broadcasting between inputs."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.domains import CHANNELS_LAST, MS, QONNX
from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.arguments import check_rank, dtype_attribute
from costlint.costmodel.shapes.arguments import dtype as dtype_of
from costlint.costmodel.shapes.broadcasting import broadcast
from costlint.costmodel.shapes.registry import Call, Out, ShapeRule, shape_rule

KEEPS_SHAPE = (
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu",
    "Clip", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish",
    "Hardmax", "Identity", "LeakyRelu", "Log", "LogSoftmax", "Mish", "Neg", "Not", "PRelu",
    "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax",
    "Softplus", "Softsign", "Sqrt", "SwiGLU", "Swish", "Tan", "Tanh", "ThresholdedRelu",
    "Affine", "ImageScaler", "ParametricSoftplus", "ScaledTanh",
)  # fmt: skip
_UNARY_OF_MICROSOFT = (
    "BiasDropout", "BiasGelu", "BiasSoftmax", "BitmaskBiasDropout", "BranchwiseRMSNorm",
    "FastGelu", "GatedAdd", "GatedRMSNorm", "Gelu", "GroupNorm", "HyperConnectionPostMix",
    "Inverse", "LongformerAttention", "MRotaryEmbedding", "MoE", "MoEPacked", "QLinearLeakyRelu",
    "QLinearSigmoid", "QLinearSoftmax", "QMoE", "QOrderedGelu", "QOrderedLayerNormalization",
    "QOrderedLongformerAttention", "QuantizeBFP", "QuickGelu", "SampleOp", "ScaledSiLU",
    "SparseAttention",
)  # fmt: skip
STRETCHES = (
    "Add", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Max", "Mean", "Min",
    "Mod", "Mul", "Pow", "StringConcat", "Sub", "Sum",
)  # fmt: skip
TRUTH = (
    "And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Or", "Xor",
)  # fmt: skip


@shape_rule(*KEEPS_SHAPE)
@shape_rule(*_UNARY_OF_MICROSOFT, domain=MS)
@shape_rule("BatchNormalization", domain=CHANNELS_LAST)
@shape_rule("MultiThreshold", domain=QONNX)
def unary(call: Call) -> Sequence[Out]:
    """Y (...) = f(X (...)); extra inputs (a slope, limits) never widen the output."""
    tensor = call.tensor(0)
    return (Out(shape=None) if tensor is None else Out(shape=tensor.shape, holds=tensor.holds),)


@shape_rule(*STRETCHES)
@shape_rule("BiasAdd", "ComplexMul", "ComplexMulConj", domain=MS)
def nary(call: Call) -> Sequence[Out]:
    """Y = f(A, B, ...) over the broadcast shape."""
    return (Out(shape=broadcast(call, all_shapes(call))),)


@shape_rule(*TRUTH)
def logical(call: Call) -> Sequence[Out]:
    """Y = A < B and its kin: a truth value each."""
    return (Out(shape=broadcast(call, all_shapes(call)), dtype="bool"),)


def same_shape(
    *op_types: str,
    dtype: str | None = None,
    attribute: str = "",
    rank: int = 0,
    domain: str | Sequence[str] = "",
) -> ShapeRule:
    """Register operators whose output has the first input's shape, of at least `rank` dimensions.

    Its type is what `attribute` numbers, else `dtype`, else that of the first input.
    """

    def rule(call: Call) -> Sequence[Out]:
        check_rank(call, 0, rank)
        kind = dtype_attribute(call, attribute, dtype) if attribute else dtype
        return (Out(shape=call.shape(0), dtype=kind),)

    return shape_rule(*op_types, domain=domain)(rule)


same_shape("IsNaN", "IsInf", dtype="bool")
same_shape("BitCast", attribute="to")


@shape_rule("Where")
def where(call: Call) -> Sequence[Out]:
    """Y = condition ? X : Y over the broadcast shape."""
    return (Out(shape=broadcast(call, all_shapes(call)), dtype=dtype_of(call, 1)),)


@shape_rule("Cast")
def cast(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) in the type that `to` numbers."""
    tensor = call.tensor(0)
    shape = None if tensor is None else tensor.shape
    return (Out(shape=shape, dtype=dtype_attribute(call, "to", None)),)


@shape_rule("CastLike")
def cast_like(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) in the type of the second input."""
    tensor = call.tensor(0)
    return (Out(shape=None if tensor is None else tensor.shape, dtype=dtype_of(call, 1)),)


@shape_rule("Dropout")
def dropout(call: Call) -> Sequence[Out]:
    """Y (...), mask (...) = X (...); the mask is bool since opset 10, of X's type before."""
    shape = call.shape(0)
    mask = "bool" if call.version >= 10 else None
    return (Out(shape=shape), Out(shape=shape, dtype=mask))[: call.outputs]


def all_shapes(call: Call) -> list[tuple[object, ...]]:
    """Shapes of the inputs that are there."""
    found = []
    for tensor in call.inputs:
        if tensor is not None:
            if tensor.shape is None:
                raise UnknownShapeError(call.error("the shape of an input is not known"))
            found.append(tensor.shape)
    if not found:
        raise call.refuse("it has no input")
    return found
