"""One example of every operator of the standard, with a batch size that is free.

Where an operator has no batch, N is its longest axis. `_like` lists operators of equal inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op
from tests.costmodel.strategies import make_op, sequence_of, typed, weight

Case: TypeAlias = Callable[[Dim], Op]

_UNARY = (
    "Abs", "Acos", "Acosh", "Affine", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh",
    "Bernoulli", "BitwiseNot", "Cast", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumProd", "CumSum",
    "Elu", "Erf", "Exp", "EyeLike", "Floor", "Gelu", "GlobalAveragePool", "GlobalLpPool",
    "GlobalMaxPool", "HardSigmoid", "HardSwish", "Hardmax", "ImageScaler", "IsInf", "IsNaN", "LRN",
    "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "Max", "Mean",
    "MeanVarianceNormalization", "Min", "Mish", "Neg", "Not", "ParametricSoftplus",
    "RandomNormalLike", "RandomUniformLike", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum",
    "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
    "ReduceSumSquare", "Relu", "Round", "ScaledTanh", "Selu", "Shrink", "Sigmoid", "Sign", "Sin",
    "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Sum", "Swish", "Tan", "Tanh",
    "ThresholdedRelu", "Transpose", "Trilu",
)  # fmt: skip
_BINARY = (
    "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "CastLike", "Div", "Equal",
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or",
    "PRelu", "Pow", "StringConcat", "Sub", "Sum", "SwiGLU", "Xor",
)  # fmt: skip


def _unary(op_type: str) -> Case:
    image = op_type.startswith("Global")
    attributes: dict[str, Any] = {"axes": (1, 2, 3)} if op_type.startswith("Reduce") else {}
    if op_type.startswith("Arg"):
        attributes["axis"] = 1
    if op_type in ("LRN", "Cast"):
        attributes = {"size": 3} if op_type == "LRN" else {"to": 10}
    return lambda n: make_op(
        op_type, (n, 6) if op_type == "EyeLike" else (n, 6, 5, 5 if image else 4), **attributes
    )


def _binary(op_type: str) -> Case:
    return lambda n: make_op(op_type, (n, 6, 5, 4), (n, 6, 5, 4))


def _boxes(n: Dim) -> Op:
    return make_op("NonMaxSuppression", (1, n, 4), (1, 3, n), shapes=[(30, 3)])


def _recurrent(op_type: str, gates: int) -> Case:
    return lambda n: make_op(
        op_type,
        (7, n, 5),
        weight(2, gates * 4, 5),
        weight(2, gates * 4, 4),
        weight(2, 2 * gates * 4),
        outputs=2,
        direction="bidirectional",
        hidden_size=4,
    )


CASES: Mapping[str, Case] = {
    **{name: _unary(name) for name in _UNARY},
    **{name: _binary(name) for name in _BINARY},
    "AffineGrid": lambda n: make_op("AffineGrid", (n, 2, 3), (4,), shapes=[(n, 5, 6, 2)]),
    "Attention": lambda n: make_op("Attention", (n, 4, 6, 8), (n, 2, 9, 8), (n, 2, 9, 5)),
    "AveragePool": lambda n: make_op("AveragePool", (n, 3, 8, 8), kernel_shape=(3, 2)),
    "BatchNormalization": lambda n: make_op(
        "BatchNormalization", (n, 3, 8, 8), *[weight(3) for _ in range(4)]
    ),
    "BlackmanWindow": lambda n: make_op("BlackmanWindow", (), shapes=[(n,)]),
    "CausalConvWithState": lambda n: make_op(
        "CausalConvWithState", (n, 6, 9), weight(6, 1, 4), None, (n, 6, 3), outputs=2
    ),
    "CenterCropPad": lambda n: make_op("CenterCropPad", (n, 8, 3), [6, 5], axes=(1, 2)),
    "Col2Im": lambda n: make_op("Col2Im", (n, 12, 25), [6, 6], [2, 2]),
    "Compress": lambda n: make_op("Compress", (n, 6), (6,), shapes=[(n, 4)], axis=1),
    "Concat": lambda n: make_op("Concat", (n, 6, 5), (n, 2, 5), axis=1),
    "ConcatFromSequence": lambda n: make_op(
        "ConcatFromSequence", sequence_of((n, 4), 3), axis=1
    ),
    "ConstantOfShape": lambda n: make_op("ConstantOfShape", (2,), shapes=[(n, 4)]),
    "Conv": lambda n: make_op("Conv", (n, 6, 9, 9), weight(4, 3, 3, 3), weight(4), group=2),
    "ConvInteger": lambda n: make_op("ConvInteger", (n, 3, 9, 9), weight(4, 3, 3, 3), ()),
    "ConvTranspose": lambda n: make_op("ConvTranspose", (n, 6, 9, 9), weight(6, 4, 2, 2)),
    "DFT": lambda n: make_op("DFT", (n, 16, 2), version=17),
    "DeformConv": lambda n: make_op(
        "DeformConv", (n, 3, 9, 9), weight(4, 3, 3, 3), (n, 18, 7, 7), weight(4)
    ),
    "DepthToSpace": lambda n: make_op("DepthToSpace", (n, 8, 3, 3), blocksize=2),
    "DequantizeLinear": lambda n: make_op(
        "DequantizeLinear", typed((n, 6), "int8"), (), typed((), "int8")
    ),
    "Det": lambda n: make_op("Det", (n, 4, 4)),
    "DynamicQuantizeLinear": lambda n: make_op("DynamicQuantizeLinear", (n, 6), outputs=3),
    "Einsum": lambda n: make_op("Einsum", (n, 4, 5), (n, 5, 6), equation="bij,bjk->bik"),
    "Expand": lambda n: make_op("Expand", (n, 1, 4), [1, 5, 4]),
    "GRU": _recurrent("GRU", 3),
    "Gather": lambda n: make_op("Gather", weight(99, 8), typed((n, 7), "int64")),
    "GatherElements": lambda n: make_op("GatherElements", (n, 9), typed((n, 4), "int64"), axis=1),
    "GatherND": lambda n: make_op("GatherND", (8, 9, 5), typed((n, 2), "int64")),
    "Gemm": lambda n: make_op("Gemm", (n, 6), weight(5, 6), weight(5), transB=1, alpha=0.5),
    "GridSample": lambda n: make_op("GridSample", (n, 3, 8, 8), (n, 5, 6, 2)),
    "GroupNormalization": lambda n: make_op(
        "GroupNormalization", (n, 6, 8, 8), weight(6), weight(6), num_groups=3
    ),
    "HammingWindow": lambda n: make_op("HammingWindow", (), shapes=[(n,)]),
    "HannWindow": lambda n: make_op("HannWindow", (), shapes=[(n,)]),
    "ImageDecoder": lambda n: make_op(
        "ImageDecoder", typed((n,), "uint8"), shapes=[(5, 6, 3)], pixel_format="RGB"
    ),
    "InstanceNormalization": lambda n: make_op(
        "InstanceNormalization", (n, 6, 8, 8), weight(6), weight(6)
    ),
    "LSTM": _recurrent("LSTM", 4),
    "LayerNormalization": lambda n: make_op(
        "LayerNormalization", (n, 7, 12), weight(12), weight(12)
    ),
    "LinearAttention": lambda n: make_op(
        "LinearAttention", (n, 7, 24), (n, 7, 12), (n, 7, 10), (n, 2, 6, 5), (n, 7, 2), (n, 7, 2),
        outputs=2, q_num_heads=4, kv_num_heads=2,
    ),
    "LpPool": lambda n: make_op("LpPool", (n, 3, 8, 8), kernel_shape=(3, 2)),
    "MatMul": lambda n: make_op("MatMul", (n, 4, 5), (5, 6)),
    "MatMulInteger": lambda n: make_op("MatMulInteger", (n, 4, 5), (5, 6), ()),
    "MaxPool": lambda n: make_op("MaxPool", (n, 3, 8, 8), kernel_shape=(3, 2), outputs=2),
    "MaxRoiPool": lambda n: make_op("MaxRoiPool", (1, 3, 8, 8), (n, 5), pooled_shape=(2, 2)),
    "MaxUnpool": lambda n: make_op(
        "MaxUnpool", (n, 3, 4, 4), typed((n, 3, 4, 4), "int64"), kernel_shape=(2, 2), strides=(2, 2)
    ),
    "MelWeightMatrix": lambda n: make_op("MelWeightMatrix", (), shapes=[(n, 8)]),
    "Multinomial": lambda n: make_op("Multinomial", (n, 9), sample_size=4),
    "NegativeLogLikelihoodLoss": lambda n: make_op(
        "NegativeLogLikelihoodLoss", (n, 5), typed((n,), "int64")
    ),
    "NonMaxSuppression": _boxes,
    "NonZero": lambda n: make_op("NonZero", (n, 5), shapes=[(2, 7)]),
    "OneHot": lambda n: make_op("OneHot", typed((n, 3), "int64"), [7], (2,)),
    "Pad": lambda n: make_op("Pad", (n, 6), [0, 1, 0, 2]),
    "QLinearConv": lambda n: make_op(
        "QLinearConv", typed((n, 3, 9, 9), "uint8"), (), (), weight(4, 3, 3, 3, dtype="int8"), (),
        (), (), typed((), "uint8"), weight(4, dtype="int32"),
    ),
    "QLinearMatMul": lambda n: make_op(
        "QLinearMatMul", typed((n, 5), "uint8"), (), (), typed((5, 6), "uint8"), (), (), (),
        typed((), "uint8"),
    ),
    "QuantizeLinear": lambda n: make_op("QuantizeLinear", (n, 6), (), typed((), "int8")),
    "RMSNormalization": lambda n: make_op("RMSNormalization", (n, 7, 12), weight(12)),
    "RNN": _recurrent("RNN", 1),
    "RandomNormal": lambda n: make_op("RandomNormal", shapes=[(n, 4)], shape=(3, 4)),
    "RandomUniform": lambda n: make_op("RandomUniform", shapes=[(n, 4)], shape=(3, 4)),
    "Range": lambda n: make_op("Range", (), (), (), shapes=[(n,)]),
    "RegexFullMatch": lambda n: make_op("RegexFullMatch", typed((n,), "string"), pattern="a"),
    "Resize": lambda n: make_op(
        "Resize", (n, 3, 4, 4), None, (4,), shapes=[(n, 3, 8, 6)], mode="linear"
    ),
    "ReverseSequence": lambda n: make_op("ReverseSequence", (5, n), typed((n,), "int64")),
    "RoiAlign": lambda n: make_op(
        "RoiAlign", (1, 3, 9, 9), (n, 4), typed((n,), "int64"), output_height=2, output_width=2
    ),
    "RotaryEmbedding": lambda n: make_op(
        "RotaryEmbedding", (n, 4, 7, 8), weight(99, 3), weight(99, 3), typed((n, 7), "int64"),
        rotary_embedding_dim=6,
    ),
    "STFT": lambda n: make_op("STFT", (n, 99, 1), [10], (16,)),
    "Scatter": lambda n: make_op("Scatter", (n, 6), typed((n, 2), "int64"), (n, 2)),
    "ScatterElements": lambda n: make_op(
        "ScatterElements", (n, 6), typed((n, 2), "int64"), (n, 2), reduction="add"
    ),
    "ScatterND": lambda n: make_op("ScatterND", (n, 6), typed((n, 1), "int64"), (n, 6)),
    "SequenceAt": lambda n: make_op("SequenceAt", sequence_of((n, 4), 2), ()),
    "SequenceConstruct": lambda n: make_op("SequenceConstruct", (n, 4), (n, 5)),
    "SequenceInsert": lambda n: make_op("SequenceInsert", sequence_of((n, 5), 2), (n, 5)),
    "SimplifiedLayerNormalization": lambda n: make_op(
        "SimplifiedLayerNormalization", (n, 7, 12), weight(12), shapes=[(n, 7, 12)], axis=-1
    ),
    "Slice": lambda n: make_op("Slice", (n, 9), [1], [7], [1]),
    "SoftmaxCrossEntropyLoss": lambda n: make_op(
        "SoftmaxCrossEntropyLoss", (n, 5), typed((n,), "int64")
    ),
    "SpaceToDepth": lambda n: make_op("SpaceToDepth", (n, 2, 6, 6), blocksize=2),
    "Split": lambda n: make_op("Split", (n, 9), [4, 5], outputs=2, axis=1),
    "SplitToSequence": lambda n: make_op("SplitToSequence", (n, 9)),
    "StringNormalizer": lambda n: make_op("StringNormalizer", typed((n,), "string")),
    "StringSplit": lambda n: make_op("StringSplit", typed((n,), "string"), shapes=[(n, 3)]),
    "TensorScatter": lambda n: make_op("TensorScatter", (n, 4, 99, 8), (n, 4, 1, 8), (n,)),
    "TfIdfVectorizer": lambda n: make_op("TfIdfVectorizer", (n, 9), ngram_indexes=(0, 1, 2)),
    "Tile": lambda n: make_op("Tile", (n, 6), [1, 3]),
    "TopK": lambda n: make_op("TopK", (n, 9), [4], outputs=2),
    "Unique": lambda n: make_op("Unique", (n, 9), shapes=[(4, 9)], axis=1),
    "Upsample": lambda n: make_op("Upsample", (n, 3, 4, 4), scales=(1.0, 1.0, 2.0, 2.0)),
    "Where": lambda n: make_op("Where", typed((n, 6), "bool"), (n, 6), (n, 6)),
}  # fmt: skip
