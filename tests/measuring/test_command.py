"""`costlint measure`, as a user types it, and its text."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from costlint.app import run
from costlint.costmodel.count import count
from costlint.costmodel.fitting.timings import read_timings
from costlint.measuring.as_text import measurement_text
from costlint.measuring.compare import kernel_gaps, measured_by_class
from costlint.measuring.measurement import KernelTiming, Measurement


@pytest.fixture
def costlint(monkeypatch, tmp_path):
    """Run the command line in this process, without a profile of this machine; the exit code."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["costlint", *map(str, arguments)])
        return run()

    return call


def test_a_model_is_measured_and_written(costlint, block, tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    table = tmp_path / "t.csv"
    assert costlint("measure", block, "--runs", 5, "--batch", 2, "-o", table) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{block} measured here: ")
    assert "median of 5" in out
    row, *kernels = read_timings(table)
    assert any(kernel.ops for kernel in kernels)
    assert row.ops is None
    assert {kernel.lanes for kernel in kernels} == {row.lanes}
    assert (row.graph, row.batch, row.threads, row.fusion) == ("block.onnx", 2, 1, "onnxruntime")
    assert row.low_s is not None
    assert row.latency_s >= row.low_s


def test_graphs_are_written_below_their_common_folder(costlint, block, tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    other = tmp_path / "more" / "block.onnx"
    other.parent.mkdir()
    other.write_bytes(block.read_bytes())
    table = tmp_path / "t.csv"
    assert costlint("measure", block, other, "--runs", 5, "-o", table) == 0
    whole = [row.graph for row in read_timings(table) if row.ops is None]
    assert whole == ["block.onnx", "more/block.onnx"]
    assert f"--graphs {tmp_path}" in capsys.readouterr().err


def test_a_bad_model_does_not_stop_the_others(costlint, block, tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    assert costlint("measure", tmp_path / "no.onnx", block, "--runs", 1) == 2
    captured = capsys.readouterr()
    assert "measured here" in captured.out
    assert "no.onnx" in captured.err


@pytest.mark.parametrize("arguments", [("--runs", 4, "-o", "t.csv"), ("-d", "no-such-device")])
def test_what_makes_no_sense_is_told_before_measuring(costlint, block, capsys, arguments):
    assert costlint("measure", block, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert not captured.out


def test_text_in_eighty_columns(block):
    found = Measurement(
        graph="m.onnx",
        batch=1,
        threads=1,
        runs=30,
        runtime="onnxruntime 1.0",
        latency_s=0.010,
        low_s=0.009,
        high_s=0.012,
        kernels=(
            KernelTiming(name="c_nchwc", op_type="Conv", ops=("a", "b", "c"), latency_s=0.006),
            KernelTiming(name="ReorderOutput", op_type="ReorderOutput", ops=(), latency_s=0.001),
            KernelTiming(name="y", op_type="Gemm", ops=("y",), latency_s=0.002),
        ),
    )
    counts = count(block)
    assert measured_by_class(found, counts) == {
        "conv": 0.008, "other": 0.0, "shuffle": 0.0, "data": 0.0, "elementwise": 0.0,
        "runtime": 0.001,
    }  # fmt: skip
    text = measurement_text(found, counts, None)
    assert "m.onnx measured here: 10.00 ms, median of 30 (9.00 to 12.00 ms)" in text
    assert "1 ReorderOutput" in text
    assert max(map(len, text.splitlines())) <= 80


def row(name: str) -> SimpleNamespace:
    return SimpleNamespace(op=SimpleNamespace(name=name, op_type="Relu"))


def test_kernels_that_share_ops_are_one_pair():
    predicted = [("ab", 2.0), ("c", 3.0), ("d", 0.5)]
    kernels = [SimpleNamespace(ops=list(map(row, ops)), latency_s=s) for ops, s in predicted]
    counts = SimpleNamespace(ops=list(map(row, "abcd")))
    timings = [("a", 1.0), ("bc", 1.5), ("d", 0.25), ("", 9.0)]
    found = Measurement(
        graph="", batch=1, threads=1, runs=1, runtime="", latency_s=3, low_s=3, high_s=3,
        kernels=tuple(
            KernelTiming(name=ops, op_type="Relu", ops=tuple(ops), latency_s=s)
            for ops, s in timings
        ),
    )  # fmt: skip
    first, second = kernel_gaps(found, SimpleNamespace(counts=counts, kernels=kernels))  # type: ignore[arg-type]
    assert (sorted(first.ops), first.measured_s, first.predicted_s) == (["a", "b", "c"], 2.5, 5.0)
    assert (second.ops, second.measured_s, second.predicted_s) == (("d",), 0.25, 0.5)
