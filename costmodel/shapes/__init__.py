"""Shapes of every operator's outputs, and the content of small tensors that steer shapes."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from costlint.costmodel.ir.tensor import UnknownShapeError
from costlint.costmodel.shapes.registry import (
    Call,
    Out,
    all_shape_rules,
    checked,
    shape_rule_for,
    value_rule_for,
)

_STANDARD: Final = (
    "elementwise", "conv", "pool", "reshape", "slicing", "joining", "gather", "matmul", "reduce",
    "normalization", "resize", "recurrent", "generate", "sampling", "attention", "quantized",
    "detection", "signal", "containers", "optionals", "sequence", "values_arithmetic",
    "values_layout", "values_gather", "values_generate",
)  # fmt: skip
"""Modules that register rules of the standard when this package is imported."""

for _module in _STANDARD:
    import_module(f"{__name__}.{_module}")

__all__ = [
    "Call",
    "Out",
    "UnknownShapeError",
    "all_shape_rules",
    "checked",
    "shape_rule_for",
    "value_rule_for",
]
