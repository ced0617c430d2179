"""The amounts of matrix products: with a weight, or of two activations."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.devices.settings import Amounts, Settings
from costlint.costmodel.formulas import weight_of
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.ir.dims import Dim, ceil_div, filled, maximum, minimum
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.latency.order_costs import tensor_bytes
from costlint.costmodel.latency.sliced import SLICE
from costlint.costmodel.runtimes.kernels import Kernel

PRODUCT_TILE: Final = 64
"""Rows that one thread block of an attention or batched product works on."""
CHAIN_SPLIT: Final = 8
"""Into how many sums ncnn's shader `innerproduct_sum8` splits a dot product."""


def copies_input(kernel: Kernel, counted: Amounts) -> bool:
    """Whether a product with a weight copies a transposed input first.

    PyTorch takes a transposed stack of matrices as it lies into a batched product.
    """
    is_batched = kernel.memory_order is not None and kernel.main.op.x.rank == 3
    return "linear" in counted and not is_batched


def product_of(kernel: Kernel, settings: Settings, counted: Amounts) -> str:
    """Count a matrix product into `counted`; gives the term of its activations' bytes."""
    counted["launch_product"] = 1
    op = kernel.op
    weight = weight_of(op)
    is_product = traffic_of(op) == "product"
    if weight is not None and weight.is_parameter and weight.shape and is_product:
        k = op.x.known_shape[-1]
        n = op.y.known_shape[-1] if weight.rank > 1 else 1  # a vector gives one number a row
        rows = kernel.main.work.macs // maximum(k * n, 1)  # of an empty product there are none
        lanes_in, lanes_out = settings.lanes_in, settings.lanes_out
        macs = rows * filled(k, lanes_in) * filled(n, lanes_out)
        streams = settings.library.streams_vectors
        counted["linear"] = macs * minimum(rows - 1, 1) if streams else macs
        counted["unaligned"] = counted["linear"] * _misfits(op, settings)
        counted["depth"] = ceil_div(k, _chains(settings))
        counted["weights_linear"] = tensor_bytes((weight,), settings, {})
    else:
        counted["matmul"] = sum(_tiled_macs(row, settings) for row in kernel.ops)
        if op.op_type == "MatMul" and len(kernel.ops) == 1:
            counted["unaligned"] = counted["matmul"] * _misfits(op, settings)
    return "linear_traffic"


def _chains(settings: Settings) -> int:
    """Into how many sums the library splits a dot product."""
    if settings.library.sliced:
        return SLICE
    return CHAIN_SPLIT if settings.library.short_chains else 1


def _misfits(op: Op, settings: Settings) -> Dim:
    """1 where rows are no whole vectors of 16 bytes: tensor cores then load them in smaller steps.

    https://docs.nvidia.com/deeplearning/performance/dl-performance-matrix-multiplication
    """
    if settings.precision != "amp":
        return 0
    sides = [t.known_shape[-1] for t in (op.x, op.y) if t.rank]  # two vectors give a scalar
    return minimum(sum(filled(side, 8) - side for side in sides), 1)


def _tiled_macs(row: OpCost, settings: Settings) -> Dim:
    """Multiply-accumulates of a product of activations; tensor cores take rows by whole tiles."""
    macs = row.work.macs
    if settings.precision != "amp" or row.op.op_type != "MatMul" or row.op.y.rank < 3:
        return macs
    rows, columns = row.op.y.known_shape[-2:]
    tiles = ceil_div(rows, PRODUCT_TILE) * ceil_div(columns, 8) * PRODUCT_TILE * 8
    return macs // maximum(rows * columns, 1) * tiles
