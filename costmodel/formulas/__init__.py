"""What each operator costs: one formula per operator, or the reason why it is free."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from costlint.costmodel.formulas import registry
from costlint.costmodel.formulas.registry import (
    OP_CLASSES,
    TRAFFIC,
    Formula,
    OpClass,
    Traffic,
    formula,
    free,
)

FAMILIES: Final = (
    "conv",
    "matmul",
    "einsum",
    "attention",
    "recurrent",
    "arithmetic",
    "activation",
    "pool",
    "reduce",
    "normalization",
    "softmax",
    "resize",
    "movement",
    "gather",
    "quantized",
    "generate",
    "signal",
    "sequence",
    "views",
    "microsoft.standard",
)
"""Modules that register formulas of the standard when this package is imported."""

FURTHER: Final = (
    "microsoft.shared",
    "microsoft.algorithms",
    "microsoft.attention",
    "microsoft.conv",
    "microsoft.data",
    "microsoft.elementwise",
    "microsoft.layout",
    "microsoft.matmul",
    "microsoft.moe",
    "microsoft.nbits",
    "microsoft.normalization",
    "microsoft.packed",
    "microsoft.quantized",
    "microsoft.recurrent",
    "microsoft.sparse_attention",
    "microsoft.uncosted",
    "ml",
    "ml_trees",
    "training",
    "preview",
    "foreign",
)
"""Modules that register those of every other domain, once one of these is asked for."""

for _family in FAMILIES:
    import_module(f"{__name__}.{_family}")


@cache
def _load_further() -> None:
    for family in FURTHER:
        import_module(f"{__name__}.{family}")


def formula_for(domain: str, op_type: str) -> Formula | None:
    """The formula of an operator, None where there is none."""
    if domain:
        _load_further()
    return registry.formula_for(domain, op_type)


def why_free(domain: str, op_type: str) -> str | None:
    """Why an operator is free, None where it is not."""
    if domain:
        _load_further()
    return registry.why_free(domain, op_type)


def all_formulas() -> tuple[Formula, ...]:
    """Every registered formula, by domain and name."""
    _load_further()
    return registry.all_formulas()


def all_free() -> tuple[tuple[str, str, str], ...]:
    """Every free operator as (domain, op_type, reason), sorted."""
    _load_further()
    return registry.all_free()


__all__ = [
    "FAMILIES",
    "FURTHER",
    "OP_CLASSES",
    "TRAFFIC",
    "Formula",
    "OpClass",
    "Traffic",
    "all_formulas",
    "all_free",
    "formula",
    "formula_for",
    "free",
    "why_free",
]
