"""Operators that a user teaches: each counts, and takes the time, of one that is known."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from costlint.costmodel.formulas import all_formulas, all_free, formula_for, why_free
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import Source, SourceGraph, SourceNode

OpsOption: TypeAlias = "Mapping[str, str]"
"""`{"my.ops::FancyConv": "Conv"}`: an operator, and the known one that it is like."""

_MOST_NEAR: Final = 3


def taught(source: Source, ops: OpsOption) -> Source:
    """`source` with each operator of `ops` in place of what it is like, and a note for each.

    Inputs, outputs and attributes stay as they are. What the model does not hold is passed over.

    Raises:
        OptionError: what an operator is like is not known.
    """
    like = {_key(op): _known(op, as_op) for op, as_op in ops.items()}
    met: Counter[str] = Counter()
    graph = _graph(source, source.graph, like, met)
    if not met:
        return source
    notes = (
        f"{op} ({times} {'op' if times == 1 else 'ops'}) is costed as {ops[op]}, as told"
        for op, times in ((op, met[identifier(*_key(op))]) for op in ops)
        if times
    )
    return replace(source, graph=graph, notes=(*source.notes, *notes))


def identifier(domain: str, op_type: str) -> str:
    """An operator with its domain, `my.ops::FancyConv`; the default one is silent."""
    return f"{domain}::{op_type}" if domain else op_type


def _key(op: str) -> tuple[str, str]:
    domain, _, op_type = op.rpartition("::")
    return "" if domain == "ai.onnx" else domain, op_type


def _known(op: str, like: str) -> tuple[str, str]:
    domain, op_type = _key(like)
    if formula_for(domain, op_type) is not None or why_free(domain, op_type) is not None:
        return domain, op_type
    names = [identifier(f.domain, f.op_type) for f in all_formulas()]
    names += [identifier(free_domain, name) for free_domain, name, _ in all_free()]
    near = difflib.get_close_matches(like, names, _MOST_NEAR)
    hint = (f"did you mean {' or '.join(map(repr, near))}?",) if near else ()
    raise OptionError(
        f"{op!r} cannot be like {like!r}: no such operator is known",
        facts=(*hint, "every operator that is known stands in docs/operators.md"),
        fix=f'ops = [{{ op = "{op}", like = "{near[0] if near else "Conv"}" }}]',
    )


def _graph(
    source: Source,
    graph: SourceGraph,
    like: Mapping[tuple[str, str], tuple[str, str]],
    met: Counter[str],
) -> SourceGraph:
    def renamed(node: SourceNode) -> SourceNode:
        if node.bodies:
            bodies = {k: _graph(source, body, like, met) for k, body in node.bodies.items()}
            node = replace(node, bodies=bodies)
        known = like.get((node.domain, node.op_type))
        if known is None:
            return node
        written = identifier(node.domain, node.op_type)
        met[written] += 1
        domain, op_type = known
        version = source.opsets.get(domain, 1)
        return replace(node, domain=domain, op_type=op_type, version=version, written_as=written)

    return replace(graph, nodes=tuple(map(renamed, graph.nodes)))
