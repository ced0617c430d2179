"""Makes models whose sizes, constants, bodies or symbols blow up."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import onnx
from onnx import TensorProto, helper

from tests.hostile.cases import graph, node
from tests.models import model


def ints(name: str, *numbers: int) -> Any:
    return helper.make_tensor(name, TensorProto.INT64, [len(numbers)], list(numbers))


def scalar(name: str, number: float, dtype: int = TensorProto.INT64) -> Any:
    return helper.make_tensor(name, dtype, [], [number])


def text(body: str, opset: int = 21) -> bytes:
    return model(body, opset=opset).SerializeToString()


def doubling(op_type: str, steps: int, x: list[Any], **attributes: Any) -> bytes:
    """Each step joins or adds its input to itself."""
    names = ["x", *(f"t{i}" for i in range(steps - 1)), "y"]
    return graph([node(op_type, a, a, out=b, **attributes) for a, b in pairwise(names)], x)


def steps(op_type: str, operand: Any, many: int, x: list[Any]) -> bytes:
    """The same call `many` times in a row, with a stored second operand."""
    names = ["x", *(f"t{i}" for i in range(many - 1)), "y"]
    nodes = [node(op_type, a, operand.name, out=b) for a, b in pairwise(names)]
    return graph(nodes, x, initializer=[operand])


def many_symbols(many: int, op_type: str = "Concat") -> bytes:
    """Inputs that each have a size of their own, joined."""
    value = helper.make_tensor_value_info
    inputs = [value(f"x{i}", TensorProto.FLOAT, [f"s{i}", 4]) for i in range(many)]
    nodes = [
        node(
            op_type,
            *(v.name for v in inputs),
            out="t",
            **({"axis": 0} if op_type == "Concat" else {}),
        )
    ]
    nodes += [node("Shape", "t", out="s"), node("Reshape", "t", "flat", out="y")]
    proto = helper.make_graph(
        nodes, "g", inputs, [value("y", TensorProto.FLOAT, None)], [ints("flat", -1, 2)]
    )
    opsets = [helper.make_opsetid("", 21)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=10).SerializeToString()


def symbol_tower(levels: int) -> bytes:
    """A size that is squared, divided and rounded again and again: what expressions hate."""
    lines = [
        "g (float[N, M] x) => (float y) {",
        "s0 = Shape(x)",
        "two = Constant<value = int64[1] {2}>()",
    ]
    for i in range(levels):
        lines += [
            f"m{i} = Mul(s{i}, s{i})",
            f"d{i} = Div(m{i}, two)",
            f"s{i + 1} = Add(d{i}, s{i})",
        ]
    return text("\n".join([*lines, f"y = ConstantOfShape(s{levels})", "}"]))


def folding_pools(levels: int) -> bytes:
    """A symbolic size through many strided convolutions: floors in floors."""
    names = ["x", *(f"t{i}" for i in range(levels - 1)), "y"]
    nodes = [
        node("MaxPool", a, out=b, kernel_shape=[3, 3], strides=[2, 1 + i % 2], pads=[1, 1, 1, 1])
        for i, (a, b) in enumerate(pairwise(names))
    ]
    return graph(nodes, ["N", 3, "H", "W"])


def many_inputs(many: int) -> bytes:
    value = helper.make_tensor_value_info
    inputs = [value(f"x{i}", TensorProto.FLOAT, [2]) for i in range(many)]
    proto = helper.make_graph(
        [node("Relu", "x0")], "g", inputs, [value("y", TensorProto.FLOAT, None)]
    )
    return helper.make_model(proto, opset_imports=[helper.make_opsetid("", 21)]).SerializeToString()


def many_attributes(many: int) -> bytes:
    proto = onnx.load_from_string(graph([node("Relu", "x")], [2]))
    attribute = helper.make_attribute("a", 1)
    proto.graph.node[0].attribute.extend([attribute] * many)
    return proto.SerializeToString()


def claims(gigabytes: int) -> bytes:
    """A tensor that says it is large, with four bytes of data."""
    tensor = TensorProto(name="w", dims=[gigabytes * 2**28], data_type=TensorProto.FLOAT)
    tensor.raw_data = b"\0\0\0\0"
    return graph([node("Add", "x", "w")], [1], initializer=[tensor])


def bad_strings() -> bytes:
    tensor = TensorProto(name="w", dims=[2], data_type=TensorProto.STRING)
    tensor.string_data.extend([b"\xff\xfe", b"\x00\xed\xa0\x80"])
    return graph([node("Identity", "w", out="y")], [2], initializer=[tensor])


def loop(trips: int, body: str = "z = Mul(v, v)") -> bytes:
    return text(f"""g (float[2] x) => (float[2] y) {{
        n = Constant<value = int64 {{{trips}}}>()  c = Constant<value = bool {{1}}>()
        y = Loop(n, c, x) <body = b (int64 i, bool k, float[2] v) => (bool k2, float[2] z) {{
            k2 = Identity(k)  {body} }}> }}""")


def nested_loops(depth: int) -> bytes:
    body = "z{0} = Mul(v{0}, v{0})"
    inner = body.format(depth)
    for level in range(depth - 1, -1, -1):
        at = level + 1
        given, gives = f"int64 i{at}, bool k{at}, float[2] v{at}", f"bool q{at}, float[2] z{at}"
        inner = f"""z{level} = Loop(n, c, v{level}) <body = b{level} ({given}) => ({gives}) {{
            q{at} = Identity(k{at})  {inner} }}>"""
    head = "n = Constant<value = int64 {1000000}>()  c = Constant<value = bool {1}>()"
    return text(f"g (float[2] v0) => (float[2] z0) {{ {head} {inner} }}")


def in_a_circle() -> bytes:
    """A body that reads what the If itself makes."""
    return text("""g (float[2] x, bool c) => (float[2] y) {
        y = If(c) <then_branch = a () => (float[2] p) { p = Relu(y) },
                   else_branch = b () => (float[2] q) { q = Relu(x) }> }""")
