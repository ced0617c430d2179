"""Inputs that an operator cannot be without, by onnx's own schemas."""

from __future__ import annotations

from functools import cache
from typing import Final

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.source import SourceNode

_CHECKED: Final = 2
"""Shapes and costs go by the first two inputs; exporters leave out others that onnx requires."""
_LEFT_OUT: Final = frozenset({("Resize", 1)})
"""The region of a Resize, which opset 11 requires and exporters write as absent."""


def refuse_absent(node: SourceNode) -> None:
    """Refuse a node without an input that its operator works on.

    Raises:
        ModelError: such an input is absent.
    """
    for place in _required(node.domain, node.op_type, node.version):
        if place >= len(node.inputs) or not node.inputs[place]:
            raise ModelError(
                f"node {node.name!r} ({node.op_type}) lacks input {place}",
                facts=("the operator is not defined without it",),
            )


@cache
def _required(domain: str, op_type: str, version: int) -> tuple[int, ...]:
    """The first inputs that must be there; none of an operator that onnx does not know."""
    import onnx

    if not onnx.defs.has(op_type, domain=domain, max_inclusive_version=version):
        return ()
    schema = onnx.defs.get_schema(op_type, version, domain)
    optional = onnx.defs.OpSchema.FormalParameterOption.Optional
    return tuple(
        place
        for place, formal in enumerate(schema.inputs[:_CHECKED])
        if place < schema.min_input
        and formal.option != optional
        and (op_type, place) not in _LEFT_OUT
    )
