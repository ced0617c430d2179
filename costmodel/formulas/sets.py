"""Sets of operators that other modules mean by one name, and the kind that a formula states.

A rule set of a runtime names one with `@`: a kind of traffic, or one of `NAMED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from costlint.costmodel.formulas import TRAFFIC, Traffic, formula_for
from costlint.costmodel.formulas.registry import standard_formulas
from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.graph import Op

CONVOLUTIONS: Final = frozenset({"Conv", "FusedConv"})
"""Forward ones with channels before positions and the weight as second input: those that can be
taken apart and put together, here and in a file."""
PRODUCTS: Final = frozenset({"Gemm", "MatMul"})
"""A matrix times a matrix, of which nothing but the order of the axes needs to be known."""
SUMS: Final = frozenset({"Add", "Sum"})
FACTORS: Final = frozenset({"Mul", "Div"})
SCALES: Final = frozenset({*FACTORS, "Add", "Sub"})
"""What a constant makes a factor or a shift."""
SHIFTS: Final = frozenset({"Add", "Sub", "BatchNormalization"})
"""What leaves a bias where it folds into weights."""
COMMUTING: Final = frozenset({"Add", "Mul"})
"""Whose operands may change places."""
FOLDS_INTO: Final = frozenset({"Conv", "ConvTranspose", "Gemm"})
"""Whose weights and bias take up a factor and a shift of each output channel."""
CUTS: Final = frozenset({"Split", "Slice", "Gather"})
"""What takes a part of a tensor."""
BROADCASTING: Final = frozenset(
    {"Add", "Sub", "Mul", "Div", "Pow", "Sum", "Max", "Min", "Mean", "Where", "Expand", "PRelu"}
)
"""Whose inputs are stretched to the shape of the result."""
BATCH_FIRST: Final = frozenset(
    {"AffineGrid", "BatchNormalization", "DeformConv", "GridSample", "GroupNormalization",
     "InstanceNormalization", "LRN", "STFT"}
)  # fmt: skip
"""Besides convolutions and pooling, those whose first input has samples along its first axis and
along no other."""
KEEPS_ORDER: Final = frozenset({"Slice", "Split", "Expand", "Concat", "Cast", "Identity"})
"""Besides element-wise ops, those of PyTorch's that give the order in memory that they get."""
ON_MAPS: Final = frozenset({"BatchNormalization", "Resize", "Upsample", "Pad"})
"""Besides convolutions and pooling, those of PyTorch's on maps that give channels last where they
are given them."""
FULL_WIDTH: Final = frozenset({"ReduceL2", "ReduceSum", "CumSum", "Pow", "Exp", "Log"})
"""Besides normalisations and softmax, what runs in float32 under automatic mixed precision:
https://docs.pytorch.org/docs/stable/amp.html#autocast-op-reference"""
CONVERSIONS: Final = frozenset({"QuantizeLinear", "DequantizeLinear"})
"""Between floats and integers of few bits."""
CLAMPS: Final = frozenset({"Relu", "Clip"})
"""What a conversion to integers does besides, where it saturates at the same limits."""
STEERED: Final = frozenset({"Clip", "Pad", "Resize", "Upsample"})
"""Whose limits, fill and sizes are floats in a file and no operands of a kernel."""
MIX_OR_CUT: Final = frozenset({"Concat", "QLinearConcat", "Split", "Pad"})
"""Of copies, those that do along any order of the axes what they do."""
QUANTIZES_INSIDE: Final = frozenset({"DynamicQuantizeMatMul"})
"""Products of integers that get floats."""
ON_CONTAINERS: Final = frozenset(
    {"SequenceConstruct", "SequenceInsert", "SequenceAt", "SplitToSequence", "ConcatFromSequence",
     "DictVectorizer", "CastMap"}
)  # fmt: skip
"""Whose formulas take sequences or maps, which have no shape."""
SAME_NUMBERS: Final = frozenset({"Identity", "Cast"})
"""What gives the numbers that it gets, in their order and shape."""
MOVES_ONES: Final = frozenset({"Unsqueeze", "Squeeze", "Reshape"})
"""What may change a shape by sizes of 1 alone."""
RANDOM: Final = frozenset(
    {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
     "RandomUniformLike"}
)  # fmt: skip
KEEPS_STORAGE: Final = frozenset({*RESHAPES, *CUTS, "Identity", "Transpose", "Concat", "Expand"})
"""Of a constant, what keeps in memory what its first input has there."""
KEEPS_AXES: Final = frozenset(
    {"Abs", "BatchNormalization", "Cast", "CastLike", "Clip", "DequantizeLinear", "Dropout",
     "DynamicQuantizeLinear", "Exp", "Identity", "InstanceNormalization", "LayerNormalization",
     "Log", "Neg", "Pad", "QuantizeLinear", "Relu", "Resize", "Slice", "Split", "Sqrt", "Upsample"}
)  # fmt: skip
"""Of what stands between an input and what is computed of it: the axes are those of input 0."""
KEEPS_AXES_OF_ANY: Final = frozenset(
    {"Add", "Concat", "Div", "Max", "Min", "Mul", "Pow", "Sub", "Where"}
)
"""The same, where any input may be the one."""
AXES_OF_ONE: Final = frozenset({"Squeeze", "Unsqueeze"})
"""What takes or gives axes of one element."""
SLIDING: Final = frozenset(
    {"Conv", "ConvInteger", "QLinearConv", "FusedConv", "ConvTranspose", "MaxPool", "AveragePool",
     "QLinearAveragePool"}
)  # fmt: skip
"""Windows over the spatial axes of input 0, which come after the batch and the channels."""
RECURRENT: Final = frozenset({"LSTM", "GRU", "RNN", "DynamicQuantizeLSTM"})
SIGNALS: Final = frozenset({"STFT", "DFT"})
"""What reads samples in time."""
NOT_LEARNED: Final[Mapping[str, frozenset[int]]] = {
    "BatchNormalization": frozenset({3, 4}),
    "Clip": frozenset({1, 2}),
    "ConvInteger": frozenset({2, 3}),
    "DequantizeLinear": frozenset({1, 2}),
    "Dropout": frozenset({1}),
    "DynamicQuantizeMatMul": frozenset({2, 3}),
    "MatMulInteger": frozenset({2, 3}),
    "MatMulIntegerToFloat": frozenset({2, 3, 4, 5}),
    "Pad": frozenset({2}),
    "QGemm": frozenset({1, 2, 4, 5, 7, 8}),
    "QLinearConcat": frozenset(range(128)) - frozenset(range(2, 128, 3)),
    **dict.fromkeys(
        (
            "QLinearGlobalAveragePool",
            "QLinearAveragePool",
            "QLinearSigmoid",
            "QLinearLeakyRelu",
            "QLinearSoftmax",
        ),
        frozenset({1, 2, 3, 4}),
    ),
    **dict.fromkeys(
        ("QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul"), frozenset({1, 2, 4, 5, 6, 7})
    ),
    "QuantizeLinear": frozenset({1, 2}),
    "Resize": frozenset({1, 2}),
}
"""Inputs that training does not learn: running mean and variance, limits, sizes, scales, zeros."""

NAMED: Final[Mapping[str, frozenset[str]]] = {
    "weighted": frozenset({"Conv", "ConvTranspose", *PRODUCTS}),
}
"""Sets for rule sets besides the kinds: `weighted` are products with a weight of the network's."""


def traffic_of(op: Op) -> Traffic:
    """The kind that the formula of `op` states; one that copies what is free moves it."""
    formula = formula_for(op.domain, op.op_type)
    return "movement" if formula is None else formula.traffic


def is_per_element(op: Op) -> bool:
    """Whether each element of the result comes from one place of each input."""
    return traffic_of(op) in ("elementwise", "activation")


def keeps_channels(op: Op) -> bool:
    """Whether `op` works on each element of one activation: channels stay where they are."""
    read = [t for t in op.inputs if t is not None and not t.is_parameter]
    return len(read) == 1 and (is_per_element(op) or op.op_type == "Identity")


@cache
def operators(name: str) -> frozenset[str]:
    """The operators of the standard that the set `name` holds.

    Raises:
        KeyError: there is no such set.
    """
    if name in NAMED:
        return NAMED[name]
    if name not in TRAFFIC:
        raise KeyError(name)
    return frozenset(f.op_type for f in standard_formulas() if f.traffic == name)
