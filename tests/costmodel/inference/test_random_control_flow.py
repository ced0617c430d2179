"""Random models of If, Loop, Scan, SequenceMap and sequences: shapes, macs and coverage are exact.

The shapes are onnxruntime's, the macs those of a walk through every trip. A longer search:
`python -m tests.costmodel.inference.test_random_control_flow FIRST LAST`, with seeds.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.tensor import Tensor
from tests.costmodel.inference.control_flow import STEPS, Maker, feeds, shapes_by_onnxruntime
from tests.costmodel.inference.walk import walked


def shapes(tensor: Tensor) -> Any:
    """The shape, a list of them for a sequence; what is not known as None."""
    if tensor.dtype != "sequence":
        return tensor.shape
    each = None if tensor.holds is None else tensor.holds.each
    return None if each is None else [shapes(t) for t in each]


def finds(seed: int) -> dict[str, Any] | None:
    """What differs, inferred and true; None for a model that onnxruntime refuses."""
    model = Maker(seed).model()
    true = shapes_by_onnxruntime(model)
    if true is None:
        return None
    counts = count(model, values={"steps": STEPS})
    again, macs = walked(model, feeds(model))
    assert again == true, f"the walk itself is wrong (seed {seed})"
    inferred = [shapes(tensor) for tensor in counts.graph.outputs]
    names = [tensor.name for tensor in counts.graph.outputs]
    found: dict[str, Any] = {
        name: (mine, theirs)
        for name, mine, theirs in zip(names, inferred, true, strict=True)
        if mine != theirs
    }
    if counts.macs != macs:
        found["macs"] = (counts.macs, macs)
    if counts.coverage != 1:
        found["uncosted"] = [f"{c.op.name}: {c.why_uncosted}" for c in counts.uncosted]
    return found


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_control_flow_is_counted_as_it_runs(first):
    made = {seed: finds(seed) for seed in range(first, first + 20)}
    ran = {seed: found for seed, found in made.items() if found is not None}
    assert len(ran) >= 8
    assert {seed: found for seed, found in ran.items() if found} == {}


if __name__ == "__main__":
    ran = 0
    for seed in range(*map(int, sys.argv[1:3])):
        try:
            found = finds(seed)
        except Exception as error:  # noqa: BLE001 - finding these is the purpose
            found = {"raised": repr(error)}
        ran += found is not None
        if found:
            print(seed, found, flush=True)  # noqa: T201 - a command
    print(f"{ran} models ran")  # noqa: T201 - a command
