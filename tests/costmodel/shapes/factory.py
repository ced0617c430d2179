"""Calls of shape rules and value rules, made in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import Call, Out, shape_rule_for, value_rule_for

NEWEST = 24


def tensor(what: Any, dtype: str = "float32") -> Tensor | None:
    """A tuple is a shape, a list or an array is a value, a Tensor or None stays."""
    if what is None or isinstance(what, Tensor):
        return what
    if isinstance(what, tuple):
        return Tensor(name="x", shape=what, dtype=dtype)
    value = what if isinstance(what, np.ndarray) else np.array(what, dtype=object)
    if value.dtype != object:
        dtype, value = value.dtype.name, value.astype(object)
    elif dtype == "float32" and not any(type(v) is float for v in value.reshape(-1)):
        dtype = "bool" if any(type(v) is bool for v in value.reshape(-1)) else "int64"
    return Tensor(name="v", shape=value.shape, dtype=dtype, role="parameter", value=value)


def bound_of(_label: str, upper: Dim | None) -> Dim:
    """A dimension that only the data decides, as its upper bound; 777 without one."""
    return 777 if upper is None else upper


def call(
    op_type: str,
    inputs: Sequence[Any] = (),
    *,
    domain: str = "",
    version: int = NEWEST,
    outputs: int = 1,
    dtype: str = "float32",
    reference: Shape | None = None,
    reference_input: Shape | None = None,
    **attributes: Any,
) -> Call:
    """`call("Conv", [(1, 3, 8, 8), (16, 3, 3, 3)], strides=[2, 2])`."""
    return Call(
        name="node",
        domain=domain,
        op_type=op_type,
        version=version,
        inputs=tuple(tensor(what, dtype) for what in inputs),
        outputs=outputs,
        attributes=attributes,
        unknown=bound_of,
        reference=reference,
        reference_input=reference_input,
    )


def outs(*args: Any, **kwargs: Any) -> Sequence[Out]:
    """What the shape rule of `call(...)` gives."""
    made = call(*args, **kwargs)
    rule = shape_rule_for(made.domain, made.op_type)
    assert rule is not None
    return rule(made)


def shape(*args: Any, **kwargs: Any) -> Shape | None:
    """The shape of the first output."""
    return outs(*args, **kwargs)[0].shape


def value(*args: Any, **kwargs: Any) -> Any:
    """What the value rule of `call(...)` gives."""
    made = call(*args, **kwargs)
    rule = value_rule_for(made.domain, made.op_type)
    assert rule is not None
    return rule(made)
