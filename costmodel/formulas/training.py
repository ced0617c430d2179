"""Optimizer steps: the domain ai.onnx.preview.training.

Inputs: rate and count, then tensors of n elements in all: parameters, their gradients, states.
"""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import text
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import TRAINING
from costlint.costmodel.ir.graph import Op


def _elements(op: Op, groups: int) -> Dim:
    """Elements of the parameters: the first of `groups` equal parts of the inputs."""
    tensors = op.inputs[2:]
    return sum(t.elements for t in tensors[: len(tensors) // groups] if t is not None)


@formula("Adagrad", op_class="elementwise", domain=TRAINING)
def adagrad(op: Op) -> Work:
    """X (n), H (n) = a step on X by gradients G (n) over the root of their squares H.

    other_flop = 9 for each element: multiply and add the decay; square, add; root, add; divide,
    multiply by the rate, subtract. special = 1: the root.
    """
    n = _elements(op, 3)
    return Work(other_flop=9 * n, special=n)


@formula("Adam", op_class="elementwise", domain=TRAINING)
def adam(op: Op) -> Work:
    """X (n), V (n), H (n) = a step on X by the mean V of gradients G (n) over their deviation H.

    other_flop = 15 for each element: multiply and add the decay; three for V; four for H; root,
    add, divide, multiply by the rate, subtract; multiply by the decay after the step. special =
    1: the root.
    """
    n = _elements(op, 4)
    return Work(other_flop=15 * n, special=n)


@formula("Momentum", op_class="elementwise", domain=TRAINING)
def momentum(op: Op) -> Work:
    """X (n), V (n) = a step on X by the velocity V that gradients G (n) change.

    other_flop = 7 for each element: multiply and add the decay; two multiplies and an add for V;
    multiply by the rate, subtract; two more (multiply, add) to look ahead as Nesterov does.
    """
    each = 9 if text(op, "mode", "standard") == "nesterov" else 7
    return Work(other_flop=each * _elements(op, 3))
