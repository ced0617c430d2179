"""Which formula costs which operator. One decorated function is one operator or one family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op

OpClass: TypeAlias = Literal["conv", "elementwise", "shuffle", "data", "other"]
"""Run-time classes of Figure 2 of the paper. `conv` is what its FLOPs count: all ops with macs."""

OP_CLASSES: Final[tuple[OpClass, ...]] = ("conv", "elementwise", "shuffle", "data", "other")

Body: TypeAlias = Callable[[Op], Work]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A registered formula: its operator, its class, its arithmetic, its documentation."""

    domain: str
    op_type: str
    op_class: OpClass
    work: Body
    doc: str

    @property
    def spec(self) -> str:
        """Address of the operator's specification page, "" for a domain that publishes none."""
        if self.domain == "com.microsoft":
            page = "https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md"
            return f"{page}#com.microsoft.{self.op_type}"
        if self.domain not in ("", "ai.onnx.ml", "ai.onnx.preview.training"):
            return ""
        prefix = f"{self.domain.replace('.', '')}_" if self.domain else "_"
        return f"https://onnx.ai/onnx/operators/onnx_{prefix}{self.op_type}.html"


_FORMULAS: dict[tuple[str, str], Formula] = {}
_FREE: dict[tuple[str, str], str] = {}


def formula(*op_types: str, op_class: OpClass, domain: str = "") -> Callable[[Body], Body]:
    """Register the decorated function for `op_types`; twice is a ValueError."""

    def register(body: Body) -> Body:
        for op_type in op_types:
            _claim(domain, op_type)
            _FORMULAS[domain, op_type] = Formula(
                domain=domain,
                op_type=op_type,
                op_class=op_class,
                work=body,
                doc=body.__doc__ or "",
            )
        return body

    return register


def free(*op_types: str, reason: str, domain: str = "") -> None:
    """Declare that `op_types` cost nothing on any runtime, and why; twice is a ValueError."""
    for op_type in op_types:
        _claim(domain, op_type)
        _FREE[domain, op_type] = reason


def _claim(domain: str, op_type: str) -> None:
    if (domain, op_type) in _FORMULAS or (domain, op_type) in _FREE:
        msg = f"operator {domain}::{op_type} is registered twice"
        raise ValueError(msg)


def formula_for(domain: str, op_type: str) -> Formula | None:
    """The formula of an operator, None where there is none."""
    return _FORMULAS.get((domain, op_type))


def why_free(domain: str, op_type: str) -> str | None:
    """Why an operator is free, None where it is not."""
    return _FREE.get((domain, op_type))


def all_formulas() -> tuple[Formula, ...]:
    """Every registered formula, by domain and name."""
    return tuple(_FORMULAS[key] for key in sorted(_FORMULAS))


def all_free() -> tuple[tuple[str, str, str], ...]:
    """Every free operator as (domain, op_type, reason), sorted."""
    return tuple((*key, _FREE[key]) for key in sorted(_FREE))
