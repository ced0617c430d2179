"""The operator that onnxruntime adds to the standard's own domain."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.shapes.arguments import check_rank
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


@shape_rule("SimplifiedLayerNormalization")
@shape_rule("SimplifiedLayerNormalization", domain="com.microsoft")
def simplified_layer_normalization(call: Call) -> Sequence[Out]:
    """Y (...) = X (...) over its root mean square; inverse deviation (..., 1)."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    return (Out(shape=x), Out(shape=(*x[:-1], 1), dtype="float32"))[: call.outputs]
