"""What fails a run: findings, limits on latency, budgets; and what does not."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.usefixtures("wasteful")

MODEL = "wasteful.onnx"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 1),  # an error, and --fail-on is error
        (["--exit-zero"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "never", "--max-latency", "0.1ms"], 1),
        (["--fail-on", "never", "--max-latency", "100us"], 1),
        (["--fail-on", "never", "--max-latency", "1s"], 0),
        (["--fail-on", "never", "--max-latency", "1000"], 0),  # a bare number is milliseconds
        (["--fail-on", "never", "--max-recoverable", "5%"], 1),
        (["--fail-on", "never", "--max-recoverable", "0.99"], 0),
        (["--fail-on", "never", "--max-latency", "0.1ms", "--exit-zero"], 0),
        (["-i", "G4"], 0),
        (["-s", "G2"], 0),
        (["--min-savings", "90%", "--fail-on", "note"], 0),
        (["--min-savings", "1s", "--fail-on", "note"], 0),
    ],
)
def test_exit_code(arguments, code, costlint):
    assert costlint(MODEL, *arguments) == code


def test_exit_zero_does_not_hide_an_unreadable_model(costlint, place):
    (place / "bad.onnx").write_bytes(b"no model")
    assert costlint("bad.onnx", "--exit-zero") == 2


def test_the_reason_is_told_even_in_a_pipe(costlint, capsys):
    assert costlint(MODEL, "--fail-on", "never", "--max-latency", "0.1ms") == 1
    assert "is over max-latency 0.100 ms" in capsys.readouterr().err


def test_json_has_the_gate(costlint, capsys):
    assert costlint(MODEL, "-f", "json") == 1
    gate = json.loads(capsys.readouterr().out)["summary"]["gate"]
    assert gate == {
        "passed": False,
        "reasons": ["wasteful.onnx on toy: 1 finding at error or above"],
    }


def test_severities_are_settings(costlint, place):
    (place / "costlint.toml").write_text('[severity]\nerror = "99%"\nwarning = "98%"\n')
    assert costlint(MODEL) == 0
    assert costlint(MODEL, "--fail-on", "note") == 1


@pytest.mark.parametrize(
    ("budget", "code"),
    [
        ('[budgets."wasteful.onnx"]\ntoy = "0.2ms"', 1),
        ('[budgets."*.onnx"]\nto = "0.2ms"', 1),
        ('[budgets."wasteful.onnx"]\ntoy = "1s"', 0),
        ('[budgets."other.onnx"]\ntoy = "0.2ms"', 0),
    ],
)
def test_a_budget_holds_for_its_model_and_device(budget, code, costlint, place):
    (place / "costlint.toml").write_text(f'fail-on = "never"\n{budget}\n')
    assert costlint(MODEL) == code


def test_a_budget_that_nothing_checks_is_told(costlint, place, capsys):
    (place / "costlint.toml").write_text('fail-on = "never"\n[budgets."*.onnx"]\nrtx = "1ms"\n')
    assert costlint(MODEL) == 0
    assert "no device of this run answers for the budget" in capsys.readouterr().err


def test_each_model_has_the_limits_of_its_own_settings(costlint, wasteful, place, capsys):
    for folder, least in (("strict", "note"), ("lax", "never")):
        (place / folder).mkdir()
        (place / folder / "m.onnx").write_bytes(wasteful.read_bytes())
        (place / folder / "costlint.toml").write_text(f'fail-on = "{least}"\n')
    assert costlint("lax/m.onnx") == 0
    assert costlint("strict/m.onnx", "lax/m.onnx") == 1
    (reason,) = [line for line in capsys.readouterr().err.splitlines() if line]
    assert reason.startswith("gate failed: strict/m.onnx on toy: ")
