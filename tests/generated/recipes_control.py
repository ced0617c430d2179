"""Recipes of sequences and optionals, and of nodes that hold a graph: If, Loop, Scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tests.generated.maker import Maker
from tests.generated.recipes import Made, exists, recipe
from tests.generated.values import Value, type_proto

INNER = ("Add", "Relu", "Mul", "Neg", "Conv", "MatMul", "Concat", "Transpose", "Gemm", "ReduceSum",
         "Slice", "Softmax", "Reshape", "Identity", "Gather")  # fmt: skip


_TRUE = np.array(1, dtype=bool)


def _sequence(m: Maker) -> Value | None:
    """A sequence that is there, or a new one."""
    found = [v for v in m.values if v.is_sequence]
    if found and m.maybe(0.6):
        chosen: Value = m.one(found)
        return chosen
    x = m.tensor(["float32", "int64"])
    made = m.call("SequenceConstruct", [x, *(m.of(x.dtype, x.shape) for _ in range(m.whole(0, 3)))])
    return made[0] if made else None


@recipe("SequenceConstruct", "SequenceEmpty", "SequenceLength", "SequenceAt", "SequenceErase",
        "SequenceInsert", "ConcatFromSequence", "SequenceMap")  # fmt: skip
def sequences(m: Maker, name: str) -> Made:  # noqa: PLR0911 - a case each
    if name == "SequenceEmpty":
        empty = m.call(name, [], dtype=1)
        return empty and m.call("SequenceInsert", [empty[0], m.tensor(["float32"])])
    s = _sequence(m)
    if s is None or name == "SequenceConstruct" or not s.content:
        return None if s is None else [s]
    if name == "SequenceLength":
        return m.call(name, [s])
    if name == "ConcatFromSequence":
        rank = s.content[0].ndim
        if rank == 0 or m.maybe(0.3):
            return m.call(name, [s], axis=0, new_axis=1)
        return m.call(name, [s], axis=m.axis(rank))
    if name == "SequenceMap":
        x = Value(name=m.name(), dtype=s.dtype, content=s.content[0])
        out = m.name()
        node = helper.make_node("Neg", [x.name], [out])
        body = helper.make_graph([node], "body", [_info(x)], [_info(x, out)])
        return m.call(name, [s], body=body)
    place = m.ints(m.whole(-len(s.content), len(s.content) - 1))
    if name == "SequenceInsert":
        x = m.of(s.dtype, m.one(s.content).shape)
        return m.call(name, [s, x, place][: m.whole(2, 3)])
    return m.call(name, [s, place])


@recipe("Optional", "OptionalGetElement", "OptionalHasElement")
def optionals(m: Maker, name: str) -> Made:
    """An optional and what takes it out, as one step: no runtime gives an optional."""
    x = m.tensor(["float32"])
    between, out = m.name(), m.name()
    get = "OptionalHasElement" if name == "OptionalHasElement" else "OptionalGetElement"
    nodes = [helper.make_node("Optional", [x.name], [between], name="optional"),
             helper.make_node(get, [between], [out], name="element")]  # fmt: skip
    return m.take(nodes, {x.name: x}, [out])


def _info(value: Value, name: str = "", shape: Sequence[Any] | None = None) -> Any:
    return helper.make_value_info(name or value.name, type_proto(value, shape))


def inner(m: Maker, given: Sequence[Value], *, captures: bool, steps: int) -> Maker:
    """A maker for a body: it has the inputs `given` and may read what is around it."""
    from tests.generated.recipes import RECIPES

    child = Maker(m.chance, m.opset, closed=not captures)
    child.prefix = f"{m.name()}_"
    child.values = [*given]
    if captures:
        from dataclasses import replace

        child.values += [replace(v, outer=True) for v in m.values if not v.is_sequence][-8:]
    for _ in range(steps):
        name = m.one(n for n in INNER if exists(n, m.opset))
        RECIPES[name](child)
    return child


def body_of(child: Maker, given: Sequence[Value], outputs: Sequence[Value]) -> onnx.GraphProto:
    """The body as a graph; what it made as inputs is initializers here."""
    from tests.generated.values import tensor_proto

    own = [*child.inputs, *child.initializers, *child.listed]
    return helper.make_graph(
        child.nodes,
        "body",
        [_info(v, shape=v.shape) for v in given],
        [_info(v) for v in outputs],
        initializer=[tensor_proto(v.name, v) for v in own],
    )


def captured(m: Maker, child: Maker) -> dict[str, Value]:
    """What the nodes of a body read from around it, also deeper inside."""
    known = {v.name: v for v in m.values}
    names: set[str] = set()

    def look(nodes: Any) -> None:
        for node in nodes:
            names.update(node.input)
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    look(attribute.g.node)
                    names.update(o.name for o in attribute.g.output)

    look(child.nodes)
    return {name: known[name] for name in sorted(names) if name in known}


def _last(m: Maker, child: Maker, dtype: str | None = None) -> Value:
    """An output of a body: one of its own nodes made it."""
    own = {o for n in child.nodes for o in n.output if n.op_type != "Constant"}
    fitting = [v for v in child.values if v.name in own and not v.is_sequence]
    fitting = [v for v in fitting if dtype in (None, v.dtype)]
    if fitting and m.maybe(0.9):
        return fitting[-1]
    x = m.one([v for v in child.values if v.dtype == (dtype or v.dtype) and not v.is_sequence]
              or [child.new(dtype or "float32", (2,))])  # fmt: skip
    made = child.call("Identity", [x])
    return made[0] if made else x


def conditional(m: Maker) -> Made:
    branches = [inner(m, [], captures=True, steps=m.whole(1, 3)) for _ in range(2)]
    one = _last(m, branches[0])
    other = _last(m, branches[1], one.dtype)
    given = captured(m, branches[0]) | captured(m, branches[1])
    known = m.maybe(0.3)
    content = np.array(m.maybe())
    condition = m.new("bool", (), content, "initializer" if known else "input")
    out = m.name()
    node = helper.make_node(
        "If", [condition.name], [out], name=f"if_{out}",
        then_branch=body_of(branches[0], [], [one]), else_branch=body_of(branches[1], [], [other]),
    )  # fmt: skip
    same = one.shape == other.shape and one.steady and other.steady
    return m.take([node], given | {condition.name: condition}, [out], unsteady=not (known or same))


def loop(m: Maker) -> Made:
    state = m.tensor(["float32"], range(4))
    at = Value(name=m.name(), dtype="int64", content=np.array(0))
    go = Value(name=m.name(), dtype="bool", content=_TRUE)
    inside = Value(name=m.name(), dtype=state.dtype, content=state.content)
    child = inner(m, [at, go, inside], captures=True, steps=m.whole(0, 2))
    after = child.call("Mul", [inside, child.of("float32", ())])
    still = child.call("Identity", [go])
    if after is None or still is None or after[0].shape != state.shape:
        return None
    scanned = [_last(m, child)] if m.maybe() else []
    trips = m.ints(m.whole(0, 4))
    outs = [m.name() for _ in range(1 + len(scanned))]
    condition = m.one(("", m.new("bool", (), _TRUE, "initializer").name))
    node = helper.make_node(
        "Loop", [trips.name, condition, state.name], outs, name=f"loop_{outs[0]}",
        body=body_of(child, [at, go, inside], [still[0], after[0], *scanned]),
    )  # fmt: skip
    known = {v.name: v for v in m.values}
    given = captured(m, child) | {n: known[n] for n in node.input if n}
    return m.take([node], given, outs)


def scan(m: Maker) -> Made:
    xs = m.tensor(["float32"], range(1, 4), least=1)
    state = m.tensor(["float32"], range(3))
    slice_ = Value(name=m.name(), dtype="float32", content=xs.content[0])
    inside = Value(name=m.name(), dtype="float32", content=state.content)
    child = inner(m, [inside, slice_], captures=True, steps=m.whole(0, 2))
    after = child.call("Neg", [inside])
    scanned = _last(m, child)
    if after is None:
        return None
    outs = [m.name(), m.name()]
    node = helper.make_node(
        "Scan", [state.name, xs.name], outs, name=f"scan_{outs[0]}", num_scan_inputs=1,
        body=body_of(child, [inside, slice_], [after[0], scanned]),
    )  # fmt: skip
    given = captured(m, child) | {state.name: state, xs.name: xs}
    return m.take([node], given, outs)


CONTROL = {"If": conditional, "Loop": loop, "Scan": scan}
