"""What a kernel does, in amounts of the model's terms. Plain arithmetic on dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.ir.dims import Dim, maximum, minimum, product
from costlint.costmodel.ir.dtypes import is_float, size_bytes
from costlint.costmodel.latency.blocked import pool_share
from costlint.costmodel.latency.border import crossing_bytes
from costlint.costmodel.latency.convolution import convolution
from costlint.costmodel.latency.layout import lay_out, narrowed, tensor_bytes
from costlint.costmodel.latency.products import copies_input, product_of
from costlint.costmodel.runtimes.kernels import Kernel

_TRAFFIC: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("LayerNormalization", "InstanceNormalization", "GroupNormalization", "LRN",
         "LpNormalization", "SkipLayerNormalization",
         "SimplifiedLayerNormalization", "RMSNormalization", "MeanVarianceNormalization"),
        "normalization",
    ),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), "softmax"),
    **dict.fromkeys(
        ("Relu", "Clip", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "LeakyRelu", "PRelu", "Elu",
         "Selu", "Mish", "Gelu", "Erf", "Softplus", "ThresholdedRelu", "Sqrt", "Pow", "Exp"),
        "activation",
    ),
    **dict.fromkeys(
        ("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "ReduceMean",
         "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceL1", "ReduceProd", "ArgMax",
         "ArgMin", "TopK", "CumSum"),
        "reduction",
    ),
}  # fmt: skip
_SPECIAL: Final = frozenset(
    {"Sigmoid", "Tanh", "Erf", "Exp", "Log", "Softplus", "Gelu", "Softmax", "Mish", "Elu", "Selu",
     "Pow", "Sqrt", "Sin", "Cos", "LRN"}
)  # fmt: skip
_FUNCTIONS: Final = frozenset(
    {"gelu", "gelu_scaled", "gelu_tanh", "gelu_tanh_cubed", "silu", "quick_gelu", "mish",
     "hard_swish", "hard_swish_clip", "hard_swish_clip_first"}
)  # fmt: skip
_ORDERED: Final = ("normalization", "softmax")
"""Kernels that copy a transposed input first, as products with a weight do."""
_ATTENTION: Final = ("attention", "attention_scaled")
_RECURRENT: Final = frozenset({"LSTM", "GRU", "RNN"})


_JOINED: Final = frozenset({"BatchNormalization"})
_BLOCKED_JOINED: Final = _JOINED | {"Relu", "Add", "Sum"}
"""What costs a convolution nothing behind it: in blocks also a sum and a ReLU, which its inner loop
does; any other activation is a pass of its own."""
_SPARSE_READS: Final = frozenset({"Gather", "GatherElements", "GatherND", "Slice", "Split"})


def amounts(
    kernel: Kernel,
    settings: Settings,
    widths: Mapping[str, int] | None = None,
    border: frozenset[str] = frozenset(),
) -> Amounts:
    """The amounts of `kernel` by term name.

    `widths` are the bytes of each activation's elements where they differ (automatic mixed
    precision), `border` names the graph's inputs and outputs.
    """
    op = kernel.main.op
    if not kernel.main.costed:
        return {"launch": 1}  # its work is unknown, and the coverage says so
    if op.op_type in settings.library.host or kernel.composite in settings.library.host:
        return _on_host(kernel, settings)
    counted: Amounts = {"launch": 1}
    traffic = _work(kernel, settings, counted)
    if op.op_type in ("Resize", "Upsample") and not kernel.strided:
        counted["resize_chain"] = product(op.y.known_shape[:2])
    moved, cast = _moved(kernel, settings, widths or {})
    if op.op_type in _SPARSE_READS and len(kernel.ops) == 1:
        written = tensor_bytes(kernel.writes, settings, widths or {})
        moved = written + minimum(moved - written, written)
    alone = settings.threads if op.op_type in settings.library.serial else 1
    counted[traffic] = counted.get(traffic, 0) + moved * alone
    if kernel.kernel_class == "conv" and cast is not None:
        counted["elementwise"] = counted.get("elementwise", 0) + cast
    if kernel.strided and (traffic in _ORDERED or copies_input(kernel, counted)):
        copied = 2 * tensor_bytes(kernel.strided, settings, widths or {})
        counted["movement"] = counted.get("movement", 0) + copied
        counted["launch"] = 2
    lay_out(kernel, counted, traffic, settings, widths or {})
    _special(kernel, settings, counted)
    resident = moved + counted.get("weights", 0) + counted.get("weights_linear", 0)
    counted["spill"] = maximum(resident - settings.cache_bytes, 0)
    crossing = [t for t in (*kernel.reads, *kernel.writes) if t.name in border]
    if crossing:
        counted["copy"] = sum(crossing_bytes(tensor, op) for tensor in crossing)
    times = kernel.main.times
    return (
        counted if type(times) is int and times == 1 else {k: v * times for k, v in counted.items()}
    )


def _work(kernel: Kernel, settings: Settings, counted: Amounts) -> str:
    """Count what the main op computes into `counted`; gives the term of the kernel's bytes."""
    op = kernel.main.op
    if op.op_type in ("Conv", "ConvTranspose", "QLinearConv", "ConvInteger", "FusedConv"):
        return convolution(op, settings, counted)
    if op.op_type in _RECURRENT:
        return _recurrent(kernel, counted)
    if kernel.kernel_class == "conv":
        return product_of(kernel, settings, counted)
    traffic = "activation" if kernel.composite in _FUNCTIONS else _TRAFFIC.get(op.op_type, "")
    return traffic or ("elementwise" if kernel.kernel_class == "elementwise" else "movement")


def _on_host(kernel: Kernel, settings: Settings) -> Amounts:
    """A kernel that the GPU's library leaves to the host: its tensors cross, the queue drains."""
    crossing = (*kernel.reads, *kernel.writes)
    return {
        "crossing": len(crossing) * kernel.main.times,
        "crossing_traffic": tensor_bytes(crossing, settings, {}) * kernel.main.times,
    }


def _recurrent(kernel: Kernel, counted: Amounts) -> str:
    op = kernel.main.op
    counted["recurrent"] = kernel.main.cost.macs
    counted["step"] = op.x.known_shape[0]
    return "linear_traffic"


def _special(kernel: Kernel, settings: Settings, counted: Amounts) -> None:
    total: Dim = 0
    behind: Dim = 0
    joined = _BLOCKED_JOINED if settings.is_blocked else _JOINED
    is_sliced = int(settings.library.sliced)
    for row in kernel.ops:
        op = row.op
        y = op.outputs[0] if op.outputs else None
        if y is None or y.shape is None:
            continue
        if row is kernel.main:
            behind = behind + y.elements * is_sliced  # there bias and store are one more
        elif op.op_type not in joined:
            behind = behind + y.elements
        if op.op_type in _SPECIAL:
            total = total + y.elements
        elif op.op_type in ("MaxPool", "AveragePool"):
            window = product(op.attributes.get("kernel_shape", (1,)))
            share = settings.library.window_share * pool_share(op, settings)
            total = total + y.elements * window * share
    if type(total) is not int or total:
        counted["special"] = total
    if kernel.kernel_class == "conv" and kernel.composite not in ("linear", *_ATTENTION):
        counted["epilogue"] = behind


def moved_bytes(kernel: Kernel, settings: Settings, widths: Mapping[str, int]) -> Dim:
    """Bytes that cross the kernel's border as often as it runs, at the device's precision.

    Weights are included.
    """
    moved, _ = _moved(kernel, settings, widths)
    if kernel.kernel_class == "conv":
        wide = weight_type(settings)
        for tensor in kernel.weights:
            moved = moved + size_bytes(
                tensor.elements, wide if is_float(tensor.dtype) else tensor.dtype
            )
    times = kernel.main.times
    return moved if type(times) is int and times == 1 else moved * times


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


__all__ = ["Amounts", "Settings", "amounts", "moved_bytes", "weight_type"]
