"""Groups of convolutions as variables: from dense to one channel a group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd

from costlint.costmodel.channels.groups import scope_parts
from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.space.runs import Run
from costlint.costmodel.space.variable import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Convolutions (keys) whose number of groups is one variable; equal blocks share it."""

    name: str
    keys: tuple[str, ...]
    current: int
    choices: tuple[int, ...]

    @property
    def variable(self) -> Variable:
        """The divisors that its channels have today."""
        return Variable(
            name=self.name, kind="groups", current=self.current, multiple_of=1, step=1,
            low=self.choices[0], high=self.choices[-1], ops=self.keys, choices=self.choices,
        )  # fmt: skip


def groupings_of(graph: OpGraph, runs: Sequence[Run]) -> tuple[tuple[Grouping, ...], str]:
    """The convolutions whose groups can change, and why there are none ('' where there are).

    Depthwise ones stay: their channels are of their own. So do filters that several ops read.
    """
    readers = Counter(t.name for op in graph.ops for t in op.inputs if t is not None)
    leaders = {
        key: first
        for run in runs
        for block in run.blocks
        for first, key in zip(run.blocks[0], block, strict=True)
    }
    members: dict[str, list[Op]] = {}
    for op in graph.ops:
        if _is_splittable(op) and readers[op.w.name] == 1:
            members.setdefault(leaders.get(op_key(op), op_key(op)), []).append(op)
    taken: Counter[str] = Counter()
    found = []
    for first, *rest in members.values():
        stem = ".".join(scope_parts(first.scope)) or first.name
        taken[stem] += 1
        number = taken[stem]
        whole = gcd(first.x.known_shape[1], first.w.known_shape[0])
        found.append(
            Grouping(
                name=f"{stem}.groups" if number == 1 else f"{stem}.groups#{number}",
                keys=tuple(op_key(op) for op in (first, *rest)),
                current=first.attributes.get("group", 1),
                choices=tuple(n for n in range(1, whole + 1) if whole % n == 0),
            )
        )
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
    graph: OpGraph, groupings: Sequence[Grouping], counts: Mapping[str, Dim]
) -> OpGraph:
    """`graph` with the convolutions of `groupings` split into as many groups as `counts` says."""
    wanted = {key: counts[g.name] for g in groupings if g.name in counts for key in g.keys}
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
