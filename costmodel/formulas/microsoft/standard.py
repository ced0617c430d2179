"""The operator that onnxruntime adds to the standard's own domain."""

from __future__ import annotations

from costlint.costmodel.formulas.microsoft.shared import MS, rms_norm, shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.graph import Op


@formula("SimplifiedLayerNormalization", op_class="other", traffic="normalization", domain=MS)
@formula("SimplifiedLayerNormalization", op_class="other", traffic="normalization")
def simplified_layer_normalization(op: Op) -> Work:
    """Y (r, n) = X (r, n) / root(mean of squares (r)) * scale (n): RMSNormalization.

    other_flop = 4 for each element and 4 for each row.
    """
    return Work(other_flop=rms_norm(op.x.elements, product(shape(op, 0)[:-1])))
