"""Text on a screen and rectangles in a treemap: nothing lost, nothing outside."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlint.analyzers.finding import Finding
from costlint.reports.html.data import page_data
from costlint.reports.html.roofline import plane, points
from costlint.reports.html.treemap import modules, squarified
from costlint.reports.places import advice
from costlint.reports.terminal.findings import where
from costlint.reports.terminal.full import render
from costlint.reports.terminal.screen import Look
from costlint.reports.text import cells, visible, wrap
from tests.reports.network import op_rows
from tests.reports.on_device import ARM, GPU, estimated
from tests.reports.sample import sample


@given(st.text(max_size=200), st.integers(min_value=4, max_value=60))
def test_wrapped_lines_fit_and_keep_every_character(text, width):
    shown = visible(text)
    lines = wrap(shown, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


@pytest.mark.parametrize(("width", "widest"), [(40, 55), (60, 60)])  # a row of numbers takes 55
def test_a_report_of_several_devices_fits_a_narrow_screen(width, widest):
    report = sample(estimated(path="m" * 70 + ".onnx"), estimated(), estimated(GPU))
    text = render(report, Look(width=width, per_op=True, statistics=True, show_fused=True))
    assert max(map(cells, text.splitlines())) <= widest


@given(st.text())
def test_visible_text_has_nothing_that_acts(text):
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [c for c in visible(text) if unicodedata.category(c) in unseen]


def test_a_number_stays_with_its_unit():
    assert wrap("takes 14.2 MB of memory", 12) == ["takes", "14.2 MB of", "memory"]


def test_where_says_the_shared_part_once():
    assert where(["/a/b/Conv"]) == "/a/b/Conv"
    assert where(["/a/b/Conv", "/a/c/Conv"]) == "/a: b/Conv, c/Conv (2 ops)"
    assert where(["x", "y"]) == "x, y (2 ops)"
    assert where(["/a/Conv", "/b/Conv"]) == "/a/Conv, /b/Conv (2 ops)"


@given(st.lists(st.floats(min_value=0.01, max_value=1e4), min_size=1, max_size=40))
def test_squares_fill_the_box_in_proportion(sizes):
    ordered = sorted(sizes, reverse=True)
    boxes = list(squarified(ordered, (10.0, 20.0, 300.0, 100.0)))
    assert len(boxes) == len(ordered)
    for size, (x, y, width, height) in zip(ordered, boxes, strict=True):
        assert width * height == pytest.approx(300 * 100 * size / sum(ordered), rel=1e-6)
        assert x >= 10 - 1e-6
        assert y >= 20 - 1e-6
        assert x + width <= 310 + 1e-6
        assert y + height <= 120 + 1e-6


def test_modules_add_up():
    rows = op_rows(4)
    root = modules([(op, float(op.macs)) for op in rows])
    assert root.cost == sum(op.macs for op in rows)
    assert root.ops == len(rows)
    assert root.inside["features"].inside["features.0"].ops == 6


def test_roofline_points_lie_on_their_kernels():
    model = estimated()
    found = points(model)
    on = plane(found, ARM)
    costly = [kernel for kernel in model.kernels if kernel.latency_s > 0]
    assert len(found) == len(costly)
    for point in found:
        assert 10.0**on.x0 <= point.intensity <= 10.0**on.x1
        assert point.rate * point.latency_s == pytest.approx(
            sum(op.flop for op in model.ops if op.kernel == model.ops[point.index].kernel)
        )


def test_page_names_come_back():
    model = estimated()
    names, before = [], ""
    for coded in page_data(model, [], None)["names"]:
        before = before[: int(coded[:2], 36)] + coded[2:]
        names.append(before)
    assert names == [op.name for op in model.ops]


def test_a_message_and_its_fix_are_sentences():
    finding = Finding(rule="G1", name="n", severity="note", message="slow", fix="do less", ops=())
    assert advice(finding) == "slow. Fix: do less."
    assert advice(replace(finding, message="Slow.", fix="")) == "Slow."
