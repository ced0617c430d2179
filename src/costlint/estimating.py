"""`costlint.estimate`; an estimate made here or by a run shows itself in a notebook."""

from __future__ import annotations

from costlint.costmodel.estimate import estimate, estimate_on
from costlint.costmodel.latency.estimate import Estimate


def page(predicted: Estimate) -> str:
    """The page without findings, in a frame of its own."""
    from costlint._version import __version__
    from costlint.reports.build import estimated_report
    from costlint.reports.html.page import embedded
    from costlint.reports.report import Report

    return embedded(Report(tool_version=__version__, models=(estimated_report(predicted),)))


Estimate.page = page

__all__ = ["estimate", "estimate_on"]
