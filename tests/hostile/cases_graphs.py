"""Graphs whose parts contradict each other: bodies, functions, names made nowhere or twice."""

from __future__ import annotations

from functools import partial
from typing import Any

import onnx
from onnx import TensorProto, helper

from tests.hostile.builders import many_inputs, text
from tests.hostile.cases import Case, graph, node
from tests.models import model

IMPORTS = '<ir_version: 10, opset_import: ["" : 22, "own" : 1]>'
VALUE = helper.make_tensor_value_info


def changed(body: str, change: Any) -> bytes:
    """The model with `change(graph)` made to its protobuf."""
    proto = model(body)
    change(proto.graph)
    return proto.SerializeToString()


def bare(**parts: Any) -> bytes:
    """A graph of nothing but these parts."""
    proto = onnx.ModelProto(ir_version=10, opset_import=[helper.make_opsetid("", 22)])
    proto.graph.CopyFrom(onnx.GraphProto(name="g", **parts))
    return proto.SerializeToString()


def functions(*bodies: str) -> bytes:
    head = '<opset_import: ["" : 22, "own" : 1], domain: "own">'
    lines = [IMPORTS, "g (float[2, 3] x) => (float y) { y = own.f (x) }"]
    return model("\n".join([*lines, *(f"{head} {body}" for body in bodies)])).SerializeToString()


def standard_function(name: str = "Relu", overload: str = "") -> bytes:
    """A function that stands where a standard operator does."""
    proto = model("g (float[2] x) => (float[2] y) { y = Relu(x) }")
    call = helper.make_node("Relu", ["p"], ["q"])
    made = helper.make_function("", name, ["p"], ["q"], [call], proto.opset_import)
    made.overload = overload
    proto.graph.node[0].overload = overload
    proto.functions.extend([made, made])
    return proto.SerializeToString()


def branch(then: str, other: str = "q = Relu(x)", outs: tuple[str, str] = ("p", "q")) -> bytes:
    a, b = outs
    return text(f"""g (float[2, 3] x, bool c) => (float y) {{
        y = If(c) <then_branch = a () => ({a and "float " + a}) {{ {then} }},
                   else_branch = b () => ({b and "float " + b}) {{ {other} }}>  z = Relu(x) }}""")


LOOP = """g (float[2] x) => (float y, float z) {
    n = Constant<value = int64 {3}>()  c = Constant<value = bool {1}>()
    y, z = Loop(n, c, x) <body = b (int64 i, bool k, float[2] v) => (bool k2, float w, float s) {
        k2 = Identity(k)  w = Relu(v)  s = Exp(v) }> }"""
SCAN = """g (float[3] s, float[5, 3] x) => (float e, float y) {
    e, y = Scan<num_scan_inputs = 1, body = b (float[3] a, float[3] v) => (float[3] a2, float[3] w)
        { a2 = Add(a, v)  w = Relu(a2) }>(s, x) }"""


def body_of(proto: onnx.GraphProto) -> onnx.GraphProto:
    call = next(n for n in proto.node if n.op_type in ("Loop", "Scan", "If"))
    return next(a.g for a in call.attribute if a.HasField("g"))


def lost_output(graph: onnx.GraphProto) -> None:
    del body_of(graph).output[-1]


def further_output(graph: onnx.GraphProto) -> None:
    body_of(graph).output.append(VALUE("w", 1, None))


def lost_input(graph: onnx.GraphProto) -> None:
    del body_of(graph).input[-1]


def further_input(graph: onnx.GraphProto) -> None:
    body_of(graph).input.extend([VALUE("more", 1, [7])] * 2)


def shadowed(graph: onnx.GraphProto) -> None:
    body = body_of(graph)
    name = body.input[-1].name
    body.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, [7], [0.0] * 7))


def no_body(graph: onnx.GraphProto) -> None:
    body_of(graph).Clear()


def without_body(graph: onnx.GraphProto) -> None:
    for call in graph.node:
        del call.attribute[:]


def unknown_body(graph: onnx.GraphProto) -> None:
    body_of(graph).output[0].name = "nowhere"


CHANGES = {
    "lost output": lost_output,
    "further output": further_output,
    "lost input": lost_input,
    "further inputs": further_input,
    "initializer over input": shadowed,
    "empty body": no_body,
    "no body": without_body,
    "output that nothing makes": unknown_body,
}

GRAPHS: dict[str, Case] = {
    **{f"Loop: {k}": partial(changed, LOOP, c) for k, c in CHANGES.items()},
    **{f"Scan: {k}": partial(changed, SCAN, c) for k, c in CHANGES.items()},
    "nothing at all in the graph": bare,
    "only inputs": lambda: bare(input=[VALUE("x", 1, [2])]),
    "only outputs": lambda: bare(output=[VALUE("y", 1, [2])]),
    "only initializers": lambda: bare(
        initializer=[helper.make_tensor("w", 1, [2], [1.0, 2.0])], output=[VALUE("w", 1, [2])]
    ),
    "an input as output": lambda: bare(input=[VALUE("x", 1, [2])], output=[VALUE("x", 1, [2])]),
    "one output twice": lambda: graph([node("Relu", "x")], [2], ("y", "y")),
    "an output that nothing makes": lambda: graph([node("Relu", "x")], [2], ("nowhere",)),
    "one input twice": lambda: bare(
        input=[VALUE("x", 1, [2]), VALUE("x", 1, [3])],
        node=[node("Relu", "x")],
        output=[VALUE("y", 1, None)],
    ),
    "an input without a type": lambda: bare(
        input=[onnx.ValueInfoProto(name="x")],
        node=[node("Relu", "x")],
        output=[onnx.ValueInfoProto(name="y")],
    ),
    "an input without a name": lambda: bare(
        input=[VALUE("", 1, [2])], node=[node("Relu", "")], output=[VALUE("y", 1, None)]
    ),
    "a parameter without a name": lambda: graph(
        [node("Relu", "x")], [2], initializer=[helper.make_tensor("", 1, [1], [1.0])]
    ),
    "a parameter over an input": lambda: graph(
        [node("Relu", "x")], [2], initializer=[helper.make_tensor("x", 1, [3], [1.0] * 3)]
    ),
    "a parameter twice": lambda: graph(
        [node("Add", "x", "w")],
        [2],
        initializer=[helper.make_tensor("w", 1, [n], [1.0] * n) for n in (2, 3)],
    ),
    "a parameter that a node makes": lambda: graph(
        [node("Relu", "x")], [2], initializer=[helper.make_tensor("y", 1, [1], [1.0])]
    ),
    "a loop onto itself": lambda: graph([node("Relu", "y")], [2]),
    "a node without outputs": lambda: graph(
        [helper.make_node("Relu", ["x"], []), node("Exp", "x")], [2]
    ),
    "a node with empty outputs": lambda: graph(
        [helper.make_node("Split", ["x"], ["", ""], num_outputs=2), node("Exp", "x")], [2]
    ),
    "a node of no operator": lambda: graph([helper.make_node("", ["x"], ["y"])], [2]),
    "a node with 300 inputs": lambda: graph([node("Conv", *["x"] * 300)], [1, 3, 8, 8]),
    "a node with 300 outputs": lambda: graph(
        [helper.make_node("Relu", ["x"], ["y", *(f"o{i}" for i in range(300))])], [2]
    ),
    "functions that call each other by overload": lambda: standard_function("Relu", "[red]"),
    "a function over a standard operator": standard_function,
    "a function that reads what it is not given": lambda: functions(
        "f (a) => (b) { b = Add(a, x) }"
    ),
    "a function that makes nothing": lambda: functions("f (a) => (b) { c = Relu(a) }"),
    "a function with more inputs": lambda: functions("f (a, d, e) => (b) { b = Clip(a, d, e) }"),
    "a function with its input as output": lambda: functions("f (a) => (a) { c = Relu(a) }"),
    "an attribute of a function outside": lambda: text(
        "g (float[2, 3] x) => (float y) { y = Relu(x) }"
    ).replace(b"Relu", b"Selu"),
    "ref attributes outside functions": lambda: changed(
        "g (float[2, 3] x) => (float y) { y = Softmax(x) }",
        lambda g: g.node[0].attribute.add(name="axis", ref_attr_name="axis", type=2),
    ),
    "a branch that reads what comes later": lambda: branch("p = Relu(z)"),
    "a branch that gives nothing": lambda: branch("p = Relu(x)", outs=("", "q")),
    "branches of other types": lambda: branch("p = Shape(x)"),
    "branches of other ranks": lambda: branch("p = Flatten(x)", "q = ReduceSum(x)"),
    "a branch that shadows": lambda: branch("x = Exp(x)  p = Relu(x)"),
    "If of 7 booleans": lambda: text("""g (float[2] x, bool[7] c) => (float y) {
        y = If(c) <then_branch = a () => (float p) { p = Relu(x) },
                   else_branch = b () => (float q) { q = Exp(x) }> }"""),
    "If of a float": lambda: text("""g (float[2] x) => (float y) {
        y = If(x) <then_branch = a () => (float p) { p = Relu(x) },
                   else_branch = b () => (float q) { q = Exp(x) }> }"""),
    "10**6 inputs": lambda: many_inputs(10**6),
}


def inputs(many: int, *dims: int | str | None, own: bool = False) -> bytes:
    """Inputs of these sizes, each read once; `own` names belong to one input alone."""
    shapes = [[f"{d}{i}" if own else d for d in dims] for i in range(many)]
    first = [VALUE(f"x{i}", 1, shape) for i, shape in enumerate(shapes)]
    nodes = [node("Relu", f"x{i}", out=f"y{i}") for i in range(min(many, 1000))]
    return bare(input=[*first, VALUE("z", 1, [3, 4])], node=nodes, output=[VALUE("y0", 1, None)])


GRAPHS |= {
    "10**5 empty inputs": lambda: inputs(99_999, 0, 4),
    "10**5 inputs of unknown size": lambda: inputs(99_999, None, None),
    "2 * 10**4 symbols": lambda: inputs(10_000, "s", "t", own=True),
    "900 symbols": lambda: inputs(450, "s", "t", own=True),
}
