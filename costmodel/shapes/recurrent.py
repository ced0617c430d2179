"""Recurrent cells run over a sequence."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import integer, positive, text
from costlint.costmodel.shapes.registry import Call, Out, shape_rule

_MAX_OUTPUTS = 3


@shape_rule("LSTM", "GRU", "RNN")
@shape_rule("AttnLSTM", "DynamicQuantizeLSTM", domain=MS)
def recurrent(call: Call) -> Sequence[Out]:
    """Y (S, D, B, H), Y_h (D, B, H), for LSTM Y_c (D, B, H) of X (S, B, I); D directions.

    With `layout` 1 the batch comes first: X (B, S, I), Y (B, S, D, H), Y_h (B, D, H).
    """
    x = call.shape(0)
    if len(x) != 3:
        raise call.refuse(f"the input has {len(x)} dimensions, 3 are needed")
    weight = call.tensor(1)
    if (
        not call.domain
        and weight is not None
        and weight.shape is not None
        and len(weight.shape) == 3
    ):
        taken = weight.shape[2]
        if x[2] != taken and type(x[2]) is int and type(taken) is int:
            what = f"the input has {x[2]} features, the weight takes {taken}"
            raise call.refuse(what, sides=(x[2], taken))
    return recurrent_outputs(call, x, hidden_size(call))


def recurrent_outputs(call: Call, x: Shape, hidden: Dim) -> Sequence[Out]:
    """The whole sequence, then the last state once or twice."""
    directions = 2 if text(call, "direction", "forward") == "bidirectional" else 1
    if integer(call, "layout", 0):
        batch, steps = x[:2]
        whole, last = (batch, steps, directions, hidden), (batch, directions, hidden)
    else:
        steps, batch = x[:2]
        whole, last = (steps, directions, batch, hidden), (directions, batch, hidden)
    states = [Out(shape=last)] * (min(call.outputs, _MAX_OUTPUTS) - 1)
    return (Out(shape=whole), *states)


def hidden_size(call: Call) -> Dim:
    """H: the attribute, else the last dim of the recurrence weight R (D, gates * H, H)."""
    if call.attributes.get("hidden_size") is not None:
        return positive(call, "hidden_size")
    weight = call.shape(2)
    if len(weight) != 3:
        raise call.refuse(f"the recurrence weight has {len(weight)} dimensions, 3 are needed")
    return weight[2]
