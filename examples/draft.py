"""A graph being written: its ops and its constants, and the ONNX model they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from costlint.examples.weights import Weights

if TYPE_CHECKING:
    import onnx

OPSET: Final = 22
IR_VERSION: Final = 10  # the oldest that has this opset: runtimes from 2024 on load it

Batch: TypeAlias = int | str
"""A number of images, or the name of a free dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A float32 tensor of the graph: batch, then `dims`, (C, H, W) for feature maps."""

    name: str
    dims: tuple[int, ...]

    @property
    def channels(self) -> int:
        """C."""
        return self.dims[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Ops and constants in the order they were added."""

    weights: Weights
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def op(
        self, op_type: str, name: str, inputs: Sequence[str], outputs: Sequence[str], **attrs: Any
    ) -> None:
        """Add one ONNX node."""
        from onnx import helper

        self.nodes.append(helper.make_node(op_type, inputs, outputs, name=name, **attrs))

    def keep(self, tensor: onnx.TensorProto) -> str:
        """Add a constant; its name."""
        self.constants[tensor.name] = tensor
        return tensor.name

    def integers(self, name: str, numbers: Sequence[int]) -> str:
        """A constant vector of int64."""
        from onnx import TensorProto, helper

        return self.keep(helper.make_tensor(name, TensorProto.INT64, (len(numbers),), numbers))

    def number(self, name: str, value: float) -> str:
        """A float32 scalar; a Constant op, as exporters write what is in the code."""
        if all(name not in node.output for node in self.nodes):
            self.op("Constant", name, (), (name,), value_float=value)
        return name

    def model(
        self, name: str, inputs: Sequence[Value], output: Value, batch: Batch
    ) -> onnx.ModelProto:
        """The finished model."""
        from onnx import TensorProto, helper

        def described(value: Value) -> onnx.ValueInfoProto:
            dims = (batch, *value.dims)
            return helper.make_tensor_value_info(value.name, TensorProto.FLOAT, dims)

        graph = helper.make_graph(
            self.nodes,
            name,
            [described(value) for value in inputs],
            [described(output)],
            list(self.constants.values()),
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="costlint"
        )
