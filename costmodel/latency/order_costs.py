"""What the order of elements in memory costs, where the runtime keeps it (PyTorch eager)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from costlint.costmodel.devices.settings import Amounts, Settings
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.dtypes import is_float, is_packed
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.kernels import Kernel


def add_order_costs(
    kernel: Kernel,
    counted: Amounts,
    traffic: str,
    settings: Settings,
    widths: Mapping[str, int],
) -> None:
    """Count biases added apart, maps copied to another order, and operands in two orders.

    cuDNN's bias is an element-wise kernel over the result; tensor cores want channels last, so
    maps that lie channel after channel are transposed on the way in and out
    (https://docs.nvidia.com/deeplearning/performance/dl-performance-convolutional); element-wise
    operands in two orders are read across cache lines, as a transpose does.
    """
    order = kernel.memory_order
    if order is None:
        return
    is_conv = traffic_of(kernel.main.op) == "convolution"
    if order.has_bias_apart:
        counted["launch"] = counted["launch"] + 1
        written = tensor_bytes(kernel.writes, settings, narrowed(kernel.writes, widths))
        counted["elementwise"] = counted.get("elementwise", 0) + 2 * written
    if order.mixed and is_conv:
        counted["launch"] = counted["launch"] + len(order.mixed)
        copied = 2 * tensor_bytes(order.mixed, settings, widths)
        counted["movement"] = counted.get("movement", 0) + copied
    elif order.mixed and kernel.kernel_class == "elementwise":
        counted["movement"] = counted.get("movement", 0) + counted.pop(traffic)
    is_dense = traffic in ("dense_1x1_traffic", "dense_traffic")
    if is_conv and is_dense and settings.precision == "amp" and not order.is_channels_last:
        counted["channels_first"] = counted[traffic]


def narrowed(tensors: Iterable[Tensor], widths: Mapping[str, int]) -> Mapping[str, int]:
    """The element sizes of `tensors` once they are cast to half precision."""
    return {t.name: min(widths[t.name], 2) for t in tensors if t.name in widths}


def tensor_bytes(tensors: Iterable[Tensor], settings: Settings, widths: Mapping[str, int]) -> Dim:
    """Bytes of `tensors` at the device's precision; `widths` are element sizes by name.

    Weights of fewer than 8 bits stay packed until a kernel reads them.
    """
    wide = 4 if settings.precision == "fp32" else 2
    total: Dim = 0
    for tensor in tensors:
        if is_float(tensor.dtype) and not is_packed(tensor.stored_as):
            total = total + tensor.elements * widths.get(tensor.name, wide)
        else:
            total = total + tensor.size_bytes
    return total
