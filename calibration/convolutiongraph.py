"""A convolution with the ops that are fused behind it, as an op graph of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from calibration.kernelrows import Shape
from costlint.costmodel.ir.graph import Op, OpGraph, Tensor

LINKED: Final = {
    "relu": "Relu", "hard_swish": "HardSwish", "sigmoid": "Sigmoid", "add": "Add", "mul": "Mul",
    "minimum": "Min",
}  # fmt: skip
OPSET: Final = 17


def convolution_graph(shape: Shape) -> OpGraph:
    """The convolution and what its runtime links behind it."""
    inside = (shape.height, shape.width)
    pads = (shape.pads[0] + shape.pads[2], shape.pads[1] + shape.pads[3])
    outside = (
        (side + pad - size) // shape.stride + 1
        for side, pad, size in zip(inside, pads, shape.filter, strict=True)
    )
    weight = (shape.c_out, shape.c_in // shape.groups, *shape.filter)
    x = Tensor(name="x", shape=(shape.batch, shape.c_in, *inside), dtype="float32")
    w = Tensor(name="w", shape=weight, dtype="float32", role="parameter")
    y = Tensor(name="y", shape=(shape.batch, shape.c_out, *outside), dtype="float32")
    attributes = {
        "group": shape.groups, "kernel_shape": shape.filter,
        "strides": (shape.stride, shape.stride), "pads": shape.pads,
    }  # fmt: skip
    ops = [_op("Conv", (x, w), y, **attributes)]
    ops += _behind(y, shape.links)
    made = {op.y.name for op in ops}
    reads = (t for op in ops for t in op.inputs if t is not None and not t.is_parameter)
    return OpGraph(
        name="one", path=None, opsets={"": OPSET},
        inputs=tuple(t for t in reads if t.name not in made), outputs=(ops[-1].y,),
        ops=tuple(ops), parameters={},
    )  # fmt: skip


def _behind(y: Tensor, links: Sequence[str]) -> Iterator[Op]:
    """The linked ops. A sum reads another map, unless it is the shift after a product's scale."""
    for place, link in enumerate(links):
        before, y = y, replace(y, name=f"y{place}")
        inputs = [before]
        if link in {"mul", "minimum"} or (
            link == "add" and "mul" in links[max(place - 1, 0) : place]
        ):
            inputs.append(Tensor(name=f"w{place}", shape=(before.known_shape[1], 1, 1),
                                 dtype="float32", role="parameter"))  # fmt: skip
        elif link == "add":
            inputs.append(replace(y, name=f"x{place}"))
        yield _op(LINKED[link], tuple(inputs), y)


def _op(op_type: str, inputs: tuple[Tensor, ...], y: Tensor, **attributes: Any) -> Op:
    return Op(
        name=y.name, domain="", op_type=op_type, version=OPSET, inputs=inputs, outputs=(y,),
        attributes=attributes,
    )  # fmt: skip
