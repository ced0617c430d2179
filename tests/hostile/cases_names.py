"""Names that mean something to whoever prints them: markup, escapes, formulas, new lines."""

from __future__ import annotations

from functools import partial

import onnx
from onnx import TensorProto, helper

from tests.hostile.cases import Case
from tests.models import model

ODD = {
    "rich markup": "[red]x[/bold]",
    "markup that closes": "[/]",
    "a link in markup": "[link=file:///etc/passwd]x[/link]",
    "terminal escapes": "\x1b]0;title\x07\x1b[2J",
    "HTML": "</script><img src=x onerror=alert(1)>",
    "a formula": "=cmd|' /C calc'!A0",
    "a formula by @": "@SUM(1+1)",
    "new lines": "a\nb\r\n::error::c\u2028d",
    "zero bytes": "a\x00b",
    "format strings": "%s%n{0}{x.__class__}$(id)`id`",
    "right to left": "\u202eabc\u2066",
    "combining": "e" + "\u0301" * 5000,
    "emoji": "\U0001f469\u200d\U0001f680" * 40,
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\x9f",
    "a comma and quotes": "a,\"b\";'c'\t|d|",
    "a path": "../../../../etc/passwd",
    "CDATA": "]]><!--&#0;&lt;",
    "noncharacters": "\ufffe\uffff\ufdd0",
    "spaces": "   ",
    "a number": "640",
    "an option": "--help",
    "batch": "batch",
    "a keyword": "lambda",
    "unknown": "?",
}
SIZES = {
    "operators": "a**b**c",
    "a power": "9**9**9**9",
    "long sum": "+".join(f"s{i}" for i in range(3000)),
    "parentheses": "(" * 5000 + "n" + ")" * 5000,
    "division by zero": "n/0",
    "floor of nothing": "floor()",
    "a call": "__import__('os').system('id')",
    "an attribute": "n.__class__",
    "a function": "lambda: 0",
    "itself": "n+1",
    "a negative": "-5",
    "a float": "1e400",
    "unicode digits": "\u0661\u0662 \u00b2",
    "imaginary": "I",
    "zoo": "zoo",
    "nan": "nan",
    "oo": "oo",
    "pi": "pi",
    "modulo": "n % 0",
    "shift": "1 << 99999999999",
    "digits": "9" * 6000,
    "minus minus": "- - -n",
    "a sum of powers": "(n+1)**99999",
    "max": "max(n, m)",
}


def named(name: str) -> bytes:
    """Every name of a small network is this one, where names may be alike."""
    proto = model("""g (float[N, 3, 8, 8] x, float[3, 3, 3, 3] w) => (float y) {
        t = Conv<pads = [1, 1, 1, 1]>(x, w)  u = Relu(t)  v = Exp(u)  y = Add(v, x) }""")
    graph = proto.graph
    new = {n: f"{name}{n}" for n in ("x", "w", "t", "u", "v", "y")}
    for node in graph.node:
        node.name, node.doc_string = name, name
        node.input[:] = [new[n] for n in node.input]
        node.output[:] = [new[n] for n in node.output]
    graph.node[2].domain, graph.node[2].op_type = name, name
    for value in (*graph.input, *graph.output):
        value.name = new[value.name]
    graph.input[0].type.tensor_type.shape.dim[0].dim_param = name
    graph.name = proto.producer_name = proto.domain = proto.doc_string = name
    proto.metadata_props.add(key=name, value=name)
    proto.opset_import.add(domain=name, version=1)
    return proto.SerializeToString()


def sized(word: str) -> bytes:
    """Sizes that are this word, beside n and m."""
    nodes = [helper.make_node("Add", ["x", "z"], ["t"]), helper.make_node("Relu", ["t"], ["y"])]
    value = helper.make_tensor_value_info
    inputs = [value("x", 1, ["n", word, 4]), value("z", 1, ["n", word, "m"])]
    proto = helper.make_graph(nodes, "g", inputs, [value("y", TensorProto.FLOAT, [word, None, 4])])
    opsets = [onnx.helper.make_opsetid("", 22)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=10).SerializeToString()


NAMES: dict[str, Case] = {
    **{f"names: {k}": partial(named, n) for k, n in ODD.items()},
    **{f"sizes: {k}": partial(sized, n) for k, n in {**ODD, **SIZES}.items()},
}
