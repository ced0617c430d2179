"""Ops made in one line, and hypothesis strategies for the shapes of convolutions and pools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from costlint.costmodel.counts.op_cost import traffic
from costlint.costmodel.formulas import formula_for
from costlint.costmodel.ir.cost import Cost, Work
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import Out, shape_rule_for
from costlint.costmodel.shapes.held import repeated
from tests.costmodel.shapes.factory import call


def make_op(
    op_type: str,
    *inputs: Any,
    outputs: int = 1,
    domain: str = "",
    version: int = 24,
    shapes: Sequence[Shape | None] | None = None,
    **attributes: Any,
) -> Op:
    """An op of `inputs`: a tuple is a shape, a list a known value, a Tensor stays, None is absent.

    The outputs come from the shape rule, or are `shapes`.
    """
    made = call(op_type, inputs, domain=domain, version=version, outputs=outputs, **attributes)
    rule = shape_rule_for(domain, op_type)
    if shapes is not None:
        outs: Sequence[Out] = [Out(shape=shape) for shape in shapes]
    else:
        assert rule is not None
        outs = rule(made)
    first = next((t for t in made.inputs if t is not None), None)
    kind = "float32" if first is None else first.dtype
    return Op(
        name="node",
        domain=domain,
        op_type=op_type,
        version=version,
        inputs=made.inputs,
        outputs=tuple(
            Tensor(name=f"y{i}", shape=o.shape, dtype=o.dtype or kind, holds=o.holds)
            for i, o in enumerate(outs)
        ),
        attributes=attributes,
    )


def work(op: Op) -> Work:
    """What the op's formula states."""
    formula = formula_for(op.domain, op.op_type)
    assert formula is not None, f"no formula for {op.identifier}"
    return formula.work(op)


def cost(op: Op) -> Cost:
    """What the op costs, in bytes too."""
    return traffic(op, work(op))


def substituted(op: Op, change: Callable[[Dim], Dim]) -> Op:
    """The op with `change` applied to every dim of every tensor."""

    def changed(tensor: Tensor | None) -> Tensor | None:
        if tensor is None or tensor.shape is None:
            return tensor
        return replace(tensor, shape=tuple(change(d) for d in tensor.shape))

    inputs, outputs = map(changed, op.inputs), map(changed, op.outputs)
    return replace(op, inputs=tuple(inputs), outputs=tuple(outputs))


def typed(shape: Shape, dtype: str) -> Tensor:
    """An activation of another element type."""
    return Tensor(name="x", shape=shape, dtype=dtype)


def sequence_of(shape: Shape, length: Dim) -> Tensor:
    """A sequence of `length` tensors of one shape."""
    holds = repeated(Tensor(name="", shape=shape, dtype="float32"), length)
    return Tensor(name="s", shape=None, dtype="sequence", holds=holds)


def weight(*shape: int, dtype: str = "float32") -> Tensor:
    """A parameter."""
    return Tensor(name="w", shape=shape, dtype=dtype, role="parameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliding:
    """A small convolution or pool of two spatial axes: what its loops need to know."""

    batch: int
    group: int
    channels: int
    filters: int
    size: tuple[int, int]
    filter: tuple[int, int]
    attributes: Mapping[str, Any]

    @property
    def x(self) -> Shape:
        """(N, C, H, W)."""
        return (self.batch, self.group * self.channels, *self.size)

    @property
    def w(self) -> Shape:
        """(M, C/g, kh, kw)."""
        return (self.group * self.filters, self.channels, *self.filter)


@st.composite
def sliding(draw: st.DrawFn, *, padding: bool = True) -> Sliding:
    """Small sizes; strides, dilations, and pads or auto_pad; the filter fits the padded input."""
    few = st.integers(1, 3)
    window = (draw(few), draw(few))
    dilations = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    least = [d * (f - 1) + 1 for d, f in zip(dilations, window, strict=True)]
    size = (least[0] + draw(st.integers(0, 4)), least[1] + draw(st.integers(0, 4)))
    attributes: dict[str, Any] = {
        "strides": (draw(few), draw(few)),
        "dilations": dilations,
        "kernel_shape": window,
    }
    how = draw(st.sampled_from(["pads", "VALID", "SAME_UPPER", "SAME_LOWER"]))
    if how == "pads" and padding:
        most = [f - 1 for f in window]
        attributes["pads"] = tuple(draw(st.integers(0, m)) for m in (*most, *most))
    elif how != "pads":
        attributes["auto_pad"] = how
    return Sliding(
        batch=draw(few),
        group=draw(few),
        channels=draw(few),
        filters=draw(few),
        size=size,
        filter=window,
        attributes=attributes,
    )
