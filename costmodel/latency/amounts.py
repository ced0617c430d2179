"""What a kernel does, in amounts of the model's terms. Plain arithmetic on dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings
from costlint.costmodel.formulas import Traffic
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.dims import Dim, is_one, maximum, minimum, product
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.blocked import pool_share
from costlint.costmodel.latency.border import crossing_bytes
from costlint.costmodel.latency.convolution import convolution
from costlint.costmodel.latency.integers import (
    as_floats,
    dequantized,
    integer_work,
    slow_elements,
)
from costlint.costmodel.latency.order_costs import add_order_costs, narrowed, tensor_bytes
from costlint.costmodel.latency.products import copies_input, product_of
from costlint.costmodel.runtimes.fusion import composite_traffic
from costlint.costmodel.runtimes.kernels import Kernel

_TERMS: Final[Mapping[Traffic, str]] = {
    "selection": "movement",
    "resizing": "movement",
    "pooling": "reduction",
}
"""The term of the bytes of those kinds that have none of their own name."""
_SUMS: Final = frozenset({"convolution", "product", "contraction", "recurrent"})
_ORDERED: Final = ("normalization", "softmax")
"""Kernels that copy a transposed input first, as products with a weight do."""


def amounts_of(
    kernel: Kernel,
    settings: Settings,
    widths: Mapping[str, int],
    border: frozenset[str],
) -> Amounts:
    """The amounts of `kernel` by term name.

    `widths` are the bytes of each activation's elements where they differ (automatic mixed
    precision), `border` names the graph's inputs and outputs.
    """
    op = kernel.op
    if not kernel.main.costed or _is_empty(op):
        return {"launch": 1}  # unknown work, as the coverage says, or an empty cache: none
    if op.op_type in settings.library.host or kernel.composite in settings.library.host:
        return _on_host(kernel, settings)
    counted: Amounts = {"launch": 1}
    kind = composite_traffic(kernel.composite) or traffic_of(op)
    traffic = _work(kernel, kind, settings, counted)
    if kind == "resizing" and not kernel.strided:
        counted["resize_chain"] = product(op.y.known_shape[:2])
    moved, cast = _moved(kernel, settings, widths)
    if kind == "selection" and len(kernel.ops) == 1:
        written = tensor_bytes(kernel.writes, settings, widths)
        moved = written + minimum(moved - written, written)
    alone = settings.threads if op.op_type in settings.library.serial else 1
    counted[traffic] = counted.get(traffic, 0) + moved * alone
    if kernel.kernel_class == "conv" and cast is not None:
        counted["elementwise"] = counted.get("elementwise", 0) + cast
    if kernel.strided and (traffic in _ORDERED or copies_input(kernel, counted)):
        copied = 2 * tensor_bytes(kernel.strided, settings, widths)
        counted["movement"] = counted.get("movement", 0) + copied
        counted["launch"] = 2
    add_order_costs(kernel, counted, traffic, settings, widths)
    _special(kernel, settings, counted)
    runs, turned = dequantized(kernel, settings)
    if runs:
        counted["launch"] = counted["launch"] + runs
        counted["quantized"] = turned
    resident = moved + counted.get("weights", 0) + counted.get("weights_linear", 0)
    counted["spill"] = maximum(resident - settings.cache_bytes, 0)
    times = kernel.main.times
    if not is_one(times):
        counted = {name: amount * times for name, amount in counted.items()}
    crossing = [t for t in (*kernel.reads, *kernel.writes) if t.name in border]
    if crossing:  # once, however often the kernel runs
        counted["copy"] = sum(crossing_bytes(tensor, op) for tensor in crossing)
    return counted


def _is_empty(op: Op) -> bool:
    """Whether nothing is made, or a product sums up nothing."""
    if all(t is None or _holds_none(t) for t in op.outputs):
        return True
    x = op.input(0)
    return traffic_of(op) in _SUMS and x is not None and _holds_none(x)


def _holds_none(tensor: Tensor) -> bool:
    return any(type(dim) is int and dim == 0 for dim in tensor.shape or ())


def _work(kernel: Kernel, kind: Traffic, settings: Settings, counted: Amounts) -> str:
    """Count what the main op computes into `counted`; gives the term of the kernel's bytes."""
    op = kernel.op
    of_integers = integer_work(kernel, kind, settings, counted)
    if of_integers is not None:
        return of_integers
    if kind == "convolution":
        return convolution(as_floats(plain_convolution(op)), settings, counted)
    if kind == "recurrent":
        counted["recurrent"] = kernel.main.work.macs
        counted["step"] = op.x.known_shape[0]
        return "linear_traffic"
    if kind in ("product", "contraction"):
        return product_of(kernel, settings, counted)
    return _TERMS.get(kind, kind)


def _on_host(kernel: Kernel, settings: Settings) -> Amounts:
    """A kernel that the GPU's library leaves to the host: its tensors cross, the queue drains."""
    crossing = (*kernel.reads, *kernel.writes)
    return {
        "crossing": len(crossing) * kernel.main.times,
        "crossing_traffic": tensor_bytes(crossing, settings, {}) * kernel.main.times,
    }


def _special(kernel: Kernel, settings: Settings, counted: Amounts) -> None:
    total: Dim = 0
    behind: Dim = 0
    is_sliced = int(settings.library.sliced)
    is_quantized = kernel.op is not kernel.main.op  # converting is part of such a kernel
    for row in kernel.ops:
        op = row.op
        y = op.outputs[0] if op.outputs else None
        if y is None or y.shape is None:
            continue
        if row is kernel.main:
            behind = behind + y.elements * is_sliced  # there bias and store are one more
        elif not is_quantized and op.op_type not in settings.library.joined:
            behind = behind + y.elements
        total = total + row.work.special
        if row is kernel.main:
            total = total + slow_elements(kernel.op, settings)
        if traffic_of(op) == "pooling" and "kernel_shape" in op.attributes:
            window = product(op.attributes["kernel_shape"])
            share = settings.library.window_share * pool_share(op, settings)
            total = total + y.elements * window * share
    if type(total) is not int or total:
        counted["special"] = total
    if kernel.kernel_class == "conv" and composite_traffic(kernel.composite) is None:
        counted["epilogue"] = behind


def moved_bytes(kernel: Kernel, settings: Settings, widths: Mapping[str, int]) -> Dim:
    """Bytes that cross the kernel's border as often as it runs, at the device's precision.

    Weights are included.
    """
    moved, _ = _moved(kernel, settings, widths)
    if kernel.kernel_class == "conv":
        moved = moved + tensor_bytes(kernel.weights, settings, {})
    return moved * kernel.main.times


def _moved(kernel: Kernel, settings: Settings, widths: Mapping[str, int]) -> tuple[Dim, Dim | None]:
    """Bytes of activations across the border, and those of casts before a product."""
    cast: Dim | None = None
    if widths and kernel.kernel_class == "conv":
        for tensor in kernel.reads:
            if widths.get(tensor.name, 4) == 4 and is_float(tensor.dtype):
                cast = (cast or 0) + tensor.elements * 6
        widths = narrowed((*kernel.reads, *kernel.writes), widths)
    tensors = (*kernel.reads, *kernel.writes)
    if kernel.kernel_class != "conv":  # tables that are read whole: position embeddings, scales
        tensors = (*tensors, *(t for t in kernel.weights if t.shape))
    return tensor_bytes(tensors, settings, widths), cast
