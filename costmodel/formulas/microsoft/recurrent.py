"""Recurrences of onnxruntime: LSTM in 8 bits and with attention, linear attention, state space."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer, text
from costlint.costmodel.formulas.attention import SOFTMAX
from costlint.costmodel.formulas.microsoft.shared import (
    SIGMOID,
    SILU,
    SOFTPLUS,
    required,
    rms_norm,
    shape,
)
from costlint.costmodel.formulas.quantized import QUANTIZE
from costlint.costmodel.formulas.recurrent import lstm
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, maximum, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("DynamicQuantizeLSTM", op_class="conv", traffic="recurrent", domain=MS)
def dynamic_quantize_lstm(op: Op) -> Work:
    """Y (S, D, B, H) = LSTM of X (S, B, I) with W (D, I, 4H), R (D, H, 4H) in 8 bits.

    macs = S * B * D * 4H * (I + H); other_flop, for each of S * B * D * H states = 19, 8 adds with
    biases, 6 with peepholes, special = 5, as LSTM; 7 for each element of X and of a state to
    quantise it.
    """
    steps, batch, _ = shape(op, 0, 3)
    directions, hidden, _ = shape(op, 2, 3)
    states = steps * batch * directions * hidden
    each = 4 + 3 * SIGMOID + 2 + 4 + 8 * has(op, 3) + 6 * has(op, 7) + QUANTIZE + 2
    macs = steps * batch * (product(shape(op, 1, 3)) + product(shape(op, 2, 3)))
    flop = each * states + (QUANTIZE + 2) * op.x.elements
    return Work(macs=macs, other_flop=flop, special=5 * states)


@formula("AttnLSTM", op_class="conv", traffic="recurrent", domain=MS)
def attn_lstm(op: Op) -> Work:
    """Y (S, D, B, H) = LSTM of X (S, B, I) whose every step attends to a memory (B, M, m).

    macs = B * D * M * m * A once, and for each of S * B * D: 4H * (I + a + H) for the cell, H * A
    + M * A + M * m for query, scores and context, (m + H) * a for the attention layer. Weights W
    (D, 4H, I + a), R (D, 4H, H), QW (D, H, A), MW (D, m, A), V (D, A), AW (D, m + H, a).
    other_flop and special as LSTM, and 2 * M * A + 5 * M for each step (add, tanh; softmax), M * A
    + M of them special.
    """
    steps, batch, _ = shape(op, 0, 3)
    directions, _, hidden = shape(op, 2, 3)
    units = shape(op, 8, 3)[2]
    _, memories, depth = shape(op, 11, 3)
    cell = product(shape(op, 1, 3)) + product(shape(op, 2, 3))
    wrapped = product(shape(op, 13, 3)) if has(op, 13) else 0
    step = cell + wrapped + directions * (hidden * units + memories * (units + depth))
    once = directions * memories * depth * units
    each = 2 * memories * units + SOFTMAX * memories
    plain, states = lstm(op), steps * batch * directions
    return Work(
        macs=batch * (steps * step + once),
        other_flop=plain.other_flop + states * each,
        special=plain.special + states * memories * (units + 1),
    )


@formula("LinearAttention", op_class="conv", traffic="contraction", domain=MS)
def linear_attention(op: Op) -> Work:
    """Y (B, T, H * Dv) = Q (B, T, Hq * D) on a state (B, Hkv, D, Dv) that K and V update.

    macs = B * T * D * Dv * (Hkv + max(Hq, Hkv)), and Hkv more for the delta rules. other_flop = a
    multiply for each output; gated: one for each element of the state at each step, an exponential
    (special) for each decay; delta: 2 for each element of V (subtract, multiply).
    """
    heads, kv_heads = required(op, "q_num_heads"), required(op, "kv_num_heads")
    batch, steps, width = shape(op, 0, 3)
    values = shape(op, 2, 3)[2]
    state = (width // heads) * (values // kv_heads)
    return Work(
        macs=batch * steps * state * (maximum(heads, kv_heads) + updates(op) * kv_heads),
        other_flop=recurrence_flop(op, batch * steps * kv_heads * state, batch * steps * values),
        special=decays(op),
    )


def updates(op: Op) -> int:
    """How often a step goes over the state to change it: the delta rules read it first."""
    return 2 if text(op, "update_rule", "gated_delta").endswith("delta") else 1


def decays(op: Op) -> Dim:
    """Exponentials of the gated rules: one for each decay."""
    gated = text(op, "update_rule", "gated_delta").startswith("gated")
    return product(shape(op, 4)) if gated and has(op, 4) else 0


def recurrence_flop(op: Op, states: Dim, values: Dim) -> Dim:
    """Operations besides products on all elements of all steps' states and values."""
    rule = text(op, "update_rule", "gated_delta")
    flop: Dim = op.y.elements
    if rule.startswith("gated"):
        flop = flop + states + decays(op)
    return flop + 2 * values if rule.endswith("delta") else flop


@formula("GatedDeltaNet", op_class="conv", traffic="contraction", domain=MS)
def gated_delta_net(op: Op) -> Work:
    """Y (T, H, Dv) = Q (T, Hq, D) on a state (B, H, Dv, D) that K and V (T, H, Dv) update.

    macs = 2 * T * H * D * Dv, and T * H * D * Dv more for the delta rules. other_flop as
    LinearAttention, 4 for each decay and 3 for each beta where they are activated here, 6 for each
    of T * H * D with `qk_l2_norm`. special as LinearAttention, 2 for each decay, 1 for each beta.
    """
    y = op.y.known_shape
    if has(op, 6):
        _, heads, size_v, size = shape(op, 6, 4)
    else:
        (heads, size_v), size = shape(op, 2, 3, 4)[-2:], shape(op, 1, 3, 4)[-1]
    tokens = product(y[:-2])
    states = tokens * heads * size * size_v
    gates = text(op, "gate_activation", "none") != "none" and has(op, 4)
    betas = text(op, "beta_activation", "none") != "none" and has(op, 5)
    flop = recurrence_flop(op, states, tokens * heads * size_v)
    gated, mixed = (product(shape(op, 4)) if gates else 0), (product(shape(op, 5)) if betas else 0)
    flop = flop + gated * (SOFTPLUS + 1) + mixed * SIGMOID
    norm = 6 * tokens * heads * size if integer(op, "qk_l2_norm", 0) else 0
    return Work(
        macs=states * (1 + updates(op)),
        other_flop=flop + norm,
        special=decays(op) + 2 * gated + mixed,
    )


@formula("LinearAttentionGate", op_class="elementwise", traffic="activation", domain=MS)
def linear_attention_gate(op: Op) -> Work:
    """Decay (B, T, H) = scale (H) * softplus(a (B, T, H) + bias (H)); beta (B, T, H) = sigmoid(b).

    other_flop = 5 for each decay (add, softplus of 3, multiply), 3 for each beta; special = 2 for
    each decay, 1 for each beta.
    """
    betas = product(shape(op, 3)) if has(op, 3) else 0
    x = op.x.elements
    return Work(other_flop=(SOFTPLUS + 2) * x + SIGMOID * betas, special=2 * x + betas)


@formula("Mamba2Verify", op_class="conv", traffic="contraction", domain=MS)
def mamba2_verify(op: Op) -> Work:
    """Y (R, H * D) = gated norm of a state space (H, N, D) under X (R, ...), after a convolution.

    macs = R * (4 * C + 2 * H * N * D): four taps of each of C channels, then the state's update
    and its read-out. other_flop, for each of R = a multiply for each state element, 5 for each
    channel (add, silu), 11 for each output (2 for D * x, silu gate and its multiply, norm of 4),
    6 for each head (softplus, compare, multiply, exponential). special = 1 for each channel and
    output, 3 for each head.
    """
    rows = shape(op, 0, 2)[0]
    channels = shape(op, 1, 3)[1]
    _, heads, depth, size = shape(op, 2, 4)
    state = heads * depth * size
    y = op.y.elements
    groups = integer(op, "n_groups", 1)
    gated = (2 + SILU + 1) * y + rms_norm(y, rows * groups)
    each = state + (1 + SILU) * channels + (SOFTPLUS + 3) * heads
    return Work(
        macs=rows * (4 * channels + 2 * state),
        other_flop=rows * each + gated,
        special=y + rows * (channels + 3 * heads),
    )
