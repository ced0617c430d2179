"""Finds what makes a neural network slow, and says how many milliseconds it costs.

Names are loaded on first use, so that importing costlint is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from costlint._version import __version__ as __version__
    from costlint.calibrating import calibrate as calibrate
    from costlint.costmodel.count import count as count
    from costlint.costmodel.counts.counts import Counts as Counts
    from costlint.costmodel.devices import DeviceProfile as DeviceProfile
    from costlint.costmodel.devices import device as device
    from costlint.costmodel.devices import devices as devices
    from costlint.costmodel.formulas import formula as formula
    from costlint.costmodel.ir.cost import Work as Work
    from costlint.costmodel.ir.errors import CostlintError as CostlintError
    from costlint.costmodel.ir.errors import ModelError as ModelError
    from costlint.costmodel.ir.errors import OptionError as OptionError
    from costlint.costmodel.ir.errors import ShapeError as ShapeError
    from costlint.costmodel.ir.errors import UnboundDimensionError as UnboundDimensionError
    from costlint.costmodel.ir.errors import UncostedError as UncostedError
    from costlint.costmodel.ir.graph import Op as Op
    from costlint.costmodel.ir.graph import OpGraph as OpGraph
    from costlint.costmodel.ir.tensor import Tensor as Tensor
    from costlint.costmodel.latency.estimate import Estimate as Estimate
    from costlint.costmodel.load import load as load
    from costlint.costmodel.shapes.registry import Call as Call
    from costlint.costmodel.shapes.registry import Out as Out
    from costlint.costmodel.shapes.registry import shape_rule as shape_rule
    from costlint.costmodel.space import Space as Space
    from costlint.costmodel.space import parametrize as parametrize
    from costlint.estimating import estimate as estimate
    from costlint.examples import example as example
    from costlint.examples import list_examples as list_examples
    from costlint.fixing import fix as fix
    from costlint.many.api import check_many as check_many
    from costlint.measuring.measurement import Measurement as Measurement
    from costlint.measuring.session import measure as measure
    from costlint.optimizing import optimize as optimize
    from costlint.pipeline import check as check
    from costlint.pipeline import compare as compare
    from costlint.reports import plot as plot
    from costlint.reports import render as render
    from costlint.reports.report import Report as Report
    from costlint.verifying import verify as verify


# Public name -> the module that has it.
_HOMES: Final = {
    "Call": "costmodel.shapes.registry",
    "CostlintError": "costmodel.ir.errors",
    "Counts": "costmodel.counts.counts",
    "DeviceProfile": "costmodel.devices",
    "Estimate": "costmodel.latency.estimate",
    "Measurement": "measuring.measurement",
    "ModelError": "costmodel.ir.errors",
    "Op": "costmodel.ir.graph",
    "OpGraph": "costmodel.ir.graph",
    "OptionError": "costmodel.ir.errors",
    "Out": "costmodel.shapes.registry",
    "Report": "reports.report",
    "ShapeError": "costmodel.ir.errors",
    "Space": "costmodel.space",
    "Tensor": "costmodel.ir.tensor",
    "UnboundDimensionError": "costmodel.ir.errors",
    "UncostedError": "costmodel.ir.errors",
    "Work": "costmodel.ir.cost",
    "__version__": "_version",
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
    "formula": "costmodel.formulas",
    "list_examples": "examples",
    "load": "costmodel.load",
    "measure": "measuring.session",
    "optimize": "optimizing",
    "parametrize": "costmodel.space",
    "plot": "reports.plot",
    "render": "reports",
    "shape_rule": "costmodel.shapes.registry",
    "verify": "verifying",
}

__all__ = list(_HOMES)


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
