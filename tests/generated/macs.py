"""Multiply-accumulates of one node, counted by what its loops run over, from the true shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tests.generated.values import Value

Values = Sequence[Value | None]


def steps(*sizes: int) -> int:
    """How often nested loops over `sizes` run their innermost line."""
    return sum(1 for _ in np.ndindex(*sizes)) if np.prod(sizes) < 1000 else int(np.prod(sizes))


def _shape(values: Values, index: int) -> tuple[int, ...]:
    value = values[index]
    assert value is not None
    return value.shape


def macs(node: onnx.NodeProto, inputs: Values, outputs: Values) -> int | None:
    """The count of a node of the standard; None where nobody wrote its loops down here."""
    if node.domain:
        return None
    if node.op_type in NOT_HERE:
        return None
    rule = LOOPS.get(node.op_type)
    return 0 if rule is None else rule(_attributes(node), inputs, outputs)


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute if not a.ref_attr_name}


def _conv(_: Any, inputs: Values, outputs: Values, w: int = 1) -> int:
    """Each output element meets each tap of its filter, also those on padding."""
    return steps(*_shape(outputs, 0)) * steps(*_shape(inputs, w)[1:])


def _transposed(_: Any, inputs: Values, __: Values) -> int:
    """Each input element meets each weight of its channel."""
    return steps(*_shape(inputs, 0)) * steps(*_shape(inputs, 1)[1:])


def _product(_: Any, inputs: Values, outputs: Values) -> int:
    """Each output element is a sum over the last axis of the left side."""
    return steps(*_shape(outputs, 0)) * _shape(inputs, 0)[-1]


def _gemm(attributes: Any, inputs: Values, outputs: Values) -> int:
    return steps(*_shape(outputs, 0)) * _shape(inputs, 0)[0 if attributes.get("transA") else 1]


def _recurrent(_: Any, inputs: Values, __: Values) -> int:
    """Each step of each sequence, in each direction, multiplies by W and by R."""
    weights = steps(*_shape(inputs, 1)) + steps(*_shape(inputs, 2))
    return steps(*_shape(inputs, 0)[:2]) * weights


def _attention(attributes: Any, inputs: Values, __: Values) -> int:
    q, k, v = (_shape(inputs, i) for i in range(3))
    if len(q) == 3:
        heads, kv_heads = attributes["q_num_heads"], attributes["kv_num_heads"]
        q = (q[0], heads, q[1], q[2] // heads)
        k = (k[0], kv_heads, k[1], k[2] // kv_heads)
        v = (v[0], kv_heads, v[1], v[2] // kv_heads)
    scores = steps(*q[:3], k[2])
    return scores * q[3] + scores * v[3]


def _einsum(attributes: Any, inputs: Values, __: Values) -> int:
    """Two operands at a time: the loops over all their letters, where one of them is summed."""
    equation = attributes["equation"].decode().replace(" ", "")
    left, arrow, result = equation.partition("->")
    terms = left.split(",")
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        result = "".join(sorted(x for x in letters if letters.count(x) == 1))
        result = ("..." if "..." in left else "") + result
    sized = [_letters(term, _shape(inputs, i)) for i, term in enumerate(terms)]
    kept = {*result.replace("...", "")}
    if "..." in result:
        kept |= {letter for term in sized for letter in term if letter.startswith(".")}
    total = 0
    so_far = sized[0]
    for place, term in enumerate(sized[1:], 1):
        later = kept.union(*sized[place + 1 :])
        so_far = {x: n for x, n in so_far.items() if x in later or x in term}
        term = {x: n for x, n in term.items() if x in later or x in so_far}  # noqa: PLW2901
        both = {x: max(so_far.get(x, 1), term.get(x, 1)) for x in {*so_far, *term}}
        if 0 in {*so_far.values(), *term.values()}:
            both = {x: min(so_far.get(x, 9**9), term.get(x, 9**9)) for x in both}
        so_far = {x: n for x, n in both.items() if x in later}
        if len(so_far) < len(both):
            total += steps(*both.values())
    return total


def _letters(term: str, shape: tuple[int, ...]) -> dict[str, int]:
    begin, dots, end = term.partition("...")
    if not dots:
        return dict(zip(term, shape, strict=True))
    inner = shape[len(begin) : len(shape) - len(end)]
    found = dict(zip(begin, shape, strict=False))
    found |= {f".{place}": n for place, n in enumerate(reversed(inner))}
    return found | dict(zip(end, shape[len(shape) - len(end) :], strict=True))


LOOPS: dict[str, Any] = {
    "Conv": _conv,
    "ConvInteger": _conv,
    "DeformConv": _conv,
    "QLinearConv": lambda a, i, o: _conv(a, i, o, w=3),
    "ConvTranspose": _transposed,
    "MatMul": _product,
    "MatMulInteger": _product,
    "QLinearMatMul": _product,
    "Gemm": _gemm,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "RNN": _recurrent,
    "Attention": _attention,
    "Einsum": _einsum,
}
NOT_HERE = {"LinearAttention", "CausalConvWithState", "If", "Loop", "Scan", "SequenceMap"}
"""Operators with macs whose loops stand in their specification alone, or in their bodies."""
