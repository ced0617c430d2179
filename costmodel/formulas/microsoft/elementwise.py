"""Element-wise operators of onnxruntime: activations, sums with a bias, gates, rotary positions."""

from __future__ import annotations

from functools import partial

from costlint.costmodel.formulas.arguments import has, integer, tensor
from costlint.costmodel.formulas.microsoft.shared import (
    ACTIVATIONS,
    GELU_TANH,
    SIGMOID,
    SWIGLU_STEPS,
    reads,
    shape,
)
from costlint.costmodel.formulas.pointwise import pointwise
from costlint.costmodel.formulas.quantized import DEQUANTIZE_STEPS, QUANTIZE_STEPS
from costlint.costmodel.formulas.registry import formula, free
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op

free("BitmaskDropout", reason="passes its input on at inference, where alone models are costed",
     domain=MS)  # fmt: skip
free("ExpandDims", reason="a view: the same elements under another shape", domain=MS)

_GELU = ACTIVATIONS["gelu"]
_SILU = ACTIVATIONS["silu"]
per_element = partial(pointwise, domain=MS)

per_element("BiasGelu", "gelu(A (..., n) + B (n))", f"add {_GELU}", y="(..., n)")
per_element("QuickGelu ScaledSiLU", "X (...) * sigmoid(alpha * X)", f"multiply {_SILU}")
per_element("BiasSplitGelu", "A * gelu(B), A and B the halves of X (..., 2 * n) + bias (2 * n)",
            f"add add {_GELU} multiply", y="(..., n)")  # fmt: skip
per_element("SwiGLU",
            "G * sigmoid(alpha * G) * (L + beta), G and L clamped, maybe halves of one input",
            SWIGLU_STEPS)  # fmt: skip
per_element("BiasAdd", "X (N, S, C) + bias (C) + skip (N, S, C)", "add add", y="(N, S, C)")
per_element("ComplexMul ComplexMulConj", "A (..., 2) * B (..., 2), complex numbers as pairs",
            "multiply multiply add", y="(..., 2)",
            note="Of a pair the first subtracts.")  # fmt: skip
per_element("MurmurHash3", "32-bit hashes of X (...)",
            "multiply multiply multiply add multiply multiply",
            note="Shifts and exclusive ors are left out.", op_class="other",
            traffic="elementwise")  # fmt: skip

# In 8 bits: to floats, what the operator does, and back.
per_element("QLinearAdd QLinearMul",
            "A (...) + B (...), or A * B, each with a scale and a zero point",
            f"{DEQUANTIZE_STEPS} {DEQUANTIZE_STEPS} add {QUANTIZE_STEPS}",
            note="QLinearMul multiplies where the other adds.")  # fmt: skip
for _name, _steps in (("QLinearSigmoid", ACTIVATIONS["sigmoid"]), ("QOrderedGelu", _GELU),
                      ("QLinearLeakyRelu", ACTIVATIONS["leakyrelu"])):  # fmt: skip
    per_element(_name, "f(X (...)), both with a scale and a zero point",
                f"{DEQUANTIZE_STEPS} {_steps} {QUANTIZE_STEPS}", traffic="activation")  # fmt: skip
per_element("QLinearWhere",
            "A (...) where C (...) holds, else B (...), each with a scale and a zero point",
            f"{DEQUANTIZE_STEPS} {QUANTIZE_STEPS}")  # fmt: skip
per_element("QLinearConcat",
            "inputs side by side along an axis, each with a scale and a zero point",
            f"{DEQUANTIZE_STEPS} {QUANTIZE_STEPS}", op_class="shuffle")  # fmt: skip
per_element("QuantizeWithOrder", "X (...) / scale in 8 bits, its elements in another order",
            "divide round compare compare", op_class="data")  # fmt: skip
per_element("DequantizeWithOrder", "X (...) * scale in floats, its elements in another order",
            "multiply", op_class="data")  # fmt: skip


@formula("FastGelu", op_class="elementwise", traffic="activation", domain=MS)
def fast_gelu(op: Op) -> Work:
    """Y (..., n) = gelu of X (..., n) + bias (n), by its tanh approximation.

    other_flop = 9 for each element (cube in two multiplies, multiply, add, multiply, tanh, add,
    two multiplies; special = 1), one add more with a bias.
    """
    return Work(other_flop=(GELU_TANH + has(op, 1)) * op.y.elements, special=op.y.elements)


@formula("BiasDropout", "BitmaskBiasDropout", op_class="elementwise", domain=MS)
def bias_dropout(op: Op) -> Work:
    """Y (...) = X (...) + bias + residual (...); nothing is dropped at inference.

    other_flop = one add for each element, and one with a residual.
    """
    return Work(other_flop=(1 + has(op, 2)) * op.y.elements)


@formula("GatedAdd", op_class="elementwise", domain=MS)
def gated_add(op: Op) -> Work:
    """Y (r, n) = A (r, n) + B (r, n) * gate (r, 1), the gate maybe sigmoid(G (r, k) @ w (k, 1)).

    other_flop = 2 for each element (multiply, add). With a projection macs = r * k, and 3 more
    for each row (sigmoid).
    """
    x = op.x.elements
    if not has(op, 3):
        return Work(other_flop=2 * x)
    rows = product(shape(op, 0)[:-1])
    return Work(macs=tensor(op, 2).elements, other_flop=2 * x + SIGMOID * rows)


@formula("MulInteger", op_class="elementwise", domain=MS)
def mul_integer(op: Op) -> Work:
    """Y (...) int32 = (A (...) - zero point) * (B (...) - zero point).

    other_flop = one multiply for each element, and one subtract for each zero point.
    """
    return Work(other_flop=(1 + has(op, 1, 3)) * op.y.elements)


@formula("RotaryEmbedding", "MRotaryEmbedding", op_class="elementwise", domain=MS)
def rotary_embedding(op: Op) -> Work:
    """Y (B, S, H * D) = X (B, S, H * D) with pairs of its first R features turned by an angle.

    X may come as (B, H, S, D). other_flop = 3 * B * S * H * R: two multiplies and an add for each
    feature turned. Of the caches (P, R / 2) one row is read for each of B * S.
    """
    x = shape(op, 0, 3, 4)
    part, heads = integer(op, "rotary_embedding_dim", 0), integer(op, "num_heads", 0)
    turned: Dim = op.x.elements
    if part and (len(x) == 4 or heads):
        turned = product(x[:3]) * part if len(x) == 4 else x[0] * x[1] * heads * part
    angles = x[0] * x[2 if len(x) == 4 else 1] * shape(op, 2)[-1]
    return Work(other_flop=3 * turned, read=reads(op, {2: angles, 3: angles}))


@formula("GemmaRotaryEmbedding", op_class="elementwise", domain=MS)
def gemma_rotary_embedding(op: Op) -> Work:
    """Q, K (B, H, S, D) = Q cos(angle) + turned Q sin(angle), and K, by angles (B, S, D).

    other_flop = 2 for each angle (sine, cosine; both special), 3 for each element of Q and K (two
    multiplies, add).
    """
    rotated = tensor(op, 1).elements + tensor(op, 3).elements
    return Work(other_flop=2 * op.x.elements + 3 * rotated, special=2 * op.x.elements)
