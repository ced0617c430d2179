"""Normalisations of onnxruntime: after a sum, of branches, with a gate, of embeddings."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer, text
from costlint.costmodel.formulas.microsoft.shared import (
    SIGMOID,
    SILU,
    layer_norm,
    reads,
    required,
    rms_norm,
    shape,
    share,
)
from costlint.costmodel.formulas.quantized import DEQUANTIZE, QUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("SkipLayerNormalization", op_class="other", traffic="normalization", domain=MS)
def skip_layer_normalization(op: Op) -> Work:
    """Y (r, n) = LayerNormalization of X (r, n) + skip (r, n) + bias (n), scale and beta (n).

    other_flop = 7 for each element (add the skip; norm of 6), an add with beta and one with a bias,
    5 for each row.
    """
    x, rows = op.x.elements, product(shape(op, 0)[:-1])
    norm = layer_norm(x, rows, bias=has(op, 3) > 0)
    return Work(other_flop=norm + (1 + has(op, 4)) * x)


@formula("SkipSimplifiedLayerNormalization", op_class="other", traffic="normalization", domain=MS)
def skip_simplified_layer_normalization(op: Op) -> Work:
    """Y (r, n) = RMSNormalization of X (r, n) + skip (r, n) + bias (n), scale (n).

    other_flop = 5 for each element (add the skip; norm of 4), an add with a bias, 4 for each row.
    """
    x, rows = op.x.elements, product(shape(op, 0)[:-1])
    return Work(other_flop=rms_norm(x, rows) + (1 + has(op, 3)) * x)


@formula(
    "EmbedLayerNormalization",
    "QEmbedLayerNormalization",
    op_class="other",
    traffic="normalization",
    domain=MS,
)
def embed_layer_normalization(op: Op) -> Work:
    """Y (B, S, n) = LayerNormalization of 2 or 3 embeddings (V, n) at ids (B, S), added up.

    other_flop, for each element = an add between embeddings, 7 for the norm, in 8 bits 2 for each
    embedding (subtract, multiply); 5 for each row. Of the tables the rows at the ids are read.
    """
    y, rows = op.y.elements, product(shape(op, 0))
    tables = 2 + has(op, 4)
    floats = DEQUANTIZE * tables if op.op_type.startswith("Q") else 0
    return Work(
        other_flop=layer_norm(y, rows) + (tables - 1 + floats) * y,
        read=reads(op, {2: y, 3: y, 4: y}),
    )


@formula("GroupNorm", "SkipGroupNorm", op_class="other", traffic="normalization", domain=MS)
def group_norm(op: Op) -> Work:
    """Y (N, in, C) = silu((X (N, in, C) + skip + bias (C) - mean) / deviation * scale + beta).

    other_flop = 7 for each element (two adds, subtract, three multiplies, add), an add with a skip
    and one with a bias, 4 with the activation (special = 1); 5 for each of N * g groups.
    """
    x = op.x.elements
    groups = shape(op, 0)[0] * required(op, "groups")
    added = 1 + has(op, 4) if op.op_type == "SkipGroupNorm" else 0
    activates = int(integer(op, "activation", 0) != 0)
    flop = layer_norm(x, groups) + (added + SILU * activates) * x
    return Work(other_flop=flop, special=activates * x)


@formula("BranchwiseRMSNorm", op_class="other", traffic="normalization", domain=MS)
def branchwise_rms_norm(op: Op) -> Work:
    """Y (r, C, n) = X (r, C, n) / root(mean of squares (r, C)) * scale, C branches.

    other_flop = 4 for each element and 4 for each of r * C.
    """
    branches = integer(op, "num_branches", 0)
    rows = product(shape(op, 0)[:-1]) * (branches or 1)
    return Work(other_flop=rms_norm(op.x.elements, rows))


@formula("GatedRMSNorm", op_class="other", traffic="normalization", domain=MS)
def gated_rms_norm(op: Op) -> Work:
    """Y (r, n) = X (r, n) / root(mean of squares (r)) * scale (n) * silu(gate (r, n)).

    other_flop = 9 for each element (norm of 4, silu of 4 or sigmoid of 3, multiply) and 4 for
    each row; special = 1 for each element.
    """
    x = op.x.elements
    gate = SIGMOID if text(op, "activation", "silu") == "sigmoid" else SILU
    norm = rms_norm(x, share(op, x, shape(op, 1, 1)[0]))
    return Work(other_flop=norm + (gate + 1) * x, special=x)


@formula("RMSNormRotary", op_class="other", traffic="normalization", domain=MS)
def rms_norm_rotary(op: Op) -> Work:
    """Y (B, S, H * n) = n features of X (B, S, H, m), normalised, R of them turned by an angle.

    other_flop = 4 for each element of Y, 4 for each row of n, 3 for each element that is turned.
    Of X only those n are read, of the caches (P, R / 2) one row for each of B * S.
    """
    batch, steps, heads, _ = shape(op, 0, 4)
    n = shape(op, 1, 1)[0]
    turned = integer(op, "rotary_embedding_dim", 0) or n
    rows = batch * steps * heads
    angles = batch * steps * turned // 2
    return Work(
        other_flop=rms_norm(rows * n, rows) + 3 * rows * turned,
        read=reads(op, {0: rows * n, 3: angles, 4: angles}),
    )


@formula("EngramGate", op_class="other", traffic="normalization", domain=MS)
def engram_gate(op: Op) -> Work:
    """Y (r, C, n) = value (r, 1, n) * sigmoid of key (r, C, n) times query (r, C, n), normalised.

    other_flop = 11 for each element (two norms of 4, multiply and add, the gate's multiply), 16
    for each of r * C; with the normalised output 4 and 4 more.
    """
    x, rows = op.x.elements, product(shape(op, 0)[:-1])
    norms = 2 + (len(op.outputs) > 1 and op.outputs[1] is not None)
    return Work(other_flop=norms * rms_norm(x, rows) + 3 * x + (SIGMOID + 5) * rows)


@formula("QOrderedLayerNormalization", op_class="other", traffic="normalization", domain=MS)
def qordered_layer_normalization(op: Op) -> Work:
    """Y (r, n) = LayerNormalization of X (r, n), both in 8 bits.

    other_flop = 12 for each element (multiply; norm of 6; divide, round, add, two compares), an
    add with a bias, 5 for each row.
    """
    x, rows = op.x.elements, product(shape(op, 0)[:-1])
    norm = layer_norm(x, rows, bias=has(op, 3) > 0)
    return Work(other_flop=norm + (1 + QUANTIZE) * x)
