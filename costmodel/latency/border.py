"""What crosses the border between host and device when a graph runs."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.ir.dims import Dim, minimum, product
from costlint.costmodel.ir.dtypes import size_bytes
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

IMAGE_RANK: Final = 4
IMAGE_CHANNELS: Final = 4
"""An image has up to four channels (RGBA)."""


def crossing_bytes(tensor: Tensor, op: Op) -> Dim:
    """Bytes of a graph's input or output that are copied, where `op` reads or gives it.

    Images come from the host and class scores go back; of a map at most an image's channels do,
    because one of more channels is a block's that was cut out of a network, and stays on the
    device. An image with its channels last is transposed first.
    """
    shape = tensor.known_shape
    if len(shape) != IMAGE_RANK or op.op_type == "Transpose":
        return tensor.size_bytes
    channels = minimum(shape[1], IMAGE_CHANNELS)
    return size_bytes(product((shape[0], channels, *shape[2:])), tensor.stored_as or tensor.dtype)
