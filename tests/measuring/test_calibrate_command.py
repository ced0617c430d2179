"""`costlint calibrate`, as a user types it, and the walk measure -> calibrate -> predict."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

import costlint
from costlint.app import run
from costlint.costmodel.devices import device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.fitting.timings import Timing, write_timings
from costlint.examples import example

NAMES = ("mobilenet_v1_0.25", "shufflenet_v2_0.5x", "xception_0.5x", "kernel_add_c64")
TRUTH = "rpi4-ncnn-cpu1"


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run the command line in this process, with settings of its own; the exit code."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["costlint", *map(str, arguments)])
        return run()

    return call


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found: Path = tmp_path_factory.mktemp("graphs")
    for name in NAMES:
        proto = example(name, weights=False)
        (found / f"{name}.onnx").write_bytes(proto.SerializeToString())
    return found


def latency_s(folder: Path, name: str, which: str | Path = TRUTH) -> float:
    return estimate(str(folder / f"{name}.onnx"), which, batch=1).latency_s


@pytest.fixture
def table(folder, tmp_path) -> Path:
    path: Path = tmp_path / "t.csv"
    rows = [
        Timing(graph=f"{n}.onnx", batch=1, latency_s=latency_s(folder, n), runtime="ncnn 1",
               device="board", threads=1)
        for n in NAMES[:3]
    ]  # fmt: skip
    write_timings(rows, path)
    return path


def test_a_profile_is_shown_and_written(command, folder, table, tmp_path, capsys):
    out = tmp_path / "mine.toml"
    assert command("calibrate", table, "--graphs", folder, "-o", out) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("mine: ncnn 1, 1 thread, fp32, fusion rules ncnn\n")
    assert "3 timings of 3 networks, 3 families" in captured.out
    for word in ("measured     fitted   held out", "FLOPs alone", "intervals    90 %", NAMES[0]):
        assert word in captured.out
    assert captured.err == f"{out}: costlint MODEL -d {out}\n"
    profile = device(out)
    assert (profile.name, profile.hardware, profile.provenance.timings) == ("mine", "board", 3)
    assert latency_s(folder, NAMES[3], out) == pytest.approx(latency_s(folder, NAMES[3]), rel=0.5)


def test_the_profile_of_this_machine(command, folder, table, capsys):
    assert command("calibrate", table, "--graphs", folder, "-o", "host") == 0
    assert "costlint MODEL -d host" in capsys.readouterr().err
    assert device("host").name == "host"
    assert command(folder / f"{NAMES[0]}.onnx", "-d", "host", "--batch", "1") in {0, 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "mine.txt"), "-o mine.txt.toml"),
        (("--fusion", "glue"), "unknown fusion rule set 'glue'"),
    ],
)
def test_options_that_make_no_sense(command, folder, table, capsys, arguments, said):
    assert command("calibrate", table, "--graphs", folder, *arguments) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_runtime_asks_for_the_rules(command, folder, table, capsys):
    table.write_text(table.read_text().replace("ncnn 1", "abacus"))
    assert command("calibrate", table, "--graphs", folder) == 2
    assert "--fusion none" in capsys.readouterr().err
    assert command("calibrate", table, "--graphs", folder, "--fusion", "ncnn") == 0


def test_files_of_another_tool(command, folder, tmp_path, capsys):
    files = []
    for name in NAMES[:3]:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps([{"computeMs": latency_s(folder, name) * 1e3}]))
        files.append(path)
    assert command("calibrate", *files, "--graphs", folder, "--name", "box") == 0
    assert capsys.readouterr().out.startswith("box: tensorrt, fp32, fusion rules compiled\n")


def test_the_public_name(folder, table, tmp_path):
    profile = costlint.calibrate(table, graphs=folder, name="mine")
    profile.save(tmp_path / "mine.toml")
    found = costlint.estimate(str(folder / f"{NAMES[0]}.onnx"), tmp_path / "mine.toml", batch=1)
    assert found.device.name == "mine"


def test_the_walk(tmp_path, monkeypatch, capsys):
    """The study, its measurements replaced by what a shipped device would take."""
    script = Path(__file__).parents[2] / "examples" / "studies" / "own_machine.py"
    spec = importlib.util.spec_from_file_location("own_machine", script)
    assert spec is not None
    assert spec.loader is not None
    study = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(study)

    def measure(model: str, **_: object) -> costlint.Measurement:
        seconds = estimate(model, TRUTH, batch=1).latency_s
        return costlint.Measurement(
            graph=model, batch=1, threads=1, runs=30, runtime="ncnn", latency_s=seconds,
            low_s=seconds * 0.9, high_s=seconds * 1.1, kernels=(),
        )  # fmt: skip

    monkeypatch.setattr(costlint, "measure", measure)
    names = [*NAMES, "mobilenet_v2_0.35", "shufflenet_v1_0.25x_g3", "xception_1.0x"]
    names += ["igcv2_0.25", "kernel_conv1x1_c64", "densenet_0.5x"]
    found = study.walk(tmp_path, names)
    assert sorted(name for name, _, _ in found) == sorted(names)
    assert "on 10 networks not used" in capsys.readouterr().out
