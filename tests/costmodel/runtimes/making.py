"""One op between conversions, as a quantised network has it: x -> DequantizeLinear -> op -> Q."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NUMPY = {"uint8": "u1", "int8": "i1", "uint16": "u2", "int16": "i2"}


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An op of activations, with a weight in int8 and a bias in int32 where it has them."""

    op: str
    inputs: int = 1
    shape: tuple[int, ...] = (1, 16, 8, 8)
    weight: tuple[int, ...] = ()
    bias: int = 0
    constants: tuple[tuple[Any, str], ...] = ()
    attributes: tuple[tuple[str, Any], ...] = ()
    behind: str = ""
    ends_in_floats: bool = False


def qdq(unit: Unit, dtype: str, *, one_scale: bool = True, zero: int = 0) -> onnx.ModelProto:
    """The unit in elements of `dtype`; both sides have `one_scale`, or one each."""
    nodes, stored, given = [], [], []

    def constant(name: str, value: Any, kind: str) -> str:
        stored.append(numpy_helper.from_array(np.array(value, dtype=kind), name))
        return name

    def node(op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    number = getattr(TensorProto, dtype.upper())
    read = []
    for place in range(unit.inputs):
        given.append(helper.make_tensor_value_info(f"x{place}", number, unit.shape))
        scale = [constant(f"scale{place}", 0.1, "f4"), constant(f"zero{place}", zero, NUMPY[dtype])]
        read.append(node("DequantizeLinear", [f"x{place}", *scale], f"d{place}"))
    if unit.weight:
        constant("w", np.ones(unit.weight), "i1")
        scale = [constant("w_scale", 0.1, "f4"), constant("w_zero", 0, "i1")]
        read.append(node("DequantizeLinear", ["w", *scale], "dw"))
    if unit.bias:
        constant("b", np.ones(unit.bias), "i4")
        read.append(node("DequantizeLinear", ["b", constant("b_scale", 0.01, "f4")], "db"))
    for value, kind in unit.constants:
        read.append(constant(f"c{len(stored)}", value, kind))
    y = node(unit.op, read, "y", **dict(unit.attributes))
    if unit.behind:
        limits = [constant("low", 0, "f4"), constant("high", 6, "f4")]
        y = node(unit.behind, [y, *(limits if unit.behind == "Clip" else [])], "r")
    if not unit.ends_in_floats:
        scale = ["scale0", "zero0"]
        if not one_scale:
            scale = [constant("y_scale", 0.2, "f4"), constant("y_zero", zero, NUMPY[dtype])]
        y = node("QuantizeLinear", [y, *scale], "q")
    element = TensorProto.FLOAT if unit.ends_in_floats else number
    made = helper.make_tensor_type_proto(element, None)
    graph = helper.make_graph(nodes, "g", given, [onnx.ValueInfoProto(name=y, type=made)], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def _units() -> tuple[Unit, ...]:
    f4, i8 = "f4", "i8"
    binary = [Unit(op=op, inputs=2) for op in ("Add", "Mul", "Sub", "Div", "Min", "Max", "Sum")]
    unary = [
        Unit(op=op)
        for op in (
            "Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "HardSwish", "Elu", "Gelu",
            "Erf", "Exp", "Sqrt", "Abs", "Neg", "Softmax", "LogSoftmax", "GlobalAveragePool",
            "GlobalMaxPool", "Flatten", "Squeeze",
        )
    ]  # fmt: skip
    window = (("kernel_shape", (2, 2)),)
    matrices = (1, 4, 8, 8)
    channels = ((0, 0, 1, 1, 0, 0, 1, 1), i8)
    return (
        *binary,
        *unary,
        Unit(op="Concat", inputs=2, attributes=(("axis", 1),)),
        Unit(op="AveragePool", attributes=window),
        Unit(op="MaxPool", attributes=window),
        Unit(op="Resize", constants=(((), f4), ((1, 1, 2, 2), f4))),
        Unit(op="Reshape", constants=(((1, -1), i8),)),
        Unit(op="Transpose", attributes=(("perm", (0, 2, 3, 1)),)),
        Unit(op="Unsqueeze", constants=(((0,), i8),)),
        Unit(op="Slice", constants=(((0,), i8), ((4,), i8), ((1,), i8))),
        Unit(op="Gather", constants=(((0, 1), i8),), attributes=(("axis", 1),)),
        Unit(op="Expand", constants=(((2, 16, 8, 8), i8),)),
        Unit(op="Tile", constants=(((2, 1, 1, 1), i8),)),
        Unit(op="Pad", constants=(channels,)),
        Unit(op="DepthToSpace", attributes=(("blocksize", 2),)),
        Unit(op="SpaceToDepth", attributes=(("blocksize", 2),)),
        Unit(op="ReduceMean", constants=(((2, 3), i8),)),
        Unit(op="ReduceMax", constants=(((2, 3), i8),)),
        Unit(op="Clip", constants=((0, f4), (6, f4))),
        Unit(op="PRelu", weight=(16, 1, 1)),
        Unit(op="Conv", weight=(32, 16, 3, 3)),
        Unit(op="Conv", weight=(32, 16, 3, 3), bias=32),
        Unit(op="Conv", weight=(16, 1, 3, 3), attributes=(("group", 16),)),
        Unit(op="Conv", weight=(32, 16, 3, 3), ends_in_floats=True),
        Unit(op="Conv", weight=(32, 16, 3, 3), behind="Relu"),
        Unit(op="Conv", weight=(32, 16, 3, 3), behind="Clip"),
        Unit(op="Add", inputs=2, behind="Relu"),
        Unit(op="ConvTranspose", weight=(16, 32, 3, 3)),
        Unit(op="MatMul", weight=(8, 32)),
        Unit(op="MatMul", weight=(8, 32), ends_in_floats=True),
        Unit(op="MatMul", inputs=2, shape=matrices),
        Unit(op="MatMul", inputs=2, shape=matrices, ends_in_floats=True),
        Unit(op="Gemm", shape=(4, 16), weight=(16, 32)),
        Unit(op="Gemm", shape=(4, 16), weight=(16, 32), bias=32),
        Unit(op="Gemm", shape=(4, 16), weight=(16, 32), bias=32, ends_in_floats=True),
        Unit(op="InstanceNormalization", weight=(16,), bias=16),
        Unit(op="LayerNormalization", weight=(8,), bias=8),
        Unit(op="Softmax", ends_in_floats=True),
        Unit(op="Add", inputs=2, ends_in_floats=True),
    )


UNITS = _units()
