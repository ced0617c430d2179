"""Which rule gives the shapes, and the small known values, of an operator's outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any, Final, Protocol, TypeAlias

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.tensor import Held, Tensor, UnknownShapeError

Unknown: TypeAlias = Callable[[str, Dim | None], Dim]
"""(label, upper bound or None) -> a dimension that only the data decides."""


class Choose(Protocol):
    """Takes one of several readings of a baked target; `stated` is whether the file says which."""

    def __call__(self, options: Sequence[Any], *, stated: bool) -> Shape:
        """The shape of the reading taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One output as a rule sees it; `dtype` None means that of the first input.

    `holds` is what a sequence or an optional holds, which has no shape.
    """

    shape: Shape | None
    dtype: str | None = None
    value: Any = None
    holds: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A node with its input tensors: what a shape rule or a value rule works on.

    `reference` holds the first output's shape at the batch size baked into the file when the
    model is costed at another one, and `reference_input` the first input's (see `rebatch.py`).
    `baked_batch` is that size, `inner` whether it varies fastest within its axis of the input, and
    `choose` takes one of several readings.
    """

    name: str
    domain: str
    op_type: str
    version: int
    inputs: tuple[Tensor | None, ...]
    outputs: int
    attributes: Mapping[str, Any]
    unknown: Unknown
    reference: Shape | None = None
    reference_input: Shape | None = None
    baked_batch: int = 1
    inner: bool = False
    choose: Choose | None = None

    def tensor(self, index: int) -> Tensor | None:
        """Input `index`, None where it is absent."""
        return self.inputs[index] if index < len(self.inputs) else None

    def shape(self, index: int) -> Shape:
        """Known shape of input `index`.

        Raises:
            ShapeError: it is absent. UnknownShapeError: nobody knows it.
        """
        tensor = self.tensor(index)
        if tensor is None:
            raise self.refuse(f"input {index} is missing")
        if tensor.shape is None:
            raise UnknownShapeError(self.error(f"the shape of input {index} is not known"))
        return tensor.shape

    def value(self, index: int) -> Any:
        """Known value of input `index` as an object array, None where it has none."""
        tensor = self.tensor(index)
        return None if tensor is None else tensor.value

    def ints(self, index: int) -> list[Dim] | None:
        """Known integers of input `index`, flat; None where it is absent or has no value."""
        value = self.value(index)
        return None if value is None else list(value.reshape(-1))

    @property
    def identifier(self) -> str:
        """The operator with its domain, where that is not the standard one."""
        return f"{self.domain}::{self.op_type}" if self.domain else self.op_type

    def error(self, what: str) -> str:
        """`what` with the operator and the node in front."""
        return f"{self.identifier} (node {self.name!r}): {what}"

    def refuse(
        self, what: str, *, sides: tuple[Dim, Dim] | None = None, axis: int = 0
    ) -> ShapeError:
        """The error for shapes that contradict each other: `sides` should be the same number."""
        if sides is not None and not all(type(side) is int for side in sides):
            sides = None
        return ShapeError(self.error(what), node=self.name, sides=sides, axis=axis)


ShapeRule: TypeAlias = Callable[[Call], Sequence[Out]]
ValueRule: TypeAlias = Callable[[Call], Any]

_TOO_LARGE: Final = 1 << 63

FURTHER: Final = (
    "foreign", "microsoft.algorithms", "microsoft.attention", "microsoft.data", "microsoft.fused",
    "microsoft.matmul", "microsoft.nhwc", "microsoft.norm", "microsoft.packed",
    "microsoft.quantized", "microsoft.recurrent", "ml", "training",
)  # fmt: skip
"""Modules that register rules of other domains than the standard, once one is asked for."""

_SHAPES: dict[tuple[str, str], ShapeRule] = {}
_VALUES: dict[tuple[str, str], ValueRule] = {}


def shape_rule(
    *op_types: str, domain: str | Sequence[str] = ""
) -> Callable[[ShapeRule], ShapeRule]:
    """Register the decorated function as the shape rule of `op_types`, in one domain or several.

    Raises:
        ValueError: one of them has a rule already.
    """
    return _register(_SHAPES, op_types, [domain] if isinstance(domain, str) else domain)


def value_rule(*op_types: str) -> Callable[[ValueRule], ValueRule]:
    """Register the evaluation of small tensors by `op_types`; twice is a ValueError.

    The function is called when every present input has a value. It returns an object array,
    or None where it cannot say.
    """
    return _register(_VALUES, op_types, [""])


def _register(
    table: dict[tuple[str, str], Any], op_types: Sequence[str], domains: Sequence[str]
) -> Callable[[Any], Any]:
    def register(rule: Any) -> Any:
        for domain, op_type in product(domains, op_types):
            if (domain, op_type) in table:
                msg = f"operator {domain}::{op_type} is registered twice"
                raise ValueError(msg)
            table[domain, op_type] = rule
        return rule

    return register


@cache
def _load_further() -> None:
    from costlint.costmodel.ir.plugins import load_plugins

    for module in FURTHER:
        import_module(f"{__package__}.{module}")
    load_plugins()


def shape_rule_for(domain: str, op_type: str) -> ShapeRule | None:
    """The shape rule of an operator, None where there is none."""
    if domain:
        _load_further()
    return _SHAPES.get((domain, op_type))


def value_rule_for(domain: str, op_type: str) -> ValueRule | None:
    """The evaluation of an operator, None where there is none."""
    return _VALUES.get((domain, op_type))


def all_shape_rules() -> Sequence[tuple[str, str]]:
    """Keys (domain, operator) of every shape rule, sorted."""
    _load_further()
    return sorted(_SHAPES)


def checked(call: Call, outs: Sequence[Out]) -> Sequence[Out]:
    """`outs`; refused where a dim is no size, or one that does not fit 64 bits."""
    for out in outs:
        for dim in out.shape or ():
            fits = 0 <= dim < _TOO_LARGE if type(dim) is int else hasattr(dim, "free_symbols")
            if not fits:
                raise call.refuse(f"an output would have a dimension of {str(dim)[:40]}")
    return outs
