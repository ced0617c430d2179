"""What is said of sizes that nobody stated by the commands that are no check."""

from __future__ import annotations

import onnx
import pytest

from tests.models import model

OPEN = """
g (float[N, 8, H, W] x) => (float[N, 8, H, W] y)
{ [stem] p = Conv(x, a)  q = Relu(p)  y = Conv(q, b) }
"""
WEIGHTS = {"a": (64, 8, 1, 1), "b": (8, 64, 1, 1)}
ASSUMED = "assumed: H = W = 224, usual for an image; --shape x=1x8x224x224 says it"
BATCH = "batch 1, not bound (N): --batch SIZE sets it"
COMMANDS = (("explain", "--op", "stem"), ("optimize", "--time-limit", "1", "--seed", "1"))


@pytest.fixture
def opened(place):
    path = place / "open.onnx"
    onnx.save(model(OPEN, weights=WEIGHTS), path)
    return path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_it_says_what_was_assumed(command, opened, costlint, capsys) -> None:
    name, *more = command
    assert costlint(name, opened, *more) == 0
    said = capsys.readouterr().out
    assert ASSUMED in said
    assert BATCH in said


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_it_says_nothing_where_all_is_stated(command, opened, costlint, capsys) -> None:
    name, *more = command
    assert costlint(name, opened, *more, "--shape", "x=2x8x16x16") == 0
    said = capsys.readouterr().out
    assert "not bound" not in said
    assert "224" not in said


@pytest.mark.parametrize(
    ("given", "meant"), [("--shape=h=4", "H"), ("--shape=X=1x8x4x4", "x"), ("--value=X=1", "x")]
)
def test_a_name_in_the_wrong_case_is_told(given, meant, opened, costlint, capsys) -> None:
    assert costlint(opened, given) == 2
    assert f"did you mean {meant!r}?" in capsys.readouterr().err
