"""Timings files and what is read from other tools."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlint.costmodel.fitting.timings import (
    Timing,
    fusion_of,
    precision_of,
    read_timings,
    write_timings,
)
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.runtimes.fusion import RULE_SETS
from costlint.measuring.importers import (
    from_benchncnn,
    from_onnxruntime,
    from_trtexec,
    timings_from,
)

ROWS = st.builds(
    Timing,
    graph=st.text("abc/,\"' é", min_size=1).filter(lambda text: text == text.strip()),
    batch=st.integers(1, 1024),
    latency_s=st.integers(1, 10**6).map(lambda us: us * 1e-6),
    threads=st.none() | st.integers(1, 64),
    device=st.sampled_from(["", "host", "my phone"]),
    runtime=st.sampled_from(["", "my own"]),
    fusion=st.sampled_from(["", *RULE_SETS]),
)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_what_is_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("timings") / "t.csv"
    write_timings(rows, path)
    read = read_timings(path)
    assert [row.latency_s for row in read] == pytest.approx([row.latency_s for row in rows])
    strip = [(r.graph, r.batch, r.threads, r.device, r.runtime, r.fusion) for r in rows]
    assert [(r.graph, r.batch, r.threads, r.device, r.runtime, r.fusion) for r in read] == strip


def test_only_filled_columns_are_written(tmp_path):
    path = tmp_path / "t.csv"
    write_timings([Timing(graph="a.onnx", batch=1, latency_s=0.0012345678)], path)
    assert path.read_text() == "graph,batch,latency_s\na.onnx,1,0.00123457\n"


def test_further_columns_are_left_out_and_fusion_follows_the_runtime(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("graph,batch,latency_s,runtime,colour\na,1,0.5,onnxruntime 1.32,red\n")
    (row,) = read_timings(path)
    assert row == Timing(
        graph="a", batch=1, latency_s=0.5, runtime="onnxruntime 1.32", fusion="onnxruntime"
    )


def test_an_unknown_runtime_takes_the_fusion_that_is_given(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("graph,batch,latency_s,runtime\na,1,0.5,my own\nb,1,0.5,ncnn\n")
    assert [row.fusion for row in read_timings(path, fusion="none")] == ["none", "ncnn"]


@pytest.mark.parametrize(
    ("runtime", "fusion"),
    [
        ("ncnn", "ncnn"),
        ("ncnn-vulkan", "ncnn_vulkan"),
        ("TFLite 2.10", "tflite"),
        ("PyTorch Mobile 2.0", "torch_mobile"),
        ("torch 2.4 eager", "none"),
        ("torch.compile", "compiled"),
        ("TensorRT 10", "compiled"),
        ("abacus", ""),
    ],
)
def test_known_runtimes(runtime, fusion):
    assert fusion_of(runtime) == fusion


@pytest.mark.parametrize(
    ("text", "precision"),
    [("amp fp16", "amp"), ("FP32", "fp32"), ("half", "fp16"), ("int4", "int4"), ("", "")],
)
def test_a_precision_is_known_by_its_text(text, precision):
    assert precision_of(text) == precision


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("graph,latency_s\na,1\n", "lacks the column 'batch'"),
        ("graph,batch,latency_s\n", "has no rows"),
        ("graph,batch,latency_s\n,1,0.5\n", ":2: graph is empty"),
        ("graph,batch,latency_s\na,0,0.5\n", ":2: batch '0' is not a positive whole"),
        ("graph,batch,latency_s\na,1,0.5\nb,1,nan\n", ":3: latency_s 'nan' is not a positive"),
        ("graph,batch,latency_s\na,1,-1\n", "not a positive number of seconds"),
        ("graph,batch,latency_s,fusion\na,1,1,all\n", "unknown fusion rule set 'all'"),
        ("graph,batch,latency_s,low_s,high_s\na,1,1,3,2\n", "low_s 3.0 is above high_s 2.0"),
    ],
)
def test_what_is_wrong_is_quoted_with_its_line(tmp_path, text, said):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(OptionError, match=r"t\.csv") as caught:
        read_timings(path)
    assert said in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(OptionError, match="cannot read the timings"):
        read_timings(tmp_path / "no.csv")


def test_onnxruntime_profile(tmp_path):
    runs = [{"cat": "Session", "name": "model_run", "dur": us} for us in (900, 100, 300, 200)]
    kernel = {"cat": "Node", "name": "a_kernel_time", "dur": 50}
    path = tmp_path / "p.json"
    path.write_text(json.dumps([*runs, kernel]))
    row = from_onnxruntime(path, "a.onnx")
    assert (row.latency_s, row.low_s, row.high_s) == pytest.approx((200e-6, 100e-6, 300e-6))
    assert (row.graph, row.threads, row.fusion) == ("a.onnx", None, "onnxruntime")
    path.write_text(json.dumps([kernel]))
    with pytest.raises(OptionError, match="holds no run"):
        from_onnxruntime(path, "a.onnx")
    path.write_text("[1]")
    with pytest.raises(OptionError, match="no onnxruntime profile"):
        from_onnxruntime(path, "a.onnx")


@pytest.mark.parametrize(
    "run",
    [
        {"h2dMs": 1, "computeMs": 2.0, "d2hMs": 1, "latencyMs": 4.0},
        {"startComputeMs": 10.0, "endComputeMs": 12.0, "latencyMs": 4.0},
    ],
)
def test_trtexec_times(tmp_path, run):
    path = tmp_path / "times.json"
    path.write_text(json.dumps([run]))
    row = from_trtexec(path, "a.onnx", batch=8)
    assert (row.latency_s, row.batch, row.fusion) == (0.002, 8, "compiled")


@pytest.mark.parametrize("text", ["{}", "[]", '[{"latencyMs": 1}]', "no json"])
def test_what_trtexec_did_not_write(tmp_path, text):
    path = tmp_path / "times.json"
    path.write_text(text)
    with pytest.raises(OptionError, match=r"times\.json"):
        from_trtexec(path, "a.onnx")


NCNN = """loop_count = 8
num_threads = 4
powersave = 0
gpu_device = {gpu}
cooling_down = 1
          squeezenet  min =    3.12  max =    3.50  avg =    3.25
     mobilenet_v2  min =    2.00  max =    2.50  avg =    2.25
"""


@pytest.mark.parametrize(("gpu", "threads", "runtime"), [(-1, 4, "ncnn"), (0, None, "ncnn-vulkan")])
def test_benchncnn_table(tmp_path, gpu, threads, runtime):
    path = tmp_path / "ncnn.txt"
    path.write_text(NCNN.format(gpu=gpu))
    first, second = from_benchncnn(path)
    assert (first.graph, second.graph) == ("squeezenet.onnx", "mobilenet_v2.onnx")
    assert (first.latency_s, first.low_s, first.high_s) == pytest.approx((0.00325, 0.00312, 0.0035))
    assert (first.threads, first.runtime) == (threads, runtime)
    assert first.fusion == runtime.replace("-", "_")
    path.write_text("nothing")
    with pytest.raises(OptionError, match="no output of benchncnn"):
        from_benchncnn(path)


@pytest.mark.parametrize(
    ("text", "graph", "latency_s"),
    [
        ("graph,batch,latency_s\na.onnx,1,0.5\n", "a.onnx", 0.5),
        ('[{"cat": "Session", "name": "model_run", "dur": 500000}]', "given.onnx", 0.5),
        ('[\n {"computeMs": 500.0}]', "given.onnx", 0.5),
        ("  resnet18  min =  400.0  max = 600.0  avg = 500.0\n", "resnet18.onnx", 0.5),
    ],
)
def test_the_content_tells_the_tool(tmp_path, text, graph, latency_s):
    path = tmp_path / "given.txt"
    path.write_text(text)
    (row,) = timings_from(path)
    assert (row.graph, row.latency_s) == (graph, latency_s)


def test_nothing_to_read(tmp_path):
    with pytest.raises(OptionError, match="cannot read"):
        timings_from(tmp_path / "no.csv")
