"""Operators that the standard tries out: the domain ai.onnx.preview."""

from __future__ import annotations

from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.microsoft.shared import shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op


@formula("FlexAttention", op_class="conv", traffic="contraction", domain="ai.onnx.preview")
def flex_attention(op: Op) -> Work:
    """Y (B, H, S, Dv) = softmax(Q (B, H, S, D) K (B, Hkv, L, D)^T) V (B, Hkv, L, Dv).

    macs = B * H * S * L * (D + Dv); other_flop = 6 for each score of B * H * S * L: multiply by
    the scale, softmax of 5; special = 1.
    """
    batch, heads, steps, size = shape(op, 0, 4)
    scores = batch * heads * steps * shape(op, 1, 4)[2]
    return Work(
        macs=scores * (size + shape(op, 2, 4)[3]),
        other_flop=(1 + SOFTMAX) * scores,
        special=scores,
    )
