"""Which of a model's constants are its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from costlint.costmodel.formulas import bias_of, formula_for
from costlint.costmodel.formulas.learned import kept, learned
from costlint.costmodel.formulas.sets import NOT_LEARNED
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.dtypes import BITS, is_float, size_bytes
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import SourceParameter
from costlint.costmodel.ir.tensor import Tensor

# What exporters call the output of a Constant node.
_LIFTED: Final = re.compile(r"(^|/)Constant(_\d+)?_output_\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterCounts:
    """`elements` that training learns, `size_bytes` of every constant that the ops read."""

    elements: Dim
    size_bytes: Dim


def parameter_counts(graph: OpGraph) -> ParameterCounts:
    """Parameters are what feeds the ops as weights, whatever the file stores them in.

    A matrix or filter counts once however many ops read it (tied weights). A vector counts for
    each op that reads it, because exporters merge equal vectors: fresh BatchNormalizations share
    one bias. A vector beside a matrix that is counted already is tied with it.
    Not counted: running statistics, limits, quantisation scales, index tables and masks (int32,
    int64, bool), and Constant nodes where the file has initializers (numbers in the code, tables).
    The bias of a product of integers is in int32 and counts.
    A tensor that is folded into another counts as it is stored. What an op learnt and keeps in its
    attributes counts with it, integers as well: the trees of an ensemble are made of them.
    """
    biases = _integer_biases(graph)
    known = {name: p for name, p in graph.parameters.items() if _is_weight(p) or name in biases}
    if not all(map(_is_literal, known.values())):
        known = {name: p for name, p in known.items() if not _is_literal(p)}
    stored: set[str] = set()
    counted: set[str] = set()
    tied: set[str] = set()
    elements = 0
    in_attributes: Dim = 0
    for op in _all_ops(graph):
        elements += learned(op)
        in_attributes += sum(t.size_bytes for t in kept(op))
        unlearned = NOT_LEARNED.get(op.op_type, frozenset())
        read = [() if t is None else t.sources for t in op.inputs]
        stored.update(name for names in read for name in names)
        slots = [
            name
            for index, tensor in enumerate(op.inputs)
            if index not in unlearned and tensor is not None
            for name in _learned(tensor, graph.parameters)
            if name in known
        ]
        matrices = [name for name in slots if not _is_vector(known[name])]
        if _is_tied(op, matrices, counted, tied):
            tied.update(t.name for t in op.outputs if t is not None)
            continue
        slots = [name for name in slots if name not in counted]
        elements += sum(prod(known[name].shape) for name in slots)
        counted.update(matrices)
    files = (graph.parameters[name] for name in stored if name in graph.parameters)
    in_file = sum(size_bytes(prod(p.shape), p.dtype) for p in files)
    return ParameterCounts(elements=elements, size_bytes=in_file + in_attributes)


def _integer_biases(graph: OpGraph) -> frozenset[str]:
    """The int32 biases of quantised products: as they are, or before their DequantizeLinear."""
    found: set[str] = set()
    for op in _all_ops(graph):
        for tensor in op.inputs:
            if tensor is not None and "int32" in (tensor.stored_as, tensor.dtype):
                is_bias = tensor.stored_as is not None or (tensor is bias_of(op) and _has_macs(op))
                found.update(tensor.sources[: int(is_bias)])
    return frozenset(found)


def _has_macs(op: Op) -> bool:
    formula = formula_for(op.domain, op.op_type)
    return formula is not None and formula.op_class == "conv"


def _learned(tensor: Tensor, parameters: Mapping[str, SourceParameter]) -> Iterator[str]:
    """The sources of `tensor` that hold numbers: not the scale and zero point of one that folded.

    Those come after what they are of, and a zero point is a number or a vector.
    """
    if tensor.stored_as is None:
        yield from tensor.sources
        return
    for place, name in enumerate(tensor.sources):
        of = parameters.get(name)
        if of is not None and of.dtype == tensor.stored_as and (not place or not _is_vector(of)):
            yield name


def _is_tied(op: Op, matrices: list[str], counted: set[str], tied: set[str]) -> bool:
    """Whether an op's weights are an earlier one's; an Add is the bias of what it adds to."""
    if matrices:
        return counted.issuperset(matrices)
    return op.op_type == "Add" and any(t is not None and t.name in tied for t in op.inputs)


def _is_literal(parameter: SourceParameter) -> bool:
    """Whether it is a Constant node, or was one before a tool lifted it out and kept its name."""
    return parameter.is_literal or _LIFTED.search(parameter.name) is not None


def _is_vector(parameter: SourceParameter) -> bool:
    """(C) or (C, 1, 1): a bias or a scale. (1, 1, C) is a token, which has one owner."""
    return prod(parameter.shape[1:]) == 1


def _all_ops(graph: OpGraph) -> Iterator[Op]:
    for op in graph.ops:
        yield op
        for body in op.bodies:
            yield from _all_ops(body)


def _is_weight(parameter: SourceParameter) -> bool:
    if parameter.is_literal and not parameter.shape:
        return False
    narrow = parameter.dtype != "bool" and 0 < BITS.get(parameter.dtype, 0) <= 8
    return is_float(parameter.dtype) or narrow
