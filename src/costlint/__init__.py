"""Finds what makes a neural network slow, and says how many milliseconds it costs.

Names are loaded on first use, so that importing costlint is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from costlint._version import __version__

if TYPE_CHECKING:
    from costlint.calibrating import calibrate
    from costlint.costmodel.count import count
    from costlint.costmodel.counts.counts import Counts
    from costlint.costmodel.devices import DeviceProfile, device, devices
    from costlint.costmodel.ir.errors import (
        CostlintError,
        ModelError,
        OptionError,
        ShapeError,
        UnboundDimensionError,
        UncostedError,
    )
    from costlint.costmodel.ir.graph import Op, OpGraph, Tensor
    from costlint.costmodel.latency.estimated import Estimate
    from costlint.costmodel.load import load
    from costlint.costmodel.space import Space, parametrize
    from costlint.estimating import estimate
    from costlint.examples import example, list_examples
    from costlint.fixing import fix
    from costlint.many.api import check_many
    from costlint.measuring.measurement import Measurement
    from costlint.measuring.session import measure
    from costlint.optimizing import optimize
    from costlint.pipeline import check, compare
    from costlint.reports import plot, render
    from costlint.reports.report import Report
    from costlint.verifying import verify

# Public name -> the module that has it.
_HOMES: Final = {
    "CostlintError": "costmodel.ir.errors",
    "Counts": "costmodel.counts.counts",
    "DeviceProfile": "costmodel.devices",
    "Estimate": "costmodel.latency.estimated",
    "Measurement": "measuring.measurement",
    "ModelError": "costmodel.ir.errors",
    "Op": "costmodel.ir.graph",
    "OpGraph": "costmodel.ir.graph",
    "OptionError": "costmodel.ir.errors",
    "Report": "reports.report",
    "ShapeError": "costmodel.ir.errors",
    "Space": "costmodel.space",
    "Tensor": "costmodel.ir.graph",
    "UnboundDimensionError": "costmodel.ir.errors",
    "UncostedError": "costmodel.ir.errors",
    "calibrate": "calibrating",
    "check": "pipeline",
    "check_many": "many.api",
    "compare": "pipeline",
    "count": "costmodel.count",
    "device": "costmodel.devices",
    "devices": "costmodel.devices",
    "estimate": "estimating",
    "example": "examples",
    "fix": "fixing",
    "list_examples": "examples",
    "load": "costmodel.load",
    "measure": "measuring.session",
    "optimize": "optimizing",
    "parametrize": "costmodel.space",
    "plot": "reports.plot",
    "render": "reports",
    "verify": "verifying",
}

__all__ = [
    "CostlintError",
    "Counts",
    "DeviceProfile",
    "Estimate",
    "Measurement",
    "ModelError",
    "Op",
    "OpGraph",
    "OptionError",
    "Report",
    "ShapeError",
    "Space",
    "Tensor",
    "UnboundDimensionError",
    "UncostedError",
    "__version__",
    "calibrate",
    "check",
    "check_many",
    "compare",
    "count",
    "device",
    "devices",
    "estimate",
    "example",
    "fix",
    "list_examples",
    "load",
    "measure",
    "optimize",
    "parametrize",
    "plot",
    "render",
    "verify",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module 'costlint' has no attribute {name!r}"
        raise AttributeError(msg)
    module = import_module(f"costlint.{home}")
    found = module if home == "reports.plot" else getattr(module, name)
    globals()[name] = found  # the sub-module of the same name, if any, stays importable
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
