"""Design spaces of files as exporters write them, by value."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.load import load, load_bound
from costlint.costmodel.space import parametrize
from tests.conftest import CORPUS

ort = pytest.importorskip("onnxruntime")

CASES = CORPUS.parent / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not at ../shared/cases")


def space_of(name, **shapes):
    return parametrize(load(CASES / f"{name}.onnx", shapes=shapes))


def test_an_encoder_with_open_batch_and_time_is_one_design_three_ways():
    space = space_of("encoder_dynamic", time=9)
    design = {"batch": 2, "node_MatMul_4.width": 36}
    assert count(space.bind(design)).macs == 210_528
    assert space.compile()(design).macs[0] == 210_528
    assert count(load_bound(space.model(design))).macs == 210_528


@pytest.mark.parametrize("name", ["cls_token", "slice_int32", "lstm_seqfirst", "qlinearconv"])
def test_what_is_written_runs(name):
    written = space_of(name).model({})
    onnx.checker.check_model(written, full_check=True)
    ort.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])


def test_a_class_token_is_expanded_to_any_batch():
    session = ort.InferenceSession(space_of("cls_token").model({}).SerializeToString())
    (given,) = session.get_inputs()
    images = np.ones((3, *given.shape[1:]), np.float32)
    assert session.run(None, {given.name: images})[0].shape[0] == 3


def test_widths_outside_of_a_branch_are_free_and_the_branch_is_not_written():
    space = space_of("if_data")
    assert "mid.width" in space.variables
    assert space.compile("epyc-avx512-onnxruntime-1t")({}).latency_s[0] > 0
    with pytest.raises(ModelError, match="has sub-graphs, which are not written"):
        space.model({})


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 8])
def test_a_batch_on_axis_1_is_one_design_three_ways(batch):
    space = space_of("lstm_seqfirst")
    design = {"batch": batch}
    assert [t.shape for t in space.bind(design).inputs] == [(128, batch, 80)]
    assert count(space.bind(design)).macs == batch * 128 * 14_656
    assert space.compile()(design).macs[0] == batch * 128 * 14_656
    assert count(load_bound(space.model(design))).macs == batch * 128 * 14_656
