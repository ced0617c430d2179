"""`costlint optimize`: what it prints, what it writes, how it refuses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from costlint import count, example, optimize
from costlint.costmodel.ir.errors import CostlintError


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("optimize") / "net.onnx"
    path.write_bytes(example("mobilenet_v2_0.5", weights=False).SerializeToString())
    return path


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "costlint", "optimize", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_prints_before_and_after_and_writes_the_network(model, tmp_path):
    written = tmp_path / "better.onnx"
    front = tmp_path / "front.csv"
    done = run(model, "-d", "gtx1080ti-cudnn7", "--free", "widths", "-o", written,
               "--pareto", front, "--time-limit", 30)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "keep macs" in done.stdout
    assert " -> " in done.stdout
    assert 1.0 <= count(written, batch=1).macs / count(model, batch=1).macs <= 1.01
    header, *rows = front.read_text().splitlines()
    assert header.startswith("latency_s,macs,parameters,")
    assert len(rows) > 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--keep", "energy"), "it is one of macs, parameters, latency"),
        (("--free", "nothing"), "'nothing' is no variable"),
        (("--multiple-of", "0"), "--multiple-of 0 is not a positive number"),
        (("-d", "nowhere"), "unknown device"),
    ],
)
def test_it_refuses_what_it_cannot_do(model, arguments, said):
    done = run(model, *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_same_in_python(model, tmp_path):
    written = tmp_path / "better.onnx"
    best = optimize(model, "gtx1080ti-cudnn7", output=str(written), time_limit_s=30.0)
    assert count(written, batch=1).macs == best.after.macs
    with pytest.raises(CostlintError, match="cannot write"):
        optimize(model, "gtx1080ti-cudnn7", output=str(tmp_path / "no" / "x"), time_limit_s=0.01)
