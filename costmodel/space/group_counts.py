"""Groups of convolutions as variables: from dense to one channel a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import gcd

from costlint.costmodel.channels.groups import scope_parts
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.space.runs import Run, numbered
from costlint.costmodel.space.variable import Variable


def groupings_of(graph: OpGraph, runs: Sequence[Run]) -> tuple[tuple[Variable, ...], str]:
    """Numbers of groups that can change, and why there are none ('' where there are).

    Equal blocks share a number; its choices are the divisors that its channels have today.
    Depthwise ones stay: their channels are of their own. So do filters that several ops read.
    """
    readers = Counter(t.name for op in graph.ops for t in op.inputs if t is not None)
    leaders = {key: first for run in runs for first, key in run.alike}
    members: dict[str, list[Op]] = {}
    for op in graph.ops:
        if _is_splittable(op) and readers[op.w.name] == 1:
            members.setdefault(leaders.get(op_key(op), op_key(op)), []).append(op)
    stems = (".".join(scope_parts(op.scope)) or op.name for op, *_ in members.values())
    names = numbered(f"{stem}.groups" for stem in stems)
    found = []
    for name, alike in zip(names, members.values(), strict=True):
        whole = gcd(alike[0].x.known_shape[1], alike[0].w.known_shape[0])
        found.append(
            Variable(
                name=name, kind="groups", current=alike[0].attributes.get("group", 1),
                multiple_of=1, low=1, high=whole, step=1, ops=tuple(map(op_key, alike)),
                choices=tuple(n for n in range(1, whole + 1) if whole % n == 0),
            )
        )  # fmt: skip
    return tuple(found), "" if found else "no convolution of this graph can be split further"


def _is_splittable(op: Op) -> bool:
    if op.op_type != "Conv" or op.domain or len(op.inputs) < 2 or op.inputs[1] is None:
        return False
    shape, x = op.w.shape, op.x.shape
    if not op.w.is_parameter or shape is None or x is None or len(x) < 3:
        return False
    is_known = all(type(size) is int for size in (shape[0], shape[1], x[1]))
    return is_known and shape[1] > 1 and gcd(x[1], shape[0]) > 1


def with_groups(
    graph: OpGraph, groupings: Sequence[Variable], counts: Mapping[str, Dim]
) -> OpGraph:
    """`graph` with the convolutions of `groupings` split into as many groups as `counts` says."""
    wanted = {key: counts[g.name] for g in groupings if g.name in counts for key in g.ops}
    if not wanted:
        return graph
    parameters = dict(graph.parameters)
    ops = []
    for op in graph.ops:
        count = wanted.get(op_key(op))
        if count is None or (type(count) is int and count == op.attributes.get("group", 1)):
            ops.append(op)
            continue
        shape = (op.w.known_shape[0], op.x.known_shape[1] // count, *op.w.known_shape[2:])
        weight = replace(op.w, shape=shape, value=None)
        for name in weight.sources:
            if name in parameters:
                parameters[name] = replace(parameters[name], shape=shape, value=None)
        inputs = (op.inputs[0], weight, *op.inputs[2:])
        ops.append(replace(op, inputs=inputs, attributes={**op.attributes, "group": count}))
    return replace(graph, ops=tuple(ops), parameters=parameters, source=None)
