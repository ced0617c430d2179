"""Shapes of every operator's outputs, and the content of small tensors that steer shapes."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from costlint.costmodel.ir.graph import UnknownShapeError
from costlint.costmodel.shapes import registry
from costlint.costmodel.shapes.registry import (
    Call,
    Out,
    ShapeRule,
    checked,
    value_rule_for,
)

FAMILIES: Final = (
    "elementwise",
    "conv",
    "pool",
    "reshape",
    "slicing",
    "joining",
    "gather",
    "matmul",
    "reduce",
    "normalization",
    "resize",
    "recurrent",
    "generate",
    "sampling",
    "attention",
    "quantized",
    "detection",
    "signal",
    "sequence",
    "microsoft.standard",
    "values_arithmetic",
    "values_layout",
    "values_gather",
    "values_generate",
)
"""Modules that register rules of the standard when this package is imported."""

FURTHER: Final = (
    "ml",
    "training",
    "microsoft.fused",
    "microsoft.attention",
    "microsoft.quantized",
    "microsoft.matmul",
    "microsoft.packed",
    "microsoft.recurrent",
    "microsoft.norm",
    "microsoft.data",
    "microsoft.algorithms",
    "microsoft.nhwc",
    "foreign",
)
"""Modules that register those of every other domain, once one of these is asked for."""

for _family in FAMILIES:
    import_module(f"{__name__}.{_family}")


@cache
def _load_further() -> None:
    for family in FURTHER:
        import_module(f"{__name__}.{family}")


def shape_rule_for(domain: str, op_type: str) -> ShapeRule | None:
    """The shape rule of an operator, None where there is none."""
    if domain:
        _load_further()
    return registry.shape_rule_for(domain, op_type)


def all_shape_rules() -> tuple[tuple[str, str], ...]:
    """Keys (domain, operator) of every shape rule, sorted."""
    _load_further()
    return registry.all_shape_rules()


__all__ = [
    "FAMILIES",
    "FURTHER",
    "Call",
    "Out",
    "UnknownShapeError",
    "all_shape_rules",
    "checked",
    "shape_rule_for",
    "value_rule_for",
]
