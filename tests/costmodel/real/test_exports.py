"""Networks exported by PyTorch: every tensor has a shape, and the one that onnx infers."""

from __future__ import annotations

import zipfile

import onnx
import pytest

from costlint.costmodel.ir.dims import is_static, substitute
from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.load import load

BATCH = 3


def activations(graph: OpGraph) -> dict[str, Tensor]:
    return {t.name: t for op in graph.ops for t in op.outputs if t is not None}


def inferred_by_onnx(data: bytes) -> list[onnx.ValueInfoProto]:
    """What onnx's own inference with data propagation finds at `BATCH`, static shapes only."""
    model = onnx.load_model_from_string(data)
    del model.graph.value_info[:]
    for given in model.graph.input:
        given.type.tensor_type.shape.dim[0].dim_value = BATCH
    found = onnx.shape_inference.infer_shapes(model, data_prop=True).graph.value_info
    return [
        info
        for info in found
        if info.type.tensor_type.HasField("shape")
        and all(dim.HasField("dim_value") for dim in info.type.tensor_type.shape.dim)
    ]


@pytest.mark.parametrize(("archive", "step"), [("gpu-graphs.zip", 14), ("phone-graphs.zip", 5)])
def test_symbolic_and_static_shapes_agree_with_each_other_and_with_onnx(
    archive, step, corpus, corpus_graph
):
    with zipfile.ZipFile(corpus / archive) as file:
        names = sorted(file.namelist())[::step]
    compared = 0
    for name in names:
        data = corpus_graph(archive, name)
        graph = load(data)
        symbolic, static = activations(graph), activations(load(graph, batch=BATCH))
        values = dict.fromkeys(graph.batch_symbols, BATCH)
        for key, tensor in static.items():
            assert is_static(tensor.shape), (name, key)
            dims = [substitute(dim, values) for dim in symbolic[key].shape or ()]
            assert tuple(dims) == tensor.shape, (name, key)
        for info in inferred_by_onnx(data):
            if info.name in static:
                kind = info.type.tensor_type
                theirs = tuple(dim.dim_value for dim in kind.shape.dim)
                ours = static[info.name]
                assert (ours.shape, ours.dtype) == (theirs, ONNX_DTYPES[kind.elem_type]), name
                compared += 1
    assert compared > 1500


def test_a_batch_baked_at_one_scales_every_tensor(corpus, corpus_graph):
    with zipfile.ZipFile(corpus / "arm-graphs.zip") as file:
        names = sorted(file.namelist())
    for name in names:
        once = load(corpus_graph("arm-graphs.zip", name))
        more = activations(load(once, batch=BATCH))
        for key, tensor in activations(once).items():
            assert more[key].elements == BATCH * tensor.elements, (name, key)
