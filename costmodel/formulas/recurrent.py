"""Recurrent cells run over a sequence.

S steps, B sequences, D directions, I and H features of the input and of the state. Every step is
counted, also where `sequence_lens` ends a sequence earlier. The weights are read once.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import dim, has, tensor
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op

SIGMOID = 3
TANH = 1


def recurrent_macs(op: Op) -> Dim:
    """S * B * D * gates * H * (I + H), from W (D, gates * H, I) and R (D, gates * H, H)."""
    return _steps(op) * (op.w.elements + tensor(op, 2).elements)


def _steps(op: Op) -> Dim:
    return dim(op, op.x, 0) * dim(op, op.x, 1)


def _states(op: Op) -> Dim:
    """S * B * D * H: elements of all states."""
    r = tensor(op, 2)
    return _steps(op) * dim(op, r, 0) * dim(op, r, 2)


@formula("LSTM", op_class="conv", traffic="recurrent")
def lstm(op: Op) -> Work:
    """Y (S, D, B, H) = LSTM of X (S, B, I) with W (D, 4H, I), R (D, 4H, H), B (D, 8H), P (D, 3H).

    macs = S * B * D * 4H * (I + H). other_flop, for each of S * B * D * H states = 4 adds of the
    two products, 3 sigmoids of 3 (exponential, add, divide), 2 tanh, 3 multiplies and an add for
    the cell and the state; 8 adds with biases, 6 (multiply, add) with peepholes. special = 5.
    """
    each = 4 + 3 * SIGMOID + 2 * TANH + 4 + 8 * has(op, 3) + 6 * has(op, 7)
    states = _states(op)
    return Work(macs=recurrent_macs(op), other_flop=each * states, special=(3 + 2) * states)


@formula("GRU", op_class="conv", traffic="recurrent")
def gru(op: Op) -> Work:
    """Y (S, D, B, H) = GRU of X (S, B, I) with W (D, 3H, I), R (D, 3H, H), B (D, 6H).

    macs = S * B * D * 3H * (I + H). other_flop, for each of S * B * D * H states = 3 adds of the
    two products, 2 sigmoids of 3 (exponential, add, divide), a tanh, a multiply by the reset gate,
    and 4 to mix old and new (subtract, two multiplies, add); 6 adds with biases. special = 3.
    """
    each = 3 + 2 * SIGMOID + TANH + 1 + 4 + 6 * has(op, 3)
    states = _states(op)
    return Work(macs=recurrent_macs(op), other_flop=each * states, special=(2 + 1) * states)


@formula("RNN", op_class="conv", traffic="recurrent")
def rnn(op: Op) -> Work:
    """Y (S, D, B, H) = f(X (S, B, I) W (D, H, I)^T + Y_before R (D, H, H)^T + B (D, 2H)).

    macs = S * B * D * H * (I + H). other_flop, for each of S * B * D * H states = an add and a
    tanh (whatever the activation); 2 adds with biases. special = 1.
    """
    each = 1 + TANH + 2 * has(op, 3)
    states = _states(op)
    return Work(macs=recurrent_macs(op), other_flop=each * states, special=states)
