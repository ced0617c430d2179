"""One model against another: saving with interval, regression gate, one device at a time."""

from __future__ import annotations

import json

import pytest

import costlint as api
from tests.cli.conftest import WASTEFUL, saved
from tests.device import LAUNCH_S, RATE, toy_device

LEAN = WASTEFUL.replace("[relu] q = Relu(p)  ", "").replace("Conv(q, b)", "Conv(p, b)")
RELU_BYTES = 2 * 64 * 28 * 28 * 4
RELU_S = RELU_BYTES / RATE + LAUNCH_S


pytestmark = pytest.mark.usefixtures("wasteful")


@pytest.fixture(autouse=True)
def lean(place):
    saved(LEAN, place / "lean.onnx")


@pytest.mark.parametrize(
    ("models", "arguments", "code"),
    [
        (("wasteful.onnx", "lean.onnx"), ["--fail-on-regression", "2%"], 0),
        (("lean.onnx", "wasteful.onnx"), [], 0),
        (("lean.onnx", "wasteful.onnx"), ["--fail-on-regression", "2%"], 1),
        (("lean.onnx", "wasteful.onnx"), ["--fail-on-regression", "90%"], 0),
        (("lean.onnx", "lean.onnx"), ["--fail-on-regression", "0%"], 0),
        (("lean.onnx", "none.onnx"), [], 2),
        (("lean.onnx",), [], 2),
        (("lean.onnx", "wasteful.onnx"), ["--fail-on-regression", "much"], 2),
    ],
)
def test_exit_code(models, arguments, code, costlint):
    assert costlint("compare", *models, *arguments) == code


def test_what_is_shown(costlint, capsys):
    assert costlint("compare", "lean.onnx", "wasteful.onnx", "--fail-on-regression", "2%") == 1
    out = capsys.readouterr().out
    for text in ("lean.onnx on toy", "-> wasteful.onnx on toy", "latency", "Element-wise"):
        assert text in out
    assert "latency changes by 0.411 ms (90 % interval " in out
    assert "new   ✖ G401" in out
    assert "gate failed" in out


def test_other_formats(costlint, capsys):
    for name in ("concise", "markdown", "html", "json"):
        assert costlint("compare", "lean.onnx", "wasteful.onnx", "-f", name) == 0
        assert "lean.onnx" in capsys.readouterr().out
    assert costlint("compare", "lean.onnx", "wasteful.onnx", "-f", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["models"]) == 2


def test_two_devices_are_refused(costlint, place, capsys):
    toy_device("other").save(place / "other.toml")
    devices = ("-d", "toy.toml", "-d", "other.toml")
    assert costlint("compare", "lean.onnx", "wasteful.onnx", *devices) == 2
    assert "-d toy.toml" in capsys.readouterr().err


def test_the_api_gives_the_saving_with_its_interval():
    device = toy_device()
    report = api.compare("wasteful.onnx", "lean.onnx", device=device)
    change = report.change
    assert change is not None
    assert change.saved_s == pytest.approx(RELU_S)
    assert change.low_s < change.saved_s < change.high_s
    apart_s = 0.0
    for model in report.models:
        assert model.estimate is not None
        apart_s += model.estimate.latency_high_s - model.estimate.latency_low_s
    assert change.high_s - change.low_s < apart_s
    same = api.compare("lean.onnx", "lean.onnx", device=device).change
    assert same is not None
    assert (same.saved_s, same.low_s, same.high_s) == (0, 0, 0)


def test_a_page_of_two_models(costlint, place):
    arguments = ("report", "wasteful.onnx", "--compare", "lean.onnx", "-o", "page.html")
    assert costlint(*arguments) == 0
    page = (place / "page.html").read_text()
    assert "lean.onnx" in page
    assert costlint("report", "wasteful.onnx", "lean.onnx", "--compare", "lean.onnx") == 2


def test_a_page_is_written_beside_and_named(costlint, place, capsys):
    assert costlint("report", "wasteful.onnx") == 0
    assert capsys.readouterr().out == "wasteful.costlint.html\n"
    assert (place / "wasteful.costlint.html").stat().st_size > 10_000
    assert costlint("report", "none.onnx") == 2
