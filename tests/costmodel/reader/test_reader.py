"""What can be given to the reader, and what it says to what it cannot read."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.load import load
from costlint.costmodel.reader import read
from tests.models import CONV, model

LFS = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4f1c2d3e4f5a6b7c8d9e\nsize 102400000\n"
)


def test_path_bytes_file_and_proto_give_the_same(tmp_path: Path) -> None:
    proto = model(CONV)
    path = tmp_path / "m.onnx"
    path.write_bytes(proto.SerializeToString())
    with path.open("rb") as file:
        given: list[Any] = [proto, path.read_bytes(), str(path), path, file]
        shapes = {load(m).outputs[0].shape for m in given}
    assert len(shapes) == 1
    assert load(io.BytesIO(path.read_bytes())).outputs[0].shape in shapes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (LFS, "Git LFS pointer"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x80\x02pickle", "pickle"),
        (b"<html>", "web page"),
        (b'{"a": 1}', "JSON"),
        (b"\xff" * 100, "not an ONNX model"),
        (model(CONV).SerializeToString()[:-9], "not an ONNX model"),
    ],
)
def test_what_is_no_model_is_named(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=says):
        read(path)


def test_missing_file_folder_and_fifo(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        read(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match="folder"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match=r"not a regular file|pipe"):
        read(tmp_path / "pipe")


def test_lfs_pointer_names_the_command() -> None:
    with pytest.raises(ModelError, match="git lfs pull --include") as caught:
        read(LFS)
    assert "102400000 bytes" in str(caught.value)


def test_weights_are_dropped_and_small_integers_kept() -> None:
    proto = model(CONV)
    proto.graph.initializer.extend(
        [
            helper.make_tensor("w", TensorProto.FLOAT, (16, 3, 3, 3), [0.5] * (16 * 27)),
            helper.make_tensor("steers", TensorProto.INT64, (2,), [3, 4]),
        ]
    )
    parameters = read(proto).graph.parameters
    assert parameters["w"].shape == (16, 3, 3, 3)
    assert parameters["w"].value is None
    assert list(parameters["steers"].value) == [3, 4]


def test_external_data_stays_unread() -> None:
    proto = model(CONV)
    weight = TensorProto(name="w", dims=(16, 3, 3, 3), data_type=TensorProto.FLOAT)
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "../../nowhere/weights.bin"
    proto.graph.initializer.append(weight)
    graph = load(proto.SerializeToString())
    assert graph.ops[0].w.shape == (16, 3, 3, 3)
    assert [t.name for t in graph.inputs] == ["x"]  # an initializer is no input, even if listed


def test_local_functions_are_inlined() -> None:
    text = """
    <ir_version: 10, opset_import: ["" : 22, "own" : 1]>
    g (float[2, 3] x) => (float[2, 3] y) { t = own.twice (x)  y = own.twice (t) }
    <opset_import: ["" : 22], domain: "own">
    twice (a) => (b) { c = Relu(a)  b = Add(c, c) }
    """
    graph = load(model(text))
    assert [op.op_type for op in graph.ops] == ["Relu", "Add", "Relu", "Add"]
    assert graph.outputs[0].shape == (2, 3)


def test_recursive_functions_are_refused() -> None:
    text = """
    <ir_version: 10, opset_import: ["" : 22, "own" : 1]>
    g (float[2] x) => (float[2] y) { y = own.loop (x) }
    <opset_import: ["" : 22, "own" : 1], domain: "own">
    loop (a) => (b) { b = own.loop (a) }
    """
    with pytest.raises(ModelError, match=r"calls itself|recurs"):
        load(model(text))


def test_an_opset_of_the_future_is_refused() -> None:
    proto = model(CONV)
    proto.opset_import[0].version = 9999
    with pytest.raises(ModelError, match="opset 9999"):
        read(proto)


def test_nodes_in_any_order() -> None:
    proto = model("g (float[2] x) => (float[2] y) { t = Relu(x)  u = Exp(t)  y = Neg(u) }")
    backwards = list(proto.graph.node)[::-1]
    del proto.graph.node[:]
    proto.graph.node.extend(backwards)
    assert [op.op_type for op in load(proto).ops] == ["Relu", "Exp", "Neg"]


def test_a_cycle_is_refused() -> None:
    proto = model("g (float[2] x) => (float[2] y) { t = Relu(x)  y = Add(t, t) }")
    proto.graph.node[0].input[0] = "y"
    with pytest.raises(ModelError, match="cycl"):
        load(proto)


def test_reading_leaves_the_given_model_alone() -> None:
    proto = model(CONV)
    before = proto.SerializeToString(deterministic=True)
    load(proto, batch=4)
    assert proto.SerializeToString(deterministic=True) == before
    assert isinstance(proto, onnx.ModelProto)
