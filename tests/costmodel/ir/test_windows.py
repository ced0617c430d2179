"""Which filter holds the taps of another."""

from __future__ import annotations

import pytest

from costlint.costmodel.ir.windows import tap_slices, window


def same(size, dilation=1, stride=1):
    pad = dilation * (size // 2)
    given = {"dilations": (dilation,), "strides": (stride,), "pads": (pad, pad)}
    return window((size,), given)


@pytest.mark.parametrize(
    ("outer", "inner", "taps"),
    [
        (same(3), same(1), [1]),
        (same(7), same(3), [2, 3, 4]),
        (same(5), same(3, dilation=2), [0, 2, 4]),
        (same(3, dilation=2), same(1), [1]),
        (same(3, dilation=2), same(3, dilation=2), [0, 1, 2]),
        (same(3, stride=2), same(1, stride=2), [1]),
        (window((3,), {"auto_pad": b"SAME_UPPER"}), same(1), [1]),
        (window((4,), {"auto_pad": "SAME_UPPER"}), same(1), [1]),
        (window((4,), {"auto_pad": "SAME_LOWER"}), same(1), [2]),
        (window((3,), {"pads": (0, 2)}), same(1), [0]),
        (window((3,), {"pads": (2, 2), "auto_pad": "VALID"}), window((3,), {}), [0, 1, 2]),
    ],
)
def test_the_taps_lie_inside(outer, inner, taps):
    found = tap_slices(outer, inner)
    assert found is not None
    assert list(range(outer.sizes[0]))[found[0]] == taps


SAME_OF_2 = {"auto_pad": "SAME_UPPER", "strides": (2,)}


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (same(1), same(3)),
        (same(3), same(3, dilation=2)),
        (same(5, dilation=2), same(3)),
        (same(3), same(1, stride=2)),
        (same(3), window((3,), {"pads": (0, 2)})),  # of equal size, one further on
        (window((3,), {"pads": (1, 0)}), same(1)),  # of one less
        (window((3,), SAME_OF_2), same(1, stride=2)),  # begins where the input's size says
    ],
)
def test_the_taps_do_not_fit(outer, inner):
    assert tap_slices(outer, inner) is None


def test_windows_that_follow_the_input_alike_are_one():
    assert tap_slices(window((3,), SAME_OF_2), window((3,), SAME_OF_2)) == (slice(0, 3),)
    other = {**SAME_OF_2, "auto_pad": "SAME_LOWER"}
    assert tap_slices(window((3,), SAME_OF_2), window((3,), other)) is None
