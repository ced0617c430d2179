"""The networks of NAS-Bench-201 that stand in for terms the paper's tables do not have."""

from __future__ import annotations

import pytest

from calibration.nasbench import network, timings
from costlint.costmodel.count import count


def cell(kind):
    return f"|{kind}~0|+|{kind}~0|{kind}~1|+|{kind}~0|{kind}~1|{kind}~2|"


@pytest.mark.parametrize(
    ("kind", "macs"),
    [
        ("nor_conv_3x3", 220_119_680),  # published as 220.12 MFLOPs, the most of the benchmark
        ("none", 7_783_040),  # 7.78, the least
        ("skip_connect", 7_783_040),
        ("nor_conv_1x1", 7_783_040 + 3 * 5 * 6 * 32 * 32 * 16 * 16),
    ],
)
def test_macs_are_those_that_the_benchmark_publishes(kind, macs):
    assert count(network(cell(kind), batch=1)).macs == macs


def test_each_edge_is_added_and_a_convolution_is_three_ops():
    kinds = [op.op_type for op in network(cell("nor_conv_3x3"), batch=2).ops]
    assert kinds.count("Add") == 3 * 5 * 6 + 2
    assert kinds.count("Conv") == 3 * 5 * 6 + 1 + 2 * 3
    assert kinds.count("BatchNormalization") == 3 * 5 * 6 + 1 + 2 * 2 + 1


def test_cells_are_read_with_their_seconds(corpus):
    found = list(timings(corpus, batch=1, every=5000))
    assert len(found) == 3
    assert all(name.count("~") == 6 and 1e-3 < seconds < 0.1 for name, seconds in found)
