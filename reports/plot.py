"""Figures for papers and notebooks, with matplotlib: `pip install 'costlint[plot]'`.

Each function draws into `ax` (the current one if None) and returns it; colours and order of the
classes are those of the report.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import OptionError
from costlint.reports.html.roofline import points
from costlint.reports.report import CLASSES, ModelReport, Report
from costlint.reports.svg import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Shown = Report | Iterable[Report]


def roofline(report: Report, ax: Axes | None = None) -> Axes:
    """What each kernel of the first model attains against its arithmetic intensity, log-log.

    The area of a dot is the kernel's time; what has a finding has a ring.

    Raises:
        OptionError: the report has no device, or matplotlib is not installed.
    """
    axes = _axes(ax)
    model = _timed([report])[0]
    device = model.device
    found = points(model)
    most = max((point.latency_s for point in found), default=1.0)
    named = {name for finding in model.open_findings for name in finding.ops}
    for name, label in CLASSES.items():
        own = [point for point in found if point.op_class == name]
        axes.scatter(
            [point.intensity for point in own],
            [point.rate for point in own],
            s=[6 + 80 * point.latency_s / most for point in own],
            color=COLORS[name],
            edgecolors=["#b42318" if point.op in named else "none" for point in own],
            alpha=0.75,
            label=label if own else None,
        )
    if device is not None and device.flop_per_s and device.bandwidth_byte_per_s and found:
        low, high = (f(point.intensity for point in found) for f in (min, max))
        ridge = device.flop_per_s / device.bandwidth_byte_per_s
        xs = [min(low, ridge) / 2, ridge, max(high, ridge) * 2]
        roof = [xs[0] * device.bandwidth_byte_per_s, device.flop_per_s, device.flop_per_s]
        axes.plot(xs, roof, color="#333", linewidth=1.2)
    axes.set(xscale="log", yscale="log", title=model.title)
    axes.set(xlabel="arithmetic intensity (FLOP/byte)", ylabel="FLOP/s")
    axes.legend()
    return axes


def decomposition(reports: Shown, ax: Axes | None = None) -> Axes:
    """Run time by class as stacked bars, one per model and device, as in the paper's Figure 2.

    Raises:
        OptionError: no report has a device, or matplotlib is not installed.
    """
    axes = _axes(ax)
    models = _timed(reports)
    places = range(len(models))
    left = [0.0] * len(models)
    for name, label in CLASSES.items():
        times = [model.class_latency_s.get(name, 0.0) * 1e3 for model in models]
        axes.barh(places, times, left=left, color=COLORS[name], label=label)
        left = [start + time for start, time in zip(left, times, strict=True)]
    rest = [(model.totals.overhead_s or 0.0) * 1e3 for model in models]
    axes.barh(places, rest, left=left, color="#c4cad1", label="Overhead")
    axes.set_yticks(places, [model.title for model in models])
    axes.invert_yaxis()
    axes.set(xlabel="predicted latency (ms)")
    axes.legend()
    return axes


def latency_against_flop(reports: Shown, ax: Axes | None = None) -> Axes:
    """Latency with its interval against FLOPs for many models: equal FLOPs are not equal time.

    Raises:
        OptionError: no report has a device, or matplotlib is not installed.
    """
    axes = _axes(ax)
    for model in _timed(reports):
        totals = model.totals
        latency = totals.latency_s or 0.0
        low, high = totals.latency_low_s or latency, totals.latency_high_s or latency
        around = [[(latency - low) * 1e3], [(high - latency) * 1e3]]
        axes.errorbar([totals.flop / 1e9], [latency * 1e3], yerr=around, fmt="o", capsize=2)
        axes.annotate(
            model.title, (totals.flop / 1e9, latency * 1e3), (5, 4), textcoords="offset points"
        )
    axes.set(xscale="log", yscale="log", xlabel="GFLOP", ylabel="predicted latency (ms)")
    return axes


def _timed(reports: Shown) -> list[ModelReport]:
    """All models that have a device."""
    several = [reports] if isinstance(reports, Report) else reports
    models = [model for report in several for model in report.models if model.device]
    if not models:
        raise OptionError("there is no latency to draw", fix="costlint.check(MODEL, device=...)")
    return models


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise OptionError(
            "figures need matplotlib, which is not installed", fix="pip install 'costlint[plot]'"
        ) from error
    return plt.gca()
