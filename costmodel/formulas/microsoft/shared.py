"""What the formulas of onnxruntime's own operators share.

Specification: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from costlint.costmodel.formulas.arguments import tensor
from costlint.costmodel.formulas.normalization import CENTRED, INVERSE_ROOT
from costlint.costmodel.formulas.pointwise import Steps, steps_of
from costlint.costmodel.formulas.registry import formula_for
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError

# Operations for each element, as the standard operators of these names cost.
SIGMOID: Final = 3
SILU: Final = SIGMOID + 1
SOFTPLUS: Final = 3
GELU: Final = 5
GELU_TANH: Final = 9
SWIGLU_STEPS: Final = (
    "compare compare compare multiply exponential add divide multiply add multiply"
)
SWIGLU: Final = steps_of(SWIGLU_STEPS).flop
"""Three clamps, alpha * gate, its sigmoid, times gate, up + beta, the product of both."""

_SIGMOID_STEPS: Final = "exponential add divide"
_SILU_STEPS: Final = f"{_SIGMOID_STEPS} multiply"
ACTIVATIONS: Final[Mapping[str, str]] = {
    "": "", "none": "", "identity": "", "relu": "compare", "relu2": "compare multiply",
    "relu_squared": "compare multiply", "leakyrelu": "compare multiply", "clip": "compare compare",
    "sigmoid": _SIGMOID_STEPS, "tanh": "tanh", "hardsigmoid": "multiply add compare compare",
    "hardswish": "multiply add compare compare multiply", "silu": _SILU_STEPS,
    "swish": _SILU_STEPS, "gelu": "multiply erf add multiply multiply",
    "quickgelu": f"multiply {_SILU_STEPS}", "softplus": "exponential add logarithm",
    "softmax": "compare subtract exponential add divide",
    "elu": "compare exponential subtract multiply",
    "selu": "compare exponential subtract multiply multiply", "softsign": "abs add divide",
    "thresholdedrelu": "compare",
}  # fmt: skip


def activation(op: Op, attribute: str = "activation", default: str = "") -> Steps:
    """The steps for each element of the activation that `attribute` names, else of the `default`.

    Raises:
        UnknownShapeError: the name is none that is known.
    """
    name = str(op.attributes.get(attribute) or default)
    if name.lower() in ACTIVATIONS:
        return steps_of(ACTIVATIONS[name.lower()])
    msg = f"{op.identifier} (node {op.name!r}): the activation {name[:40]!r} is not known"
    raise UnknownShapeError(msg)


def layer_norm(elements: Dim, rows: Dim, *, bias: bool = True) -> Dim:
    """Operations of LayerNormalization of so many rows: 6 per element, a bias, 5 per row."""
    return (CENTRED + 1 + bias) * elements + (1 + INVERSE_ROOT) * rows


def rms_norm(elements: Dim, rows: Dim) -> Dim:
    """Operations of RMSNormalization of so many rows: 4 per element and 4 per row."""
    return 4 * elements + INVERSE_ROOT * rows


def standard(op: Op, op_type: str, *inputs: Tensor | None, y: Tensor | None) -> Work:
    """What the standard operator `op_type` does from `inputs` to `y` under op's attributes."""
    known = formula_for("", op_type)
    if known is None:
        msg = f"no formula for {op_type}, which {op.identifier} is made of"
        raise UnknownShapeError(msg)
    return known.work(
        replace(op, domain="", op_type=op_type, version=_NEWEST, inputs=inputs, outputs=(y,))
    )


_NEWEST: Final = 1000
"""Version under which a standard formula is asked."""


def shape(op: Op, index: int, *ranks: int) -> Shape:
    """Known shape of input `index`, of one of `ranks` dimensions where any are given.

    Raises:
        UnknownShapeError: the input is absent, its shape not known, or of another rank.
    """
    return _ranked(op, tensor(op, index), f"input {index}", ranks)


def y_shape(op: Op, *ranks: int) -> Shape:
    """Known shape of the first output, as `shape` gives that of an input."""
    return _ranked(op, op.y, "the output", ranks)


def _ranked(op: Op, of: Tensor, what: str, ranks: Sequence[int]) -> Shape:
    dims = of.known_shape
    if dims and (not ranks or len(dims) in ranks):
        return dims
    msg = f"{op.identifier} (node {op.name!r}): {what} has {len(dims)} dimensions"
    raise UnknownShapeError(msg)


def share(op: Op, a: Dim, b: Dim) -> Dim:
    """`a // b`; UnknownShapeError where b is 0."""
    if type(b) is int and b == 0:
        msg = f"{op.identifier} (node {op.name!r}): {a} elements in rows of none"
        raise UnknownShapeError(msg)
    return a // b


def required(op: Op, name: str, default: int | None = None) -> int:
    """Positive integer attribute `name`; UnknownShapeError where it is anything else."""
    value = op.attributes.get(name, default)
    if type(value) is int and value > 0:
        return value
    msg = f"{op.identifier} (node {op.name!r}) lacks the positive integer attribute {name}"
    raise UnknownShapeError(msg)


def reads(op: Op, moved: Mapping[int, Dim]) -> Sequence[Dim | None]:
    """A `Work.read`: so many elements of the inputs at these places, everything of others."""
    return [moved.get(index) for index in range(len(op.inputs))]
