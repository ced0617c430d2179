"""Models of unusual size, made for the bench."""

from __future__ import annotations

from onnx import NodeProto, TensorProto, helper


def chain(nodes: int) -> bytes:
    """`nodes` element-wise ops, one after the other."""
    ops = [helper.make_node("Relu", [f"t{i}"], [f"t{i + 1}"], f"n{i}") for i in range(nodes)]
    return _model(ops, "t0", f"t{nodes}", [])


def far_weights(elements: int) -> bytes:
    """A product with a weight of `elements` float32 numbers in a file that is not there."""
    weight = TensorProto(name="w", dims=(1, elements), data_type=TensorProto.FLOAT)
    weight.data_location = TensorProto.EXTERNAL
    place = weight.external_data.add()
    place.key, place.value = "location", "nowhere.bin"
    return _model([helper.make_node("MatMul", ["x", "w"], ["y"], "matmul")], "x", "y", [weight])


def _model(nodes: list[NodeProto], first: str, last: str, weights: list[TensorProto]) -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "g",
        [value(first, TensorProto.FLOAT, [1, 1])],
        [value(last, TensorProto.FLOAT, None)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    return model.SerializeToString()
