"""Optimizer steps: the domain ai.onnx.preview.training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.domains import TRAINING
from costlint.costmodel.shapes.registry import Call, Out, shape_rule

# Tensors per parameter that go in (the parameter, its gradient, states), and that come out.
_STEPS: Final = {"Adagrad": (3, 2), "Adam": (4, 3), "Momentum": (3, 2)}


@shape_rule(*_STEPS, domain=TRAINING)
def step(call: Call) -> Sequence[Out]:
    """New parameters and states of rate, count, parameters, gradients, states, n of each."""
    groups, kept = _STEPS[call.op_type]
    count = call.outputs // kept
    if len(call.inputs) != 2 + groups * count:
        raise call.refuse(f"{len(call.inputs)} inputs do not fit {call.outputs} outputs")
    places = [*range(2, 2 + count), *range(2 + 2 * count, len(call.inputs))]
    types = (t.dtype if (t := call.tensor(place)) is not None else None for place in places)
    return [Out(shape=call.shape(p), dtype=d) for p, d in zip(places, types, strict=True)]
