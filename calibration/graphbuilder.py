"""Op graphs written op by op."""

from __future__ import annotations

from dataclasses import dataclass, field

from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor


def tensor(name: str, *shape: int) -> Tensor:
    """A tensor of single-precision numbers."""
    return Tensor(name=name, shape=shape, dtype="float32")


@dataclass(slots=True)
class Builder:
    """Ops in the order in which they run; each method adds one and gives its output."""

    ops: list[Op] = field(default_factory=list)

    def op(self, op_type: str, inputs: tuple[Tensor, ...], shape: tuple[int, ...],
           **attributes: object) -> Tensor:  # fmt: skip
        """An op whose output has this shape."""
        y = tensor(f"t{len(self.ops)}", *shape)
        self.ops.append(
            Op(name=f"n{len(self.ops)}", domain="", op_type=op_type, version=17, inputs=inputs,
               outputs=(y,), attributes=attributes)
        )  # fmt: skip
        return y

    def same(self, op_type: str, *inputs: Tensor, **attributes: object) -> Tensor:
        """An op whose output is shaped as its first input."""
        return self.op(op_type, inputs, inputs[0].known_shape, **attributes)

    def weight(self, name: str, *shape: int) -> Tensor:
        """A parameter with a name of its own; no op is added."""
        name = f"{name}{len(self.ops)}"
        return Tensor(name=name, shape=shape, dtype="float32", role="parameter")

    def conv(
        self, x: Tensor, channels: int, side: int = 1, *, stride: int = 1, groups: int = 1
    ) -> Tensor:
        """A convolution whose padding keeps the map's size, but for the stride."""
        n, c, h, w = x.known_shape
        weight = self.weight("w", channels, c // groups, side, side)
        return self.op("Conv", (x, weight), (n, channels, -(-h // stride), -(-w // stride)),
                       group=groups, strides=(stride, stride), pads=(side // 2,) * 4)  # fmt: skip

    def pool(self, op_type: str, x: Tensor, side: int, stride: int) -> Tensor:
        """A pool of odd, padded windows, or of even ones that lie inside."""
        n, c, h, w = x.known_shape
        return self.op(op_type, (x,), (n, c, -(-h // stride), -(-w // stride)),
                       kernel_shape=(side, side), strides=(stride, stride),
                       pads=(side // 2 * (side % 2),) * 4)  # fmt: skip

    def norm(self, x: Tensor) -> Tensor:
        """A batch normalisation."""
        parts = [self.weight(part, x.known_shape[1]) for part in ("scale", "bias", "mean", "var")]
        return self.same("BatchNormalization", x, *parts)

    def graph(self, name: str, *outputs: Tensor, opset: int = 17) -> OpGraph:
        """The graph; its inputs are what no op makes."""
        made = {t.name for op in self.ops for t in op.outputs if t is not None}
        read = {t.name: t for op in self.ops for t in op.inputs if t and not t.is_parameter}
        return OpGraph(
            name=name, path=None, opsets={"": opset},
            inputs=tuple(t for name, t in read.items() if name not in made), outputs=outputs,
            ops=tuple(self.ops), parameters={},
        )  # fmt: skip
