"""Numbers as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costlint.costmodel.ir.dims import symbol
from costlint.reports import numbers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (6.62e-3, "6.62 ms"),
        (0.61e-3, "0.610 ms"),
        (14.113e-3, "14.11 ms"),
        (99.4e-3, "99.40 ms"),
        (0.25, "250 ms"),
        (1.2345, "1,230 ms"),
        (4e-6, "0.00400 ms"),
        (0.0, "0.00 ms"),
        (None, "-"),
    ],
)
def test_milliseconds(seconds, text):
    assert numbers.milliseconds(seconds) == text


def test_rough_has_two_digits():
    assert numbers.milliseconds(6.62e-3, rough=True) == "6.6 ms"
    assert numbers.milliseconds(0.1234, rough=True) == "120 ms"


def test_an_interval_has_the_decimals_of_its_point():
    assert numbers.interval(0.38e-3, 12e-3, like=6.62e-3) == "0.38 to 12.00 ms"
    assert numbers.span(-0.0221e-3, 0.21e-3, like=0.09e-3) == "-0.0221 to 0.2100"
    assert numbers.span(-0.000001e-3, 1e-3, like=1e-3) == "0.00 to 1.00"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (300774272, "MACs", "301 MMACs"),
        (14_200_000, "B", "14.2 MB"),
        (999_600, "B", "1.00 MB"),
        (64, "B", "64 B"),
        (0, "B", "0 B"),
        (1.1e9, "B/s", "1.10 GB/s"),
        (3_504_872, "", "3.50 M"),
        (2.5, "x", "2.50 x"),
        (None, "B", "-"),
        (4 * symbol("N"), "MACs", "4*N MACs"),
    ],
)
def test_quantity(value, unit, text):
    assert numbers.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.57, "57 %"),
        (0.0923, "9.2 %"),
        (0.0001, "<0.1 %"),
        (0.9996, "99.9 %"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (-0.004, "-0.4 %"),
        (None, "-"),
    ],
)
def test_share(value, text):
    assert numbers.share(value) == text


def test_change_and_plural():
    assert [numbers.change(x) for x in (0.021, -0.18, 0)] == ["+2.1 %", "-18 %", "0 %"]
    assert [numbers.plural(n, "op") for n in (0, 1, 10_000)] == ["0 ops", "1 op", "10,000 ops"]


def test_axis_and_shapes():
    assert [numbers.decade(n) for n in (-2, 0, 3, 11)] == ["0.01", "1", "1 k", "100 G"]
    assert [numbers.shape(s) for s in ((1, 3), (), None)] == ["1x3", "scalar", "?"]


@given(st.floats(min_value=1e-9, max_value=1e6))
def test_milliseconds_keep_three_digits(seconds):
    shown = float(numbers.milliseconds(seconds, unit=False).replace(",", ""))
    assert shown == pytest.approx(seconds * 1e3, rel=0.0051, abs=5.1e-6)


@given(st.integers(min_value=0, max_value=10**18))
def test_quantity_is_short_and_near(value):
    number, _, unit = numbers.quantity(value, "B").partition(" ")
    factor = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}[unit]
    assert float(number) * factor == pytest.approx(value, rel=0.0051)
    assert len(number) <= 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7.45e-10, "0.745 ns"),
        (8.22e-7, "822 ns"),
        (9.997e-7, "1.00 us"),
        (0.0123, "12.3 ms"),
        (2.0, "2.00 s"),
    ],
)
def test_a_brief_time_has_the_unit_that_suits_it(seconds, text):
    assert numbers.brief(seconds) == text
