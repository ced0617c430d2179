"""Operators that move or make data, by hand: what they read and write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.costmodel.strategies import cost, make_op, typed, weight


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "read", "written"),
    [
        ("Transpose", [(2, 3, 4)], {"perm": (1, 0, 2)}, 4 * 24, 4 * 24),
        ("Concat", [(2, 3), (2, 5)], {"axis": 1}, 4 * (6 + 10), 4 * 16),
        ("Slice", [(100, 8), [10], [14], [0]], {}, 4 * 4 * 8, 4 * 4 * 8),
        ("Pad", [(4, 6), [0, 1, 0, 1]], {}, 4 * 4 * 6, 4 * 4 * 8),
        ("Expand", [(1, 8), [50, 8]], {}, 4 * 8, 4 * 50 * 8),
        ("Tile", [(3, 8), [2, 1]], {}, 4 * 3 * 8, 4 * 2 * 3 * 8),
        ("DepthToSpace", [(1, 8, 3, 3)], {"blocksize": 2}, 4 * 72, 4 * 72),
        ("CenterCropPad", [(9, 4), [5, 8]], {}, 4 * 5 * 4, 4 * 5 * 8),
        ("Trilu", [(5, 5), [0]], {}, 4 * 25, 4 * 25),
        ("Resize", [(1, 1, 4, 4), None, [1, 1, 2, 2]], {}, 4 * 16, 4 * 64),
    ],
)
def test_what_is_moved(op_type, inputs, attributes, read, written):
    found = cost(make_op(op_type, *inputs, **attributes))
    assert (found.bytes_read, found.bytes_written) == (read, written)
    assert (found.macs, found.other_flop) == (0, 0)


def test_split_writes_every_part():
    found = cost(make_op("Split", (4, 9), [2, 7], outputs=2, axis=1))
    assert (found.bytes_read, found.bytes_written) == (4 * 36, 4 * 36)


def test_an_embedding_reads_only_the_rows_it_looks_up():
    found = cost(make_op("Gather", weight(50_000, 64), typed((2, 7), "int64")))
    assert found.bytes_read == 4 * 2 * 7 * 64 + 8 * 2 * 7
    assert found.weight_bytes_read == 4 * 2 * 7 * 64
    assert found.bytes_written == 4 * 2 * 7 * 64


def test_gather_of_elements_and_slices():
    found = cost(make_op("GatherElements", (100, 9), typed((5, 9), "int64")))
    assert found.bytes_read == 4 * 45 + 8 * 45
    found = cost(make_op("GatherND", (8, 9, 5), typed((6, 2), "int64")))
    assert found.bytes_read == 4 * 6 * 5 + 8 * 12


def test_scatter_reads_all_and_adds_with_a_reduction():
    inputs = [(10, 6), typed((2, 6), "int64"), (2, 6)]
    put = cost(make_op("ScatterElements", *inputs))
    assert put.bytes_read == 4 * 60 + 8 * 12 + 4 * 12
    assert put.other_flop == 0
    assert cost(make_op("ScatterElements", *inputs, reduction="add")).other_flop == 12


@pytest.mark.parametrize(
    ("dtype", "to", "read", "written"),
    [("float32", 10, 4 * 12, 2 * 12), ("uint8", 1, 12, 4 * 12), ("float32", 22, 48, 6)],
)
def test_cast_reads_one_type_and_writes_another(dtype, to, read, written):
    found = cost(make_op("Cast", typed((3, 4), dtype), to=to))
    assert (found.bytes_read, found.bytes_written) == (read, written)


def test_quantise_and_back():
    zero = typed((), "int8")
    found = cost(make_op("QuantizeLinear", (3, 4), (), zero))
    assert (found.other_flop, found.bytes_read, found.bytes_written) == (5 * 12, 48 + 5, 12)
    found = cost(make_op("DequantizeLinear", typed((3, 4), "int4"), (), typed((), "int4")))
    assert (found.other_flop, found.bytes_read, found.bytes_written) == (2 * 12, 6 + 4 + 1, 48)
    found = cost(make_op("DynamicQuantizeLinear", (3, 4), outputs=3))
    assert (found.other_flop, found.bytes_read) == (7 * 12, 2 * 48)
    assert found.bytes_written == 12 + 4 + 1


@pytest.mark.parametrize(
    ("mode", "each"), [("nearest", 0), ("linear", 2 * 4 - 1), ("cubic", 2 * 16 - 1)]
)
def test_resize_and_grid_sample_interpolate(mode, each):
    found = cost(make_op("Resize", (1, 3, 4, 4), None, [1, 1, 2, 2], mode=mode))
    assert found.other_flop == each * 3 * 8 * 8
    found = cost(make_op("GridSample", (1, 3, 4, 4), (1, 8, 8, 2), mode=mode))
    assert found.other_flop == each * 3 * 8 * 8 + 4 * 2 * 8 * 8


def test_resize_counts_only_the_axes_that_change():
    found = cost(make_op("Resize", (1, 3, 4, 4), None, [1, 1, 1, 2], mode="linear"))
    assert found.other_flop == (2 * 2 - 1) * 3 * 4 * 8


def test_detection():
    found = cost(make_op("NonMaxSuppression", (1, 100, 4), (1, 3, 100), shapes=[(30, 3)]))
    assert found.other_flop == 3 * 100 + 13 * 30 * 100
    rois = [(1, 3, 9, 9), (5, 4), typed((5,), "int64")]
    size: dict[str, Any] = {"output_height": 2, "output_width": 2}
    assert cost(make_op("RoiAlign", *rois, **size)).other_flop == 8 * 4 * 5 * 3 * 4
    assert cost(make_op("RoiAlign", *rois, **size, sampling_ratio=1)).other_flop == 8 * 5 * 3 * 4
    found = cost(make_op("TopK", (2, 100), [5], outputs=2))
    assert (found.other_flop, found.bytes_written) == (200, (4 + 8) * 10)


def test_spectra():
    n = 16
    assert cost(make_op("DFT", (3, n, 2), version=17)).other_flop == 3 * 5 * n * 4
    assert cost(make_op("DFT", (3, n, 1), version=17, onesided=1)).other_flop == 3 * 5 * n * 4
    assert cost(make_op("DFT", (3, n, 5, 2), None, [1])).other_flop == 3 * 5 * 5 * n * 4
    frames = (99 - n) // 10 + 1
    assert cost(make_op("STFT", (2, 99, 1), [10], (n,))).other_flop == (
        2 * frames * (5 * n * 4 + n)
    )
    assert cost(make_op("STFT", (2, 99, 1), [10], None, [n])).other_flop == 2 * frames * 5 * n * 4


def test_determinant_by_elimination():
    divides, multiply_subtracts, diagonal = 2 + 1, 2 * (4 + 1), 2
    assert cost(make_op("Det", (7, 3, 3))).other_flop == 7 * (
        divides + multiply_subtracts + diagonal
    )


def test_what_is_made_from_nothing_reads_nothing():
    for op in (
        make_op("ConstantOfShape", (2,), shapes=[(3, 4)]),
        make_op("EyeLike", (3, 4)),
        make_op("RandomNormalLike", (3, 4)),
    ):
        assert (cost(op).bytes_read, cost(op).bytes_written) == (0, 4 * 12)


def test_sequences_and_strings_carry_only_what_is_known():
    found = cost(make_op("SequenceConstruct", (3, 4), (5,)))
    assert (found.bytes_read, found.bytes_written) == (4 * 17, 4 * 17)
    found = cost(make_op("RegexFullMatch", typed((9,), "string"), pattern="a"))
    assert (found.bytes_read, found.bytes_written) == (0, 9)
