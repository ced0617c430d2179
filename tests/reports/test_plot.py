"""Figures: the right marks in the right places, drawn without a screen."""

from typing import Any

import pytest

from costlint.costmodel.ir.errors import OptionError
from costlint.reports import plot
from tests.reports.on_device import GPU, estimated
from tests.reports.sample import counted, sample

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")


@pytest.fixture
def ax():
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_roofline_has_a_dot_per_kernel(ax):
    plot.roofline(sample(estimated()), ax)
    dots = sum(len(group.get_offsets()) for group in ax.collections)
    assert dots == len(estimated().kernels)
    assert len(ax.lines) == 1


def test_decomposition_bars_add_up_to_the_latency(ax):
    plot.decomposition([sample(estimated()), sample(estimated(GPU))], ax)
    ends = [max(bar.get_x() + bar.get_width() for bar in row) for row in _rows(ax)]
    wanted = [(model.totals.latency_s or 0) * 1e3 for model in (estimated(), estimated(GPU))]
    assert ends == pytest.approx(wanted)


def _rows(axes):
    rows: dict[float, list[Any]] = {}
    for bar in axes.patches:
        rows.setdefault(round(bar.get_y(), 3), []).append(bar)
    return rows.values()


def test_latency_against_flop_has_a_point_per_model(ax):
    plot.latency_against_flop([sample(estimated()), sample(estimated(GPU))], ax)
    assert len(ax.texts) == 2
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_without_a_device_there_is_nothing_to_draw(ax):
    with pytest.raises(OptionError, match="no latency"):
        plot.decomposition(sample(counted()), ax)
