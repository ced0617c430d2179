"""The estimate that Python users get: it shows itself in a notebook."""

from __future__ import annotations

from dataclasses import fields

from costlint.costmodel import estimate as costmodel
from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency import estimated
from costlint.costmodel.reader import Model


class Estimate(estimated.Estimate):
    """A model on a device, see `costlint.costmodel.latency.estimated.Estimate`."""

    def _repr_html_(self) -> str:
        """The page without findings, in a frame of its own, for notebooks."""
        from costlint._version import __version__
        from costlint.reports.build import estimated_report
        from costlint.reports.html.page import embedded
        from costlint.reports.report import Report

        return embedded(Report(tool_version=__version__, models=(estimated_report(self),)))


def estimate(
    model: Model | OpGraph,
    device: Device = DEFAULT_DEVICE,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
) -> Estimate:
    """Predict `model` on `device` (a name, a unique prefix, a TOML path or a profile).

    Raises:
        CostlintError: the model, its shapes or the device cannot be used.
    """
    found = costmodel.estimate(model, device, shapes=shapes, batch=batch)
    return Estimate(**{field.name: getattr(found, field.name) for field in fields(found)})
