"""Kernels that were timed by themselves, as samples of a fit."""

from __future__ import annotations

import numpy as np
import pytest

from costlint.costmodel.devices import device
from costlint.costmodel.fitting.calibrate import calibrate
from costlint.costmodel.fitting.parts import joined, leaders, noise_of, parts
from costlint.costmodel.fitting.timed import timed
from costlint.costmodel.fitting.timings import Timing, read_timings, write_timings
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.runtimes.fusion import fusion_rules
from tests.models import model

TEXT = """g (float[1, 16, 8, 8] x, float[WIDE, 16, 3, 3] w, float[WIDE, WIDE, 1, 1] v)
  => (float[1, WIDE, 6, 6] y) { a = Conv(x, w)  r = Relu(a)  y = Conv(r, v) }"""
RULES = fusion_rules("onnxruntime")


@pytest.fixture
def graphs(tmp_path):
    for name, wide in (("one", 16), ("two", 32), ("three", 48)):
        proto = model(TEXT.replace("WIDE", str(wide)))
        for place, node in enumerate(proto.graph.node):
            node.name = f"n{place}"
        (tmp_path / f"{name}.onnx").write_bytes(proto.SerializeToString())
    return tmp_path


def row(graph, latency_s, ops=None):
    return Timing(graph=f"{graph}.onnx", batch=1, latency_s=latency_s, threads=1,
                  runtime="onnxruntime", fusion="onnxruntime", ops=ops, lanes=16)  # fmt: skip


ROWS = (
    *(row(name, (place + 1) * 1e-4) for place, name in enumerate(("one", "two", "three"))),
    row("one", 6e-5, ("n0", "n1")),
    row("one", 3e-5, ("n2",)),
    row("one", 1e-5, ()),
)


def test_parts_are_matched_with_the_kernels_that_do_the_same_ops(graphs):
    data = timed(ROWS, graphs)
    assert len(data.rows) == 3
    found = parts(data, RULES, data.settings(device("epyc-avx512-onnxruntime-1t"), RULES))
    assert sorted(found.latency_s) == pytest.approx([1e-5, 3e-5, 6e-5])
    assert not found.is_whole.any()
    whole = data.samples(RULES, data.settings(device("epyc-avx512-onnxruntime-1t"), RULES))
    assert len(joined(whole, found)) == 6
    assert len(joined(whole.where(np.array([False, True, True])), found)) == 2
    assert (noise_of(joined(whole, found), 0.1) == 0.1).sum() == 3


def test_a_calibration_takes_lanes_and_cache_from_the_timings(graphs):
    rows = [
        Timing(**{f: getattr(r, f) for f in r.__slots__} | {"lanes": 8, "cache_bytes": 12345})
        for r in ROWS
    ]
    found = calibrate(rows, graphs=graphs, name="mine").profile
    assert (found.lanes_out, found.cache_bytes) == (8, 12345)
    assert found.provenance.timings == 3


def test_rows_of_ops_are_written_and_read(tmp_path):
    write_timings(ROWS, tmp_path / "t.csv")
    assert [r.ops for r in read_timings(tmp_path / "t.csv")] == [r.ops for r in ROWS]


@pytest.mark.parametrize("text", ["conv", "[1]", "{}"])
def test_ops_that_are_no_list_of_names_are_refused(tmp_path, text):
    (tmp_path / "t.csv").write_text(f'graph,batch,latency_s,ops\na,1,0.5,"{text}"\n')
    with pytest.raises(OptionError, match="no JSON list"):
        read_timings(tmp_path / "t.csv")


def test_names_that_groups_link_have_one_leader():
    found = leaders([("a", "b"), ("c",), ("b", "d")])
    assert found["a"] == found["b"] == found["d"] != found["c"]
