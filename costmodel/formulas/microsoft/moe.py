"""Mixtures of experts: which expert a token goes to, and the two or three products of each.

T tokens of n features, E experts of m, k of them for each token. Of the experts' weights those of
min(E, T * k) experts are read, the most that the tokens can need. special = 1 for each of T * E
(the router's softmax) and those of the activation.
"""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.formulas.arguments import has, integer, text
from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.microsoft.shared import (
    GELU,
    SIGMOID,
    SWIGLU,
    activation,
    reads,
    required,
    shape,
    share,
)
from costlint.costmodel.formulas.pointwise import Steps
from costlint.costmodel.formulas.quantized import DEQUANTIZE
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, minimum, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


def _experts_used(op: Op) -> Dim:
    tokens, experts = shape(op, 1, 2)
    return minimum(experts, tokens * required(op, "k", 1))


def _read(op: Op, places: Sequence[int]) -> Sequence[Dim | None]:
    """The weights (E, ...) at these places, of as many experts as can be needed."""
    used = _experts_used(op)
    return reads(op, {p: used * product(shape(op, p, 3)[1:]) for p in places if has(op, p)})


def _around(op: Op, each_inner: Steps, inner: Dim) -> Work:
    """The router's softmax and choice, the activation, and the sum over the experts."""
    tokens, experts = shape(op, 1, 2)
    chosen = tokens * required(op, "k", 1)
    routed = (SOFTMAX + 1) * tokens * experts
    return Work(
        other_flop=routed + chosen * (each_inner.flop * inner + 2 * shape(op, 0)[-1]),
        special=tokens * experts + chosen * each_inner.special * inner,
    )


def _each_inner(op: Op, third: int) -> Steps:
    """Steps for each inner feature: the activation, and the multiply by the third product."""
    kind = text(op, "activation_type", "relu").lower()
    if kind == "swiglu":
        return Steps(SWIGLU, 1)
    if kind == "geglu":
        return Steps(GELU + 1, 1)
    plain = activation(op, "activation_type", "relu")
    return Steps(plain.flop + has(op, third), plain.special)


@formula("MoE", op_class="conv", traffic="contraction", domain=MS)
def moe(op: Op) -> Work:
    """Y (T, n) = the sum over k experts of W2 (E, n, m) @ activation(W1 (E, m, n) @ X (T, n)).

    macs = T * k * 2 * n * m, of three products (W3, or a W1 of 2 * m) T * k * 3 * n * m. other_flop
    = 6 for each of T * E (softmax of 5, compare), the activation for each of T * k * m, 2 for each
    of T * k * n (multiply by the router's weight, add), an add for each product with a bias.
    """
    places = (2, 4, 6)
    chosen = shape(op, 1, 2)[0] * required(op, "k", 1)
    weights = sum(product(shape(op, p, 3)[1:]) for p in places if has(op, p))
    bias = sum(shape(op, p, 2)[1] for p in (3, 5, 7) if has(op, p))
    inner = share(op, product(shape(op, 4, 3)[1:]), shape(op, 0)[-1])
    around = _around(op, _each_inner(op, 6), inner)
    return Work(
        macs=chosen * weights,
        other_flop=around.other_flop + chosen * bias,
        special=around.special,
        read=_read(op, places),
    )


@formula("QMoE", op_class="conv", traffic="contraction", domain=MS)
def qmoe(op: Op) -> Work:
    """Y (T, n) = MoE of X (T, n) with weights packed as (E, m, n * bits / 8).

    macs and other_flop as MoE, and 2 for each weight that is read (subtract, multiply).
    """
    places = (2, 5, 8)
    chosen = shape(op, 1, 2)[0] * required(op, "k", 1)
    unpacked = [_unpacked(op, n, p) for n, p in enumerate(places, start=1) if has(op, p)]
    bias = sum(shape(op, p, 2)[1] for p in (4, 7, 10) if has(op, p))
    weights = sum(unpacked)
    around = _around(op, _each_inner(op, 8), share(op, _unpacked(op, 2, 5), shape(op, 0)[-1]))
    return Work(
        macs=chosen * weights,
        other_flop=around.other_flop + chosen * bias + DEQUANTIZE * _experts_used(op) * weights,
        special=around.special,
        read=_read(op, places),
    )


def _unpacked(op: Op, number: int, place: int) -> Dim:
    """Weights of one expert in the product `number`."""
    bits = integer(op, f"fc{number}_expert_weight_bits", 0)
    bits = bits if bits > 0 else required(op, "expert_weight_bits", 4)
    return product(shape(op, place, 3)[1:]) * 8 // bits


@formula("MoEPacked", op_class="conv", traffic="contraction", domain=MS)
def moe_packed(op: Op) -> Work:
    """Y (T, n) = MoE of X (T, n) with packed gate and up (E, m, bytes), down (E, n, bytes).

    macs = T * k * n * m * 3, without up 2; other_flop as MoE without biases, and a multiply for
    each weight that is read.
    """
    inner, features = shape(op, 2, 3)[1], shape(op, 0)[-1]
    chosen = shape(op, 1, 2)[0] * required(op, "k", 1)
    weights = inner * features * (2 + has(op, 3))
    around = _around(op, Steps(SWIGLU, 1) if has(op, 3) else Steps(2), inner)
    return Work(
        macs=chosen * weights,
        other_flop=around.other_flop + _experts_used(op) * weights,
        special=around.special,
        read=_read(op, (2, 3, 4)),
    )


@formula("MoEGroupRouter", op_class="conv", traffic="contraction", domain=MS)
def moe_group_router(op: Op) -> Work:
    """Weights (T, E) = log of sigmoid of logits (T, E), maybe X (T, n) @ W (E, n).

    macs = T * E * n with a projection; other_flop = 7 for each of T * E: sigmoid of 3, add the
    bias, two compares, logarithm; special = 2.
    """
    experts = shape(op, 1, 1)[0]
    rows = shape(op, 0)
    scores = product(rows[:-1]) * experts
    macs = scores * rows[-1] if has(op, 2) else 0
    return Work(macs=macs, other_flop=(SIGMOID + 4) * scores, special=2 * scores)
