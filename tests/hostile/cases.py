"""Models that nobody should bring, as bytes. Each is made by one small function."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import onnx
from onnx import TensorProto, helper

from tests.models import model

Case = Callable[[], bytes]
INT64_MAX = 2**63 - 1


def graph(nodes: list[Any], x: list[Any], outputs: tuple[str, ...] = ("y",), **more: Any) -> bytes:
    """A model with the input `x` of shape `x` and outputs of unknown shape."""
    value = helper.make_tensor_value_info
    proto = helper.make_graph(
        nodes,
        "g",
        [value("x", TensorProto.FLOAT, x)],
        [value(name, TensorProto.FLOAT, None) for name in outputs],
        **more,
    )
    opsets = [helper.make_opsetid("", 22)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=10).SerializeToString()


def weight(name: str, *dims: int, dtype: int = TensorProto.FLOAT, location: str = "w.bin") -> Any:
    """A parameter whose data lies elsewhere."""
    proto = TensorProto(name=name, dims=dims, data_type=dtype)
    proto.data_location = TensorProto.EXTERNAL
    place = proto.external_data.add()
    place.key, place.value = "location", location
    return proto


def node(op_type: str, *inputs: str, out: str = "y", **attributes: Any) -> Any:
    return helper.make_node(op_type, list(inputs), [out], name=f"n_{out}", **attributes)


def conv(x: list[int], *filter_dims: int, **attributes: Any) -> bytes:
    return graph([node("Conv", "x", "w", **attributes)], x, initializer=[weight("w", *filter_dims)])


def cyclic() -> bytes:
    return graph([node("Add", "x", "y", out="t"), node("Relu", "t")], [2])


def made_twice() -> bytes:
    return graph([node("Relu", "x"), node("Exp", "x")], [2])


def chain(nodes: int, op_type: str = "Relu") -> bytes:
    names = ["x", *(f"t{i}" for i in range(nodes - 1)), "y"]
    return graph([node(op_type, a, out=b) for a, b in pairwise(names)], [2])


def fan_out(readers: int) -> bytes:
    nodes = [node("Relu", "x", out=f"t{i}") for i in range(readers)]
    return graph([*nodes, node("Sum", *(f"t{i}" for i in range(readers)))], [2])


def nested_if(depth: int) -> bytes:
    """If in If in If; joined as bytes, since protobuf's own builder stops at 33."""
    value = helper.make_tensor_value_info
    leaf = helper.make_graph([node("Relu", "x")], "b", [], [value("y", TensorProto.FLOAT, None)])
    other = helper.make_attribute("else_branch", leaf).SerializeToString()
    body = leaf.SerializeToString()
    head = onnx.NodeProto(op_type="If", input=["c"], output=["y"]).SerializeToString()
    rest = onnx.GraphProto(name="b", output=leaf.output).SerializeToString()
    then = onnx.AttributeProto(name="then_branch", type=onnx.AttributeProto.GRAPH)
    for _ in range(depth):
        attribute = then.SerializeToString() + _field(6, body)  # AttributeProto.g
        call = head + _field(5, attribute) + _field(5, other)  # NodeProto.attribute
        body = _field(1, call) + rest  # GraphProto.node
    proto = onnx.load_from_string(graph([], [2]))
    proto.graph.ClearField("output")
    inputs = onnx.GraphProto(input=[*proto.graph.input, value("c", TensorProto.BOOL, [])])
    proto.ClearField("graph")
    return proto.SerializeToString() + _field(7, inputs.SerializeToString() + body)


def _field(number: int, payload: bytes) -> bytes:
    """A field of protobuf's wire format that holds a message."""
    sizes = bytearray()
    length = len(payload)
    while length > 0x7F:
        sizes.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2, *sizes, length]) + payload


def exploding_functions(levels: int) -> bytes:
    """Each function calls the one below it twice: 2**levels nodes."""
    lines = ['<ir_version: 10, opset_import: ["" : 22, "own" : 1]>']
    lines.append(f"g (float[2] x) => (float[2] y) {{ y = own.f{levels} (x) }}")
    head = '<opset_import: ["" : 22, "own" : 1], domain: "own">'
    lines.append(f"{head} f0 (a) => (b) {{ b = Relu(a) }}")
    lines += [
        f"{head} f{i} (a) => (b) {{ c = own.f{i - 1} (a)  b = own.f{i - 1} (c) }}"
        for i in range(1, levels + 1)
    ]
    return model("\n".join(lines)).SerializeToString()


def recursive_functions() -> bytes:
    text = """<ir_version: 10, opset_import: ["" : 22, "own" : 1]>
    g (float[2] x) => (float[2] y) { y = own.a (x) }
    <opset_import: ["own" : 1], domain: "own"> a (p) => (q) { q = own.b (p) }
    <opset_import: ["own" : 1], domain: "own"> b (p) => (q) { q = own.a (p) }"""
    return model(text).SerializeToString()


def renamed(old: bytes, new: bytes) -> bytes:
    """A small model with bytes of a name replaced, whether they are UTF-8 or not."""
    assert len(old) == len(new)
    return graph([node("Relu", "x", out="abcd"), node("Exp", "abcd")], [2]).replace(old, new)


def opset(version: int) -> bytes:
    proto = onnx.load_from_string(graph([node("Relu", "x")], [2]))
    proto.opset_import[0].version = version
    return proto.SerializeToString()


def reshape(*to: int) -> bytes:
    target = helper.make_tensor("to", TensorProto.INT64, [len(to)], list(to))
    return graph([node("Reshape", "x", "to")], [2, 3], initializer=[target])


def long_dims(count: int) -> bytes:
    tensor = TensorProto(name="w", dims=[1] * count, data_type=TensorProto.FLOAT)
    return graph([node("Add", "x", "w")], [2], initializer=[tensor])


def scalar_division() -> bytes:
    """INT64_MIN / -1, which kills a process that divides in C."""
    least = helper.make_tensor("a", TensorProto.INT64, [1], [-(2**63)])
    minus = helper.make_tensor("b", TensorProto.INT64, [1], [-1])
    nodes = [node("Div", "a", "b", out="s"), node("Reshape", "x", "s")]
    return graph(nodes, [2, 3], initializer=[least, minus])


REFUSED: dict[str, Case] = {
    "cyclic graph": cyclic,
    "dangling input": lambda: graph([node("Add", "x", "nowhere")], [2]),
    "a name made twice": made_twice,
    "negative dimension of a weight": lambda: conv([1, 3, 8, 8], 4, -3, 3, 3),
    "rank mismatch": lambda: conv([1, 3, 8], 4, 3, 3, 3),
    "stride 0": lambda: conv([1, 3, 8, 8], 4, 3, 3, 3, strides=[0, 0]),
    "groups that do not divide": lambda: conv([1, 4, 8, 8], 4, 1, 3, 3, group=3),
    "group 0": lambda: conv([1, 4, 8, 8], 4, 1, 3, 3, group=0),
    "filter larger than the input": lambda: conv([1, 3, 4, 4], 4, 3, 9, 9),
    "inner dimensions differ": lambda: graph(
        [node("MatMul", "x", "w")], [2, 3], initializer=[weight("w", 4, 5)]
    ),
    "reshape to another number of elements": lambda: reshape(7),
    "reshape to a negative size": lambda: reshape(-5, 2),
    "opset 0": lambda: opset(0),
    "opset 9999": lambda: opset(9999),
    "recursive functions": recursive_functions,
    "2**40 nodes by functions": lambda: exploding_functions(40),
    "200-deep If": lambda: nested_if(200),
    "20 MB of dimensions": lambda: long_dims(10_000_000),
    "INT64_MIN / -1": scalar_division,
    "Einsum with two ellipses": lambda: graph(
        [node("Einsum", "x", equation="......ij->ij")], [2, 3]
    ),
    "no bytes": lambda: b"",
    "random bytes": lambda: bytes(range(256)) * 40,
    "half a model": lambda: chain(50)[:800],
}

ACCEPTED: dict[str, Case] = {
    "nodes in reverse order": lambda: graph([node("Exp", "t"), node("Relu", "x", out="t")], [2]),
    "unknown domain": lambda: graph([helper.make_node("Op", ["x"], ["y"], domain="own")], [2]),
    "200,000-node chain": lambda: chain(200_000),
    "50,000-way fan-out": lambda: fan_out(50_000),
    "huge dimensions": lambda: graph([node("Relu", "x")], [INT64_MAX, INT64_MAX]),
    "names that are not UTF-8": lambda: renamed(b"abcd", b"\xff\xfe\x80d"),
    "control characters in names": lambda: renamed(b"abcd", b"\x1b[2J"),
    "external data above the folder": lambda: graph(
        [node("Add", "x", "w")], [2], initializer=[weight("w", 2, location="../../../etc/passwd")]
    ),
    "float8": lambda: graph([node("Cast", "x", to=TensorProto.FLOAT8E4M3FN)], [2]),
    "int4 weights": lambda: graph(
        [
            node("DequantizeLinear", "w", "s", out="d"),
            node("MatMul", "x", "d"),
        ],
        [2, 64],
        initializer=[weight("w", 64, 64, dtype=TensorProto.INT4), weight("s")],
    ),
    "bfloat16": lambda: graph([node("Cast", "x", to=TensorProto.BFLOAT16)], [2]),
    "an empty dimension": lambda: graph([node("Relu", "x")], [0, 3]),
    "20-deep If": lambda: nested_if(20),
    "duplicate op names": lambda: graph(
        [
            helper.make_node("Relu", ["x"], ["t"], name="same"),
            helper.make_node("Relu", ["t"], ["y"], name="same"),
        ],
        [2],
    ),
}
