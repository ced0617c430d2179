"""Element-wise operators of onnxruntime: activations, sums with a bias, gates, rotary positions."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer, tensor
from costlint.costmodel.formulas.microsoft.shared import (
    GELU,
    GELU_TANH,
    MS,
    SIGMOID,
    SILU,
    SWIGLU,
    reads,
    shape,
)
from costlint.costmodel.formulas.registry import formula, free
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, product
from costlint.costmodel.ir.graph import Op

free("BitmaskDropout", reason="passes its input on at inference, where alone models are costed",
     domain=MS)  # fmt: skip
free("ExpandDims", reason="a view: the same elements under another shape", domain=MS)


@formula("Gelu", op_class="elementwise", traffic="activation", domain=MS)
def gelu(op: Op) -> Work:
    """Y (...) = X (...) / 2 * (1 + erf(X / sqrt(2))).

    other_flop = 5 for each element: multiply, erf, add, two multiplies; special = 1.
    """
    return Work(other_flop=GELU * op.y.elements, special=op.y.elements)


@formula("BiasGelu", op_class="elementwise", traffic="activation", domain=MS)
def bias_gelu(op: Op) -> Work:
    """Y (..., n) = gelu(A (..., n) + B (n)).

    other_flop = 6 for each element: add; multiply, erf, add, two multiplies; special = 1.
    """
    return Work(other_flop=(1 + GELU) * op.y.elements, special=op.y.elements)


@formula("FastGelu", op_class="elementwise", traffic="activation", domain=MS)
def fast_gelu(op: Op) -> Work:
    """Y (..., n) = gelu of X (..., n) + bias (n), by its tanh approximation.

    other_flop = 9 for each element (cube in two multiplies, multiply, add, multiply, tanh, add,
    two multiplies; special = 1), one add more with a bias.
    """
    return Work(other_flop=(GELU_TANH + has(op, 1)) * op.y.elements, special=op.y.elements)


@formula("QuickGelu", "ScaledSiLU", op_class="elementwise", traffic="activation", domain=MS)
def quick_gelu(op: Op) -> Work:
    """Y (...) = X (...) * sigmoid(alpha * X).

    other_flop = 5 for each element: multiply, exponential, add, divide, multiply; special = 1.
    """
    return Work(other_flop=(1 + SILU) * op.y.elements, special=op.y.elements)


@formula("BiasSplitGelu", op_class="elementwise", traffic="activation", domain=MS)
def bias_split_gelu(op: Op) -> Work:
    """Y (..., n) = A * gelu(B), A and B the halves of X (..., 2 * n) + bias (2 * n).

    other_flop = 8 for each element of Y: two adds; gelu of 5; multiply; special = 1.
    """
    return Work(other_flop=(2 + GELU + 1) * op.y.elements, special=op.y.elements)


@formula("SwiGLU", op_class="elementwise", traffic="activation", domain=MS)
def swiglu(op: Op) -> Work:
    """Y (...) = G * sigmoid(alpha * G) * (L + beta), G and L clamped, maybe halves of one input.

    other_flop = 10 for each element of Y: three compares, multiply, sigmoid of 3, multiply, add,
    multiply; special = 1.
    """
    return Work(other_flop=SWIGLU * op.y.elements, special=op.y.elements)


@formula("BiasAdd", op_class="elementwise", domain=MS)
def bias_add(op: Op) -> Work:
    """Y (N, S, C) = X (N, S, C) + bias (C) + skip (N, S, C).

    other_flop = 2 for each element: two adds.
    """
    return Work(other_flop=2 * op.y.elements)


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


@formula("ComplexMul", "ComplexMulConj", op_class="elementwise", domain=MS)
def complex_mul(op: Op) -> Work:
    """Y (..., 2) = A (..., 2) * B (..., 2), complex numbers as pairs.

    other_flop = 3 for each element of Y: four multiplies, an add and a subtract for each pair.
    """
    return Work(other_flop=3 * op.y.elements)


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
