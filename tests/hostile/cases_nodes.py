"""Nodes with attributes and constants of kinds that their operators do not take."""

from __future__ import annotations

from functools import partial
from typing import Any

import onnx
from onnx import AttributeProto, TensorProto, helper

from tests.hostile.cases import Case, graph, node
from tests.models import model

CALLS = {
    "Conv": ("float[1, 4, 8, 8] x, float[4, 4, 3, 3] w", "Conv(x, w)", "strides pads dilations group auto_pad kernel_shape"),  # noqa: E501
    "ConvTranspose": ("float[1, 4, 8, 8] x, float[4, 4, 3, 3] w", "ConvTranspose(x, w)", "strides output_padding output_shape group"),  # noqa: E501
    "MaxPool": ("float[1, 4, 8, 8] x", "MaxPool<kernel_shape = [2, 2]>(x)", "kernel_shape strides ceil_mode"),  # noqa: E501
    "Softmax": ("float[2, 3] x", "Softmax(x)", "axis"),
    "Gemm": ("float[2, 3] x, float[3, 4] w", "Gemm(x, w)", "transA transB alpha"),
    "Transpose": ("float[2, 3] x", "Transpose(x)", "perm"),
    "Concat": ("float[2, 3] x", "Concat<axis = 0>(x, x)", "axis"),
    "Split": ("float[4, 3] x", "Split<num_outputs = 2>(x)", "num_outputs axis"),
    "Einsum": ("float[2, 3] x", 'Einsum<equation = "ij->ji">(x)', "equation"),
    "Resize": ("float[1, 1, 4, 4] x, float[4] s", "Resize(x, s, s)", "mode axes coordinate_transformation_mode"),  # noqa: E501
    "LSTM": ("float[5, 1, 4] x, float[1, 32, 4] w, float[1, 32, 8] r", "LSTM<hidden_size = 8>(x, w, r)", "hidden_size direction activations layout"),  # noqa: E501
    "Cast": ("float[2] x", "Cast<to = 7>(x)", "to"),
    "DepthToSpace": ("float[1, 4, 2, 2] x", "DepthToSpace<blocksize = 2>(x)", "blocksize mode"),
    "ReduceMean": ("float[2, 3] x", "ReduceMean(x)", "keepdims noop_with_empty_axes axes"),
    "BatchNormalization": ("float[1, 4, 2, 2] x, float[4] s", "BatchNormalization(x, s, s, s, s)", "training_mode epsilon"),  # noqa: E501
    "Attention": ("float[1, 2, 4, 8] x", "Attention(x, x, x)", "q_num_heads kv_num_heads scale"),
    "TopK": ("float[2, 3] x, int64[1] k", "TopK(x, k)", "axis"),
    "Pad": ("float[2, 3] x, int64[4] p", "Pad(x, p)", "mode"),
}  # fmt: skip


def odd_attributes() -> list[AttributeProto]:
    tensor = helper.make_tensor("t", TensorProto.FLOAT, [2], [1.0, 2.0])
    make = helper.make_attribute
    return [
        make("a", -1),
        make("a", 0),
        make("a", 2**63 - 1),
        make("a", 1e30),
        make("a", float("nan")),
        make("a", "[red]\x1b[31m"),
        make("a", [-(2**63), 0]),
        make("a", [1.5, float("inf")]),
        make("a", ["x", "y"]),
        make("a", tensor),
        make("a", helper.make_graph([], "g", [], [])),
        AttributeProto.FromString(b"\x0a\x01a\xa0\x01\x63"),
        AttributeProto(name="a", type=AttributeProto.INTS),
        AttributeProto(name="a", type=AttributeProto.STRING, s=b"\xff\xfe"),
        AttributeProto(name="a", ref_attr_name="b", type=AttributeProto.INT),
        AttributeProto(name="a", type=AttributeProto.TYPE_PROTO),
    ]


def wrong(op_type: str, kind: int) -> bytes:
    """One graph with a node per attribute of the operator, each with a wrong value of one kind.

    Only one of them is kept, since a refusal hides the rest: the kinds take turns.
    """
    inputs, call, names = CALLS[op_type]
    each = names.split()
    name = each[kind % len(each)]
    proto = model(f"g ({inputs}) => (float y) {{ y = {call} }}")
    node = proto.graph.node[0]
    kept = [a for a in node.attribute if a.name != name]
    del node.attribute[:]
    odd = odd_attributes()[kind]
    odd.name = name
    node.attribute.extend([*kept, odd])
    return proto.SerializeToString()


def constant(**fields: Any) -> bytes:
    """A Constant with one of its many attributes, as a shape and as a weight."""
    nodes = [
        helper.make_node("Constant", [], ["c"], **fields),
        node("Reshape", "x", "c", out="r"),
        node("Add", "x", "c"),
    ]
    return graph(nodes, [2, 3])


def bytes_name() -> bytes:
    return graph([node("Softmax", "x", axsi=1)], [2]).replace(b"axsi", b"\xff\xfei\x00")


def twice() -> bytes:
    proto = onnx.load_from_string(graph([node("Softmax", "x", axis=1)], [2, 3]))
    attributes = [helper.make_attribute("axis", v) for v in (0, "one", [5])]
    proto.graph.node[0].attribute.extend(attributes)
    return proto.SerializeToString()


def sparse() -> onnx.SparseTensorProto:
    return onnx.SparseTensorProto(
        values=helper.make_tensor("v", TensorProto.INT64, [1], [6]),
        indices=helper.make_tensor("i", TensorProto.INT64, [1], [1]),
        dims=[2],
    )


VALUES: dict[str, Any] = {
    "value_int": 6,
    "value_ints": [3, 2],
    "value_float": 1.5,
    "value_floats": [1.5, float("nan")],
    "value_string": "[red]",
    "value_strings": ["a", "b"],
    "value": helper.make_tensor("t", TensorProto.INT64, [0], []),
    "sparse_value": sparse(),
}

NODES: dict[str, Case] = {
    **{
        f"{op_type} with attribute {kind}": partial(wrong, op_type, kind)
        for op_type in CALLS
        for kind in range(len(odd_attributes()))
    },
    **{f"Constant of {k}": partial(constant, **{k: v}) for k, v in VALUES.items()},
    "Constant of nothing": constant,
    "Constant of two": lambda: constant(value_int=6, value_ints=[1]),
    "an attribute name of bytes": bytes_name,
    "an attribute three times": twice,
}
