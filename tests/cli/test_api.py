"""`import costlint`: what the command line does, from Python, and how it shows itself."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import costlint
from tests.device import toy_device

MODEL = "wasteful.onnx"
DEVICE = toy_device()

pytestmark = pytest.mark.usefixtures("wasteful")


@pytest.mark.parametrize("name", [name for name in costlint.__all__ if name != "__version__"])
def test_every_public_name_says_what_it_is(name):
    found = getattr(costlint, name)
    assert inspect.getdoc(found)
    assert name in dir(costlint)
    for attribute, value in vars(found).items() if inspect.isclass(found) else ():
        if not attribute.startswith("_") and inspect.isfunction(value):
            assert inspect.getdoc(value), f"{name}.{attribute}"


def test_names_are_those_that_type_checkers_see():
    source = inspect.getsource(costlint)
    typed = source[source.index("if TYPE_CHECKING:") : source.index("_HOMES")]
    for name in costlint.__all__:
        assert name == "__version__" or f"{name}" in typed


def test_a_report_has_findings_and_the_estimate():
    report = costlint.check(MODEL, device=DEVICE, select=("G4",))
    assert {finding.rule for finding in report.findings} == {"G401"}
    assert report.estimate is not None
    assert report.estimate.latency_s == report.models[0].totals.latency_s
    first = report.findings[0]
    assert first.saving is not None
    assert first.saving.before_s == report.estimate.latency_s
    assert report.to_dict()["schema"] == "costlint/1"
    assert costlint.render(report, "concise").startswith(MODEL)


def test_an_estimate_takes_what_load_takes():
    graph = costlint.load(MODEL)
    for model in (MODEL, graph, Path(MODEL).read_bytes()):
        estimate = costlint.estimate(model, DEVICE)
        assert type(estimate) is costlint.Estimate
        assert estimate.latency_low_s < estimate.latency_s < estimate.latency_high_s


def test_notebooks_get_a_page():
    report = costlint.check(MODEL, device=DEVICE)
    estimate = costlint.estimate(MODEL, DEVICE)
    assert type(report.estimate) is type(estimate) is costlint.Estimate
    for page in (report._repr_html_(), estimate._repr_html_()):
        assert page is not None
        assert page.startswith("<iframe")
        assert "wasteful.onnx" in page


def test_devices_are_found_by_name_prefix_and_path(place):
    names = [row.name for row in costlint.devices()]
    assert costlint.device(names[0]).name == names[0]
    DEVICE.save(place / "mine.toml")
    assert isinstance(costlint.device(place / "mine.toml"), costlint.DeviceProfile)
    with pytest.raises(costlint.CostlintError, match="unknown device"):
        costlint.device("no such device")


def test_wrong_arguments_say_what_is_wrong():
    with pytest.raises(costlint.OptionError, match="no rule starts with 'X'"):
        costlint.check(MODEL, device=DEVICE, select=("X",))
    with pytest.raises(costlint.OptionError, match="unknown output format"):
        costlint.render(costlint.check(MODEL, device=DEVICE), "yaml")
