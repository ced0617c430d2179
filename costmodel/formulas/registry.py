"""Which formula costs which operator. One decorated function is one operator or one family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product
from typing import Final, Literal, TypeAlias

from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

OpClass: TypeAlias = Literal["conv", "elementwise", "shuffle", "data", "other"]
"""Run-time classes of Figure 2 of the paper. `conv` is what its FLOPs count: all ops with macs."""

OP_CLASSES: Final[tuple[OpClass, ...]] = ("conv", "elementwise", "shuffle", "data", "other")

Traffic: TypeAlias = Literal[
    "movement",
    "selection",
    "resizing",
    "elementwise",
    "activation",
    "normalization",
    "softmax",
    "reduction",
    "pooling",
    "convolution",
    "product",
    "contraction",
    "recurrent",
]
"""How an operator goes over memory, and so which of a device's rates it runs at."""

TRAFFIC: Final[Mapping[Traffic, str]] = {
    "movement": "copies",
    "selection": "copies a part, and reads no more than that",
    "resizing": "interpolates between neighbours",
    "elementwise": "arithmetic on each element",
    "activation": "a function of each element of one tensor",
    "normalization": "brings rows, channels or groups to one scale",
    "softmax": "turns scores along an axis into shares",
    "reduction": "makes few elements of many",
    "pooling": "makes one element of a window, or of a whole map",
    "convolution": "slides a filter",
    "product": "multiplies a matrix by the second input",
    "contraction": "any other sum of products: attention, experts, packed weights",
    "recurrent": "walks over time steps",
}
_USUAL: Final[Mapping[OpClass, Traffic]] = {
    "elementwise": "elementwise",
    "shuffle": "movement",
    "data": "movement",
}
"""Where a formula need not say its traffic, because its class does."""

Body: TypeAlias = Callable[[Op], Work]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A registered formula: its operator, class and traffic, its arithmetic, its documentation.

    `weight` and `bias` are the places among the inputs of what a product multiplies by, and of what
    it then adds.
    """

    domain: str
    op_type: str
    op_class: OpClass
    traffic: Traffic
    work: Body
    doc: str
    weight: int = 1
    bias: int = 2

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


FURTHER: Final = (
    "foreign", "microsoft.algorithms", "microsoft.attention", "microsoft.conv", "microsoft.data",
    "microsoft.elementwise", "microsoft.layout", "microsoft.matmul", "microsoft.moe",
    "microsoft.nbits", "microsoft.normalization", "microsoft.packed", "microsoft.quantized",
    "microsoft.recurrent", "microsoft.sparse_attention", "ml", "ml_trees", "training",
)  # fmt: skip
"""Modules that register formulas of other domains than the standard, once one is asked for."""

_FORMULAS: dict[tuple[str, str], Formula] = {}
_FREE: dict[tuple[str, str], str] = {}


def formula(
    *op_types: str,
    op_class: OpClass,
    traffic: Traffic | None = None,
    domain: str | Sequence[str] = "",
    weight: int = 1,
    bias: int = 2,
) -> Callable[[Body], Body]:
    """Register the decorated function for `op_types` of one domain, or of several.

    Raises:
        ValueError: one is registered already, or its traffic neither given nor usual for its class.
    """
    kind = traffic or _USUAL.get(op_class)
    if kind is None:
        msg = f"{op_types}: class {op_class!r} does not say what kind of traffic there is"
        raise ValueError(msg)

    def register(body: Body) -> Body:
        for one, op_type in product([domain] if isinstance(domain, str) else domain, op_types):
            _claim(one, op_type)
            _FORMULAS[one, op_type] = Formula(
                domain=one,
                op_type=op_type,
                op_class=op_class,
                traffic=kind,
                work=body,
                doc=body.__doc__ or "",
                weight=weight,
                bias=bias,
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


@cache
def _load_further() -> None:
    from costlint.costmodel.ir.plugins import load_plugins

    for module in FURTHER:
        import_module(f"{__package__}.{module}")
    load_plugins()


def formula_for(domain: str, op_type: str) -> Formula | None:
    """The formula of an operator, None where there is none."""
    if domain:
        _load_further()
    return _FORMULAS.get((domain, op_type))


def weight_of(op: Op) -> Tensor | None:
    """What a product multiplies its first input by; the second input where nothing else is said."""
    found = formula_for(op.domain, op.op_type)
    return op.input(1 if found is None else found.weight)


def bias_of(op: Op) -> Tensor | None:
    """What a convolution or product adds to each output channel."""
    found = formula_for(op.domain, op.op_type)
    return op.input(2 if found is None else found.bias)


def why_free(domain: str, op_type: str) -> str | None:
    """Why an operator is free, None where it is not."""
    if domain:
        _load_further()
    return _FREE.get((domain, op_type))


def standard_formulas() -> Sequence[Formula]:
    """Every formula of the standard; no other domain is loaded for it."""
    return [one for (domain, _), one in _FORMULAS.items() if not domain]


def all_formulas() -> Sequence[Formula]:
    """Every registered formula, by domain and name."""
    _load_further()
    return [_FORMULAS[key] for key in sorted(_FORMULAS)]


def all_free() -> Sequence[tuple[str, str, str]]:
    """Every free operator as (domain, op_type, reason), sorted."""
    _load_further()
    return [(*key, _FREE[key]) for key in sorted(_FREE)]
