"""Why an op is not costed, and the settings that teach it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from costlint.costmodel.formulas.microsoft.uncosted import UNCOSTED
from costlint.costmodel.formulas.registry import standard_formulas
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

_FILTER_RANK: Final = 3
_MATRIX_RANK: Final = 2


def no_formula(op: Op) -> str:
    """What is said of an op that nobody knows, with the line of costlint.toml that teaches it."""
    if op.domain == MS and op.op_type in UNCOSTED:
        return f"no formula for {op.identifier}: {UNCOSTED[op.op_type]}"
    return f"no formula for {op.identifier} (to teach it, in costlint.toml: {settings_for([op])})"


def settings_for(ops: Iterable[Op]) -> str:
    """The line of costlint.toml that teaches every operator among `ops`."""
    rows = {op.identifier: f'{{ op = "{op.identifier}", like = "{likely(op)}" }}' for op in ops}
    return f"ops = [{', '.join(rows.values())}]"


def likely(op: Op) -> str:
    """A known operator that takes such inputs.

    It is one that slides a filter or multiplies by a matrix where the second input is a weight that
    fits, else one that works on each element of the first.
    """
    x, w = op.input(0), op.input(1)
    named = "conv" in op.op_type.lower()
    if x is None or w is None or w.shape is None or not (w.is_parameter or named):
        return _of_each_element(op)
    if w.rank >= _FILTER_RANK and _filters(x, w, op):
        return "Conv"
    if w.rank == _MATRIX_RANK and (x.shape is None or x.shape[-1:] == w.shape[:1]):
        return "MatMul"
    return _of_each_element(op)


def _of_each_element(op: Op) -> str:
    """A function of each element: the one whose name `op`'s holds, if any."""
    names = [f.op_type for f in standard_formulas() if f.traffic == "activation"]
    return max((n for n in names if n.lower() in op.op_type.lower()), key=len, default="Relu")


def _filters(x: Tensor, w: Tensor, op: Op) -> bool:
    """Whether `w` (M, C / groups, k...) is a filter for `x` (N, C, in...)."""
    if x.shape is None:
        return True
    return len(x.shape) == w.rank and x.shape[1] == w.known_shape[1] * op.groups
