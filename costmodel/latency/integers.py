"""Kernels on integers: products that a device has rates of their own for, and what converts.

A device without such a rate takes its float's, on the bytes of the integers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from costlint.costmodel.devices.settings import Amounts, Settings, weight_type
from costlint.costmodel.formulas import Traffic, weight_of
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.formulas.sets import QUANTIZES_INSIDE, traffic_of
from costlint.costmodel.ir.dims import Dim, is_below, is_one, product
from costlint.costmodel.ir.dtypes import BITS, is_packed, size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.latency.blocked import is_grouped
from costlint.costmodel.runtimes.kernels import Kernel

WIDE: Final = 16
"""Bits of the widest integers that are multiplied as such."""
SEGMENT: Final = 180
"""What a segment of the unfolded input, the channels of a group at one place, costs besides, in
bytes: 2.6 ns at 69 GB/s, from convolutions of 2 to 64 groups timed one by one (x86, AVX-512)."""
AVERAGE: Final = 4
SOFTMAX: Final = 16
"""Cost of a number of an average's window, and of one of a softmax, as exponentials by vectors:
0.5 ns and 2.1 ns on that machine, where an exponential takes 0.13 ns."""
ON_ELEMENTS: Final = ("elementwise", "activation", "movement")


def is_integer(tensor: Tensor | None) -> bool:
    """Whether elements are integers of few bits."""
    return tensor is not None and "int" in tensor.dtype and BITS.get(tensor.dtype, 64) <= WIDE


def multiplies_integers(op: Op) -> bool:
    """Whether a product or convolution, as it runs, is one of integers."""
    if op.op_type in QUANTIZES_INSIDE:
        return is_integer(weight_of(op))
    return is_integer(op.input(0)) and is_integer(weight_of(op))


def converts(kernel: Kernel) -> bool:
    """Whether a kernel does something to each of its elements, which are integers on a side."""
    op = kernel.op
    if traffic_of(op) not in ON_ELEMENTS:
        return False
    is_changed = traffic_of(op) != "movement" or op.op_type.endswith("antizeLinear")
    return is_changed and any(map(is_integer, (op.input(0), op.outputs[0] if op.outputs else None)))


def as_floats(op: Op) -> Op:
    """A `plain_convolution` as one of floats, for the algorithms of those."""
    x, *rest = op.inputs
    if x is None or not is_integer(x):
        return op
    return replace(op, inputs=(replace(x, dtype="float32"), *rest))


def integer_work(kernel: Kernel, kind: Traffic, settings: Settings, counted: Amounts) -> str | None:
    """Count a kernel of integers; gives the term of its bytes.

    None where it has none, or where the device has no rates for them.
    """
    if not settings.integers:
        return None
    if kernel.kernel_class != "conv" or not multiplies_integers(kernel.op):
        return "quantized" if converts(kernel) else None
    if kind == "convolution":
        return _convolution(plain_convolution(kernel.op), settings, counted)
    return _product(kernel, settings, counted) if kind in ("product", "contraction") else None


def _term(op: Op, settings: Settings) -> str:
    is_apart = settings.library.unsigned and op.x.dtype.startswith("int")
    return "integer_signed" if is_apart else "integer"


def _convolution(op: Op, settings: Settings, counted: Amounts) -> str:
    """Count a `plain_convolution` of integers; gives the term of its activations' bytes."""
    y, w = op.y.known_shape, op.w.known_shape
    filter_size, per_group = product(w[2:]), w[1]
    outputs = y[0] * product(y[2:]) * filter_size
    counted["launch_product"] = 1
    counted["depth"] = per_group * filter_size
    counted["weights"] = op.w.size_bytes
    if is_grouped(op.groups, per_group):
        if is_below(per_group, 2):
            counted["integer_depthwise"] = outputs * y[1]
            return "depthwise_traffic"
        # Each group's rows are gathered, even of 1x1, and each row of its product begins anew.
        copied = (filter_size + 1) * outputs // filter_size * op.groups
        counted["im2col"] = size_bytes(outputs * per_group * op.groups, op.x.dtype)
        counted["im2col"] = counted["im2col"] + SEGMENT * copied
        counted[_term(op, settings)] = outputs * per_group * y[1]
        return "dense_traffic"
    counted[_term(op, settings)] = outputs * per_group * y[1]
    if is_one(filter_size):
        return "dense_1x1_traffic"
    counted["im2col"] = size_bytes(outputs * per_group, op.x.dtype) + SEGMENT * outputs
    return "dense_traffic"


def _product(kernel: Kernel, settings: Settings, counted: Amounts) -> str:
    """Count a product of integers; gives the term of its activations' bytes."""
    counted["launch_product"] = 1
    weight, macs = weight_of(kernel.op), kernel.main.work.macs
    if weight is None or not weight.is_parameter:  # packed anew each time
        counted["matmul"] = macs
        return "linear_traffic"
    counted[_term(kernel.op, settings)] = macs
    counted["weights_linear"] = weight.size_bytes
    return "linear_traffic"


def slow_elements(op: Op, settings: Settings) -> Dim:
    """What onnxruntime does number by number to integers, in exponentials by vectors."""
    y = op.outputs[0] if op.outputs else None
    if not settings.is_blocked or y is None or not is_integer(op.input(0)):
        return 0
    if traffic_of(op) == "softmax":
        return SOFTMAX * y.elements
    if op.op_type.endswith("AveragePool") and "kernel_shape" in op.attributes:
        return AVERAGE * y.elements * product(op.attributes["kernel_shape"])
    return 0


def dequantized(kernel: Kernel, settings: Settings) -> tuple[int, Dim]:
    """How many weights of integers a runtime turns into floats for a kernel each run, and bytes.

    That is what is left of a weight's DequantizeLinear where the kernel computes with floats.
    """
    if not settings.library.dequantizes:
        return 0, 0
    stored = [t for t in kernel.weights if t.stored_as and t.shape and not is_packed(t.stored_as)]
    moved: Dim = 0
    for tensor in stored:
        moved = moved + tensor.size_bytes + size_bytes(tensor.elements, weight_type(settings))
    return len(stored), moved
