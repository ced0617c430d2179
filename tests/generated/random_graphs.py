"""A random valid model of one integer: `made(seed)` is always the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import onnx
from onnx import helper

from tests.generated.maker import OPSETS, Maker
from tests.generated.naming import rename
from tests.generated.recipes import RECIPES, exists
from tests.generated.recipes_control import CONTROL, captured, inner
from tests.generated.recipes_further import FURTHER
from tests.generated.recipes_networks import NETWORKS
from tests.generated.values import Value, small_model, tensor_proto, type_proto

for _name in ("shape", "nn", "rest"):
    import_module(f"tests.generated.recipes_{_name}")

SYMBOLS = ("N", "batch", "seq_len", "height", "unk__0", "past + seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A model as bytes, and what is true of it.

    `shapes` binds the inputs with open sizes, `values` are the tensors by
    their names in the file.
    """

    seed: int
    data: bytes
    shapes: Mapping[str, tuple[int, ...]]
    values: Mapping[str, Value]
    nodes: tuple[onnx.NodeProto, ...]
    renamed: Mapping[str, str]


def made(seed: int, *, steps: int | None = None, only: str | None = None) -> Generated:
    """The random model of `seed`; `only` draws calls of one operator alone."""
    chance = random.Random(seed)  # noqa: S311 - chance, not secrets
    maker = Maker(chance, chance.choice(OPSETS if chance.random() < 0.7 else (13, 17, 18, 21)))
    functions: list[onnx.FunctionProto] = []
    names = [only] if only else _drawn(maker)
    for name in names if steps is None else names[:steps]:
        maker.loose = False
        if name == "function":
            functions += _function(maker, len(functions))
        else:
            (RECIPES | CONTROL | FURTHER | NETWORKS)[name](maker)
    if all(node.op_type == "Constant" for node in maker.nodes):
        maker.call("Relu", [maker.new("float32", (2, 3))])
    return _assembled(seed, maker, functions)


def _drawn(m: Maker) -> list[str]:
    """Names of the recipes to use, in order."""
    usual = [name for name in RECIPES if exists(name, m.opset)]
    former = [name for name in RECIPES if not onnx.defs.has(name, "")]
    found = []
    for _ in range(m.one((1, 1, 2, 3, 5, 8, 12, 20))):
        kind = m.chance.random()
        if kind < 0.07:
            found.append(m.one(c for c in CONTROL if exists(c, m.opset)))
        elif kind < 0.1:
            found.append("function")
        elif kind < 0.18:
            found.append(m.one(FURTHER))
        elif kind < 0.24:
            found.append(m.one(NETWORKS))
        elif kind < 0.25:
            found.append(m.one(former))
        else:
            found.append(m.one(usual))
    return found


def _function(m: Maker, index: int) -> list[onnx.FunctionProto]:
    """A local function of a few nodes and a call of it."""
    x = m.tensor(["float32"], least=1)
    given = Value(name=f"a{index}", dtype=x.dtype, content=x.content)
    child = inner(m, [given], captures=False, steps=m.whole(1, 3))
    own = {o for n in child.nodes for o in n.output}
    outs = [v for v in child.values if v.name in own and not v.is_sequence][-m.whole(1, 2) :]
    if not outs or captured(m, child):
        return []
    function = helper.make_function(
        "own", f"f{index}", [given.name], [v.name for v in outs], child.nodes,
        [helper.make_opsetid("", m.opset)],
    )  # fmt: skip
    m.opsets["own"] = 1
    names = [m.name() for _ in outs]
    m.nodes.append(helper.make_node(f"f{index}", [x.name], names, f"call{index}", domain="own"))
    m.values += [
        Value(name=n, dtype=v.dtype, content=v.content, steady=v.steady and x.steady, sure=v.sure)
        for n, v in zip(names, outs, strict=True)
    ]
    return [function]


def _assembled(seed: int, m: Maker, functions: list[onnx.FunctionProto]) -> Generated:
    read = {name for node in m.nodes for name in node.input}
    made_by = {o for n in m.nodes for o in n.output if n.op_type != "Constant"}
    ends = [v for v in m.values if v.name in made_by and v.name not in read]
    ends = [v for v in ends if m.maybe(0.95)] or [v for v in m.values if v.name in made_by][-1:]
    ends += [v for v in m.values if m.maybe(0.05) and v not in ends]
    model = small_model(m.nodes, [*m.inputs, *m.listed], [], m.opsets)
    graph = model.graph
    open_: set[str] = set()
    for info, value in zip(graph.input, [*m.inputs, *m.listed], strict=True):
        if not value.is_sequence:
            declared = _declared(m, value)
            info.type.CopyFrom(type_proto(value, declared))
            # A size of 0 in a file is now and then a size that nobody knew: it is said what it is.
            open_.update({value.name} if any(d == 0 or type(d) is str for d in declared) else ())
    graph.initializer.extend(tensor_proto(v.name, v) for v in [*m.initializers, *m.listed])
    for value in ends:
        shape = None if m.maybe(0.3) or value.is_sequence or not value.steady else value.shape
        graph.output.append(helper.make_value_info(value.name, type_proto(value, shape)))
    taken = {v.name for v in ends}
    for value in m.values:
        if value.name in made_by and value.name not in taken and m.maybe(0.15):
            shape = value.shape if value.steady and not value.is_sequence else None
            graph.value_info.append(helper.make_value_info(value.name, type_proto(value, shape)))
    model.functions.extend(functions)
    if m.maybe(0.1):
        nodes = list(graph.node)
        m.chance.shuffle(nodes)
        del graph.node[:]
        graph.node.extend(nodes)
    names = rename(model, m.chance)
    data = _bytes_in_names(model.SerializeToString())
    shapes = {names.get(v.name, v.name): v.shape for v in m.inputs if v.name in open_}
    values = {names.get(v.name, v.name): v for v in m.values if not v.outer}
    return Generated(
        seed=seed, data=data, shapes=shapes, values=values, nodes=tuple(m.nodes), renamed=names
    )


def _declared(m: Maker, value: Value) -> list[Any]:
    """The shape as a file declares it: some sizes are symbols, the same for the same size."""
    if m.maybe(0.6):
        return list(value.shape)
    names = {size: SYMBOLS[size % len(SYMBOLS)] for size in value.shape}
    used: dict[str, int] = {}
    return [
        name
        if m.maybe(0.3) and (name := names[size]) and used.setdefault(name, size) == size
        else size
        for size in value.shape
    ]


def _bytes_in_names(data: bytes) -> bytes:
    """Some names become bytes that are no UTF-8: `~~` cannot be in one otherwise."""
    return data.replace(b"~~", b"\xff\xfe")
