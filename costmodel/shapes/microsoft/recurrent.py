"""The domain com.microsoft, recurrences with explicit states, and convolutions with a past."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer, positive
from costlint.costmodel.shapes.attention import head_size
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import larger


@shape_rule("LinearAttention", domain=MS)
def linear_attention(call: Call) -> Sequence[Out]:
    """Y (B, T, max(Hq, Hkv) * Dv), state (B, Hkv, D, Dv) of packed Q, K and V (B, T, H * D)."""
    check_rank(call, 0, 3)
    check_rank(call, 2, 3)
    heads, kv_heads = positive(call, "q_num_heads"), positive(call, "kv_num_heads")
    batch, steps, width = call.shape(0)[:3]
    size = head_size(call, call.shape(2)[2], kv_heads)
    window = integer(call, "state_window", 0)
    state: Shape = (batch, kv_heads, head_size(call, width, heads), size)
    past = call.tensor(3)
    outs = (
        Out(shape=(batch, steps, max(heads, kv_heads) * size)),
        Out(
            shape=(window, *state) if window else state, dtype=None if past is None else past.dtype
        ),
    )
    return outs[: call.outputs]


@shape_rule("GatedDeltaNet", domain=MS)
def gated_delta_net(call: Call) -> Sequence[Out]:
    """Y (..., H, Dv), state (B, H, Dv, D) of Q (..., Hq, D), V (..., H, Dv), or of all in one."""
    q = call.shape(0)
    state = call.shape(6) if call.tensor(6) is not None else None
    kind = dtype(call, 6)
    if call.tensor(2) is None:
        if state is None or len(state) != 4:
            raise call.refuse("one input that holds Q, K and V needs a state of 4 dimensions")
        y: Shape = (*q[:-1], state[1], state[2])
    else:
        value = call.shape(2)
        check_rank(call, 0, 3)
        check_rank(call, 2, 3)
        y = (*q[:-2], larger(q[-2], value[-2]), value[-1])
        state = state or (_sequences(call, q), y[-2], y[-1], q[-1])
    update = None
    if integer(call, "state_update_capacity", 0):
        update = (state[0], call.unknown("update", None))
    outs = (Out(shape=y), Out(shape=state, dtype=kind), Out(shape=update, dtype="float32"))
    return outs[: call.outputs]


def _sequences(call: Call, q: Shape) -> Dim:
    """How many sequences there are: the first of 4 dims, or one fewer than their borders."""
    if call.tensor(3) is not None:
        return product(call.shape(3)) - 1
    return q[0] if len(q) == 4 else 1


@shape_rule("LinearAttentionGate", domain=MS)
def linear_attention_gate(call: Call) -> Sequence[Out]:
    """Decay and beta (B, T, H) of a (B, T, H)."""
    return (Out(shape=call.shape(0)),) * min(call.outputs, 2)


@shape_rule("Mamba2Verify", domain=MS)
def mamba2_verify(call: Call) -> Sequence[Out]:
    """Y (R, H * D), both states as they came, channels (R, C), read-out (R, H * D)."""
    check_rank(call, 0, 2)
    check_rank(call, 1, 2)
    check_rank(call, 2, 4)
    rows, state = call.shape(0)[0], call.shape(2)
    y = (rows, state[1] * state[3])
    outs = (
        Out(shape=y),
        Out(shape=call.shape(1), dtype=dtype(call, 1)),
        Out(shape=state, dtype=dtype(call, 2)),
        Out(shape=(rows, call.shape(1)[1]), dtype="bfloat16"),
        Out(shape=y, dtype="float32"),
    )
    return outs[: call.outputs]


@shape_rule("CausalConvWithState", domain=MS)
def causal_conv(call: Call) -> Sequence[Out]:
    """Y (B, C, ..., L) and the state (B, C, k - 1) of X (B, C, ..., L), W (C, 1, k)."""
    x, w = call.shape(0), call.shape(1)
    check_rank(call, 0, 3)
    check_rank(call, 1, 3)
    last = integer(call, "channels_last", 0) != 0
    history = integer(call, "state_length", 0) or (w[-1] - 1) * integer(call, "dilation", 1)
    taken = integer(call, "input_channels", 0)
    y = (*x[:-1], taken) if taken and last else x
    past = call.tensor(3)
    if past is not None and past.shape is not None:
        state: Shape = past.shape
    else:
        state = (x[0], history, *y[2:]) if last else (*x[:-1], history)
        window = integer(call, "state_window", 0)
        state = (window, *state) if window else state
    update = (x[0], integer(call, "state_update_capacity", 0), w[0])
    return (Out(shape=y), Out(shape=state), Out(shape=update))[: call.outputs]


@shape_rule("VarlenCausalConvWithState", domain=MS)
def varlen_causal_conv(call: Call) -> Sequence[Out]:
    """Y (T, C), state as it came, updates (B, c, C) of X (T, C)."""
    state = call.shape(4)
    check_rank(call, 4, 2)
    update = (state[0], integer(call, "state_update_capacity", 0), state[1])
    return (Out(shape=call.shape(0)), Out(shape=state), Out(shape=update))[: call.outputs]


@shape_rule("ConvStateReplay", "GatedDeltaNetStateReplay", domain=MS)
def state_replay(call: Call) -> Sequence[Out]:
    """The destination (n) as it came."""
    return (Out(shape=call.shape(2), dtype=dtype(call, 2)),)
