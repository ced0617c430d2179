"""The studies run as scripts, small."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from costlint import example

STUDIES = Path(__file__).parents[2] / "examples" / "studies"


def run(name, *arguments, cwd=None):
    command = [sys.executable, str(STUDIES / name), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, STUDIES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_a_width_sweep_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    drawn = tmp_path / "sweep.png"
    assert "on 3 devices" in run("width_sweep.py", "-o", drawn)
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_an_optuna_study_stays_under_its_limit():
    pytest.importorskip("optuna", reason="optuna is not installed")
    said = run("optuna_study.py", "--trials", 20)
    assert "of 20 trials are under the limit" in said
    assert "MMACs" in said


def test_evolution_finds_more_macs_in_the_same_time():
    study = loaded("evolve_shufflenet")
    best = study.evolve(generations=4, limit_s=0.05, population=8)
    assert best == sorted(best)
    assert best[-1] > best[0]


def test_a_design_over_budget_is_refused():
    study = loaded("training_budget")
    model = example("mobilenet_v2_0.5", weights=False)
    assert study.refuse_over_budget(model, study.DEVICE, 10.0).latency_s > 0
    with pytest.raises(study.OverBudgetError, match="ms allowed"):
        study.refuse_over_budget(model, study.DEVICE, 1e-6)


def test_a_training_loop_refuses_and_trains():
    pytest.importorskip("torch", reason="torch is not installed")
    said = run("training_budget.py")
    assert "is trained" in said
    assert "is refused" in said


def test_without_torch_the_hook_says_so():
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("torch is installed")
    assert run("training_budget.py") == "skipped: torch is not installed\n"


def test_equal_macs_in_less_time_are_estimated_and_measured(tmp_path):
    pytest.importorskip("onnxruntime")
    study = loaded("equal_macs")
    networks, devices = ("mobilenet_v2_0.5",), ("gtx1080ti-cudnn7", "pixel4-tflite-1large")
    rows = study.estimates(networks, devices, 1.0)
    assert all(after < before for _, cells in rows for before, after in cells)
    (row,) = study.here(tmp_path, devices[1], networks, 1.0)
    predicted, measured = row[1]
    assert predicted[1] < predicted[0]
    assert min(measured) > 0
    assert study.table(("predicted", "measured"), [row]).count("->") == 2
