"""Models run here: what a measurement holds, and what is refused. Never how fast it was."""

from __future__ import annotations

import io
import os
import sys

import numpy as np
import pytest

import costlint
from costlint.costmodel.ir.errors import CostlintError, ModelError, OptionError
from costlint.costmodel.load import load
from costlint.measuring.inputs import random_inputs
from costlint.measuring.session import _unrest, measure
from tests.models import model

pytest.importorskip("onnxruntime")


def test_a_measurement_says_what_was_run(block):
    found = measure(block, runs=5, batch=2)
    assert found.graph == str(block)
    assert (found.batch, found.threads, found.runs, found.device) == (2, 1, 5, "host")
    assert found.runtime.startswith("onnxruntime ")
    assert 0 < found.low_s <= found.latency_s <= found.high_s


def test_every_op_is_in_one_kernel(block):
    found = measure(block, runs=1)
    ops = [op for kernel in found.kernels for op in kernel.ops]
    assert sorted(ops) == list("abcdey")
    (conv,) = [kernel.ops for kernel in found.kernels if "a" in kernel.ops]
    assert conv == ("a", "b", "c")
    assert all(kernel.latency_s >= 0 for kernel in found.kernels)
    assert found.kernels_s == sum(kernel.latency_s for kernel in found.kernels)


def test_a_symbolic_batch_is_one_and_said(block):
    found = measure(block, runs=1)
    assert found.batch == 1
    assert any(note.startswith("batch 1, not bound") for note in found.notes)


def test_bytes_and_streams_are_measured_too(block):
    data = block.read_bytes()
    for given in (data, io.BytesIO(data)):
        assert measure(given, runs=1).graph == ""


def test_the_public_name(block):
    assert costlint.measure(str(block), runs=1, threads=1).threads == 1


def test_the_processors_are_given_back(block):
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system does not keep processes to processors")
    before = os.sched_getaffinity(0)
    measure(block, runs=1)
    assert os.sched_getaffinity(0) == before


def test_without_onnxruntime_the_error_names_the_extra(block, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(CostlintError, match="not installed") as caught:
        measure(block)
    assert caught.value.fix == "pip install costlint[measure]"


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"threads": 0}, {"threads": 100_000}])
def test_options_that_make_no_sense(block, wrong):
    with pytest.raises(OptionError):
        measure(block, **wrong)


def test_a_model_that_does_not_run():
    unknown = model(
        """<ir_version: 10, opset_import: ["" : 17, "no.such" : 1]>
        g (float[4] x) => (float[4] y) { y = no.such.Op(x) }"""
    )
    with pytest.raises(ModelError, match="onnxruntime cannot run"):
        measure(unknown, runs=1)


def test_inputs_fit_their_use():
    graph = load(
        model(
            """g (int64[1, 50] ids, int64[1, 50] mask, float[1, 50, 4] x, uint8[1, 50] u, bool[1] b)
            => (float[1, 50, 4] y)
            { rows = Gather(table, ids)
              m = Cast<to = 1>(mask)
              k = Unsqueeze(m, axis)
              z = Mul(rows, k)
              y = Add(z, x) }""".replace(
                "=> (float[1, 50, 4] y)", "=> (float[1, 50, 4] y)\n<int64[1] axis = {2}>"
            ),
            weights={"table": (7, 4)},
        )
    )
    found = random_inputs(graph)
    assert set(np.unique(found["ids"])) == set(range(7))
    assert (found["mask"] == 1).all()
    assert found["b"].all()
    assert (str(found["x"].dtype), str(found["u"].dtype)) == ("float32", "uint8")
    assert np.ptp(found["u"].astype(int)) > 100
    again = random_inputs(graph)
    assert all((found[name] == again[name]).all() for name in found)


def test_an_input_without_a_shape_is_refused():
    proto = model("g (float[4] x) => (float[4] y) { y = Relu(x) }")
    proto.graph.input[0].type.tensor_type.ClearField("shape")
    with pytest.raises(OptionError, match="'x' cannot be made up"):
        random_inputs(load(proto))


@pytest.mark.parametrize(
    ("low_s", "high_s", "waiting", "said"),
    [
        (1.0, 1.4, 1.1, []),
        (1.0, 1.4, 2.5, ["the clock says 2.5 times as much"]),
        (1.0, 3.0, 1.0, ["slow runs took 3.0 times"]),
    ],
)
def test_other_work_is_said(low_s, high_s, waiting, said):
    found = list(_unrest(low_s, high_s, waiting))
    assert len(found) == len(said)
    assert all(text.startswith(start) for text, start in zip(found, said, strict=True))
