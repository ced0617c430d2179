"""What each operator costs: one formula per operator, or the reason why it is free."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from costlint.costmodel.formulas.registry import (
    OP_CLASSES,
    TRAFFIC,
    Formula,
    OpClass,
    Traffic,
    all_formulas,
    all_free,
    bias_of,
    formula,
    formula_for,
    free,
    weight_of,
    why_free,
)

_STANDARD: Final = (
    "conv", "matmul", "einsum", "attention", "recurrent", "arithmetic", "activation", "pool",
    "reduce", "normalization", "softmax", "resize", "movement", "gather", "quantized", "generate",
    "signal", "sequence", "views",
)  # fmt: skip
"""Modules that register formulas of the standard when this package is imported."""

for _module in _STANDARD:
    import_module(f"{__name__}.{_module}")

__all__ = [
    "OP_CLASSES",
    "TRAFFIC",
    "Formula",
    "OpClass",
    "Traffic",
    "all_formulas",
    "all_free",
    "bias_of",
    "formula",
    "formula_for",
    "free",
    "weight_of",
    "why_free",
]
