"""The 237 files that people ship: inferred whole, refused with a reason, equal to onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping

import onnx
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.dims import is_static
from costlint.costmodel.ir.errors import CostlintError
from tests.costmodel.real import runtime
from tests.costmodel.real.graphs import ARCHIVE, bound, every_op, rows

SHAPELESS = {"sequence", "optional", "map"}

# Files that are refused; onnxruntime refuses each of them too.
REFUSED: Mapping[str, str] = {
    "01_linting_an_onnx_model__bad_graph": r"MatMul.* lacks input 1",
    "bad_graph_with_multi_level_errors": r"MatMul .*the inner dims 5 and 4 differ",
    "bad_graph_with_parallel_invalid_nodes": r"MatMul .*the inner dims 3 and 4 differ",
    "tensorrt/empty.onnx": r"it holds no graph",
}
# Files with operators that nobody knows, or whose sizes lie inside a picture; none of them runs.
OPEN = (
    "superresolution_with_pre_post", "08_inspecting_tensorrt", "09_inspecting_tensorrt",
    "01_match_and_replace_plugin", "nested_dup_names", "recursive_pattern",
    "test_toyPlugin",
)  # fmt: skip
# Files with outputs as long as the data says: our shape is the upper bound.
UPPER_BOUNDS = ("tensorrt/nonzero.onnx",)
# Files that no random input suits: the values, or the shapes bound here, do not fit.
NOT_RUN = ("gemm_CM_transA", "conditionally_invalid", "empty_tensor_expand", "roialign")


def _one_of(name: str, parts: tuple[str, ...] | Mapping[str, str]) -> str:
    return next((part for part in parts if part in name), "")


def test_every_file_is_inferred_whole_or_refused_with_a_reason(corpus, corpus_graph):
    for row in rows(corpus):
        name, data = row["graph"], corpus_graph(ARCHIVE, row["graph"])
        if reason := REFUSED.get(_one_of(name, REFUSED)):
            assert row["onnxruntime_runs"] != "ok"
            with pytest.raises(CostlintError, match=f"(?s){reason}"):
                bound(name, data)
            continue
        outputs = [t for op in every_op(bound(name, data)) for t in op.outputs if t is not None]
        is_open = [t for t in outputs if t.dtype not in SHAPELESS and not is_static(t.shape)]
        assert bool(is_open) == bool(_one_of(name, OPEN)), (name, is_open[:3])
        assert not is_open or row["onnxruntime_runs"] != "ok"


def test_every_file_that_onnxruntime_runs_is_costed_whole(corpus, corpus_graph):
    running = [row["graph"] for row in rows(corpus) if row["onnxruntime_runs"] == "ok"]
    assert len(running) == 199
    for name in running:
        assert count(bound(name, corpus_graph(ARCHIVE, name))).coverage == 1, name


def test_shapes_and_types_are_those_of_onnxruntime(corpus, corpus_graph):
    compared = 0
    for row in rows(corpus):
        name, data = row["graph"], corpus_graph(ARCHIVE, row["graph"])
        if row["onnxruntime_runs"] != "ok" or _one_of(name, NOT_RUN):
            continue
        if runtime.weights(onnx.load_model_from_string(data)) > runtime.LARGE:
            continue
        graph = bound(name, data)
        ours = {t.name: t for op in graph.ops for t in op.outputs if t is not None}
        theirs = runtime.tensors(data, graph)
        pairs = [(ours[n], array) for n, array in theirs.items() if n in ours]
        wrong = [(t, array.shape) for t, array in pairs if runtime.differs(t, array)]
        assert bool(wrong) == bool(_one_of(name, UPPER_BOUNDS)), (name, wrong[:3])
        compared += len(pairs)
    assert compared > 3500
