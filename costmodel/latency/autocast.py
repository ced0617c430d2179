"""Element sizes under PyTorch's automatic mixed precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.formulas.sets import FULL_WIDTH, traffic_of
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.kernels import Kernel


def autocast_widths(rows: Sequence[OpCost], kernels: Sequence[Kernel]) -> Mapping[str, int]:
    """Bytes of each activation's elements under PyTorch's automatic mixed precision.

    Products give float16, normalisations and powers float32, others the widest input; a parameter
    tensor is float32. https://docs.pytorch.org/docs/stable/amp.html#autocast-op-reference
    """
    products = {id(row) for k in kernels if k.kernel_class == "conv" for row in k.ops}
    widths: dict[str, int] = {}
    for row in rows:
        op = row.op
        if id(row) in products:
            width = 2
        elif op.op_type in FULL_WIDTH or traffic_of(op) in ("normalization", "softmax"):
            width = 4
        elif op.op_type == "BatchNormalization":
            width = widths.get(op.x.name, 4)
        else:
            width = max([_width(t, widths) for t in op.inputs if t is not None], default=4)
        widths.update((t.name, width) for t in op.outputs if t is not None)
    return widths


def _width(tensor: Tensor, widths: Mapping[str, int]) -> int:
    if tensor.is_parameter:
        return 4 if tensor.shape and is_float(tensor.dtype) else 2
    return widths.get(tensor.name, 4)
