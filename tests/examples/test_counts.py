"""The examples' counts beside what papers and libraries print."""

from __future__ import annotations

import csv
from math import isqrt

import pytest

import costlint
from costlint.examples.catalogue import RECIPES
from costlint.examples.paper_rows import paper_rows
from docs.examples import PUBLISHED, REASONS, TOLERANCE, printed_rows

STORED = {item.name: item for item in costlint.list_examples()}


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_parameters_equal_those_of_libraries(name, published):
    assert STORED[name].parameters == published[0]


def test_macs_agree_with_table_8_or_a_reason_is_given():
    far = {
        row.row
        for row, macs in printed_rows()
        if row.printed_macs and abs(macs / row.printed_macs - 1) > TOLERANCE
    }
    assert far == set(REASONS)


@pytest.mark.parametrize(("platform", "width"), [("gpu", 128), ("arm", 32)])
@pytest.mark.parametrize("ratio", [1, 2, 6, 12])
def test_ratios_of_table_1_keep_macs_within_whole_channels(platform, width, ratio):
    """C1 is the whole number below `width / sqrt(ratio)`: one channel more is too much."""
    for times in (1, 2, 4):
        name = f"paper_table1_{platform}_1to{ratio}_x{times}"
        ((c1, h, w),) = RECIPES[name].inputs
        assert c1 == isqrt(width**2 // ratio) * times
        assert STORED[name].macs == 10 * 2 * c1 * (ratio * c1) * h * w


@pytest.mark.parametrize(("platform", "width"), [("gpu", 128), ("arm", 64)])
@pytest.mark.parametrize("groups", [1, 2, 4, 8])
def test_groups_of_table_2_keep_macs(platform, width, groups):
    for times in (1, 2, 4):
        macs = STORED[f"paper_table2_{platform}_g{groups}_x{times}"].macs
        one_group = 10 * (width * times) ** 2 * 56 * 56
        # 2 * 90^2 / 128^2 is 0.989; eight groups of 184 on ARM have 1.033.
        assert macs == pytest.approx(one_group, rel=0.034)


@pytest.mark.parametrize("name", ["2series", "4series", "2parallel", "4parallel"])
def test_fragments_of_table_3_keep_macs(name):
    for platform, width in (("gpu", 128), ("arm", 64)):
        for times in (1, 2, 4):
            macs = STORED[f"paper_table3_{platform}_{name}_x{times}"].macs
            assert macs == pytest.approx(10 * (width * times) ** 2 * 56 * 56, rel=0.012)


def test_a_bottleneck_of_table_4():
    positions, outer, inner = 56 * 56, 128, 32
    unit = positions * (outer * inner + 9 * inner * inner + inner * outer)
    assert STORED["paper_table4_arm_relu_shortcut_x4"].macs == 10 * unit


def test_paper_rows_name_examples():
    assert {row.example for row in paper_rows()} <= set(RECIPES)


def test_paper_rows_are_those_of_the_paper(corpus):
    known = {
        (row.table, row.row, row.platform, str(row.multiplier or ""), row.resolution or ""): row
        for row in paper_rows()
    }
    text = (corpus / "paper-tables.csv").read_text(encoding="utf-8")
    left_out = set()
    for cell in csv.DictReader(text.splitlines()):
        if cell["table"] == "F2":
            continue
        resolution = cell["channels"] if cell["table"] == "A1" else ""
        key = (cell["table"], cell["row"], cell["platform"], cell["width_mult"], resolution)
        row = known.pop(key, None)
        if row is None:
            left_out.add((cell["table"], cell["row"]))
        elif "batch" in cell["unit"] and " at " in cell["unit"]:
            assert row.batch == int(cell["unit"].split()[-1])
    assert not known
    assert left_out == {("A1", "MobileNet v2 40M"), ("A1", "MobileNet v2 140M")}
