"""Names as files have them: with slashes, long, unicode, control characters, no text at all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import onnx

ODD = ("/a/b/{}", "{}" + "x" * 300, "\u202e{}", "n\n{}", "\x1b[2J{}", "{}:0", "é{}", "\U0001f600{}",
       " {}", "'{}\"", "<b>{}</b>", "a,{};|", "{}~~", "\x00{}", "$({})", "..{}/..")  # fmt: skip


def rename(model: Any, chance: random.Random) -> Mapping[str, str]:
    """Give some tensors and nodes of `model` odd names, in place; the new name of each tensor."""
    graph = model.graph
    if chance.random() < 0.5:
        return {}
    names = {info.name for info in graph.input} | {t.name for t in graph.initializer}
    names |= {name for node in graph.node for name in node.output if name}
    new = {name: chance.choice(ODD).format(name) for name in sorted(names) if chance.random() < 0.3}
    _renamed(graph, new)
    for node in graph.node:
        kind = chance.random()
        if kind < 0.1:
            node.name = ""
        elif kind < 0.2:
            node.name = "same"
        elif kind < 0.4:
            node.name = chance.choice(ODD).format(node.name)
    things: list[Any] = [graph, *graph.input]
    for thing in things:
        if chance.random() < 0.1:
            thing.doc_string = chance.choice(ODD)
    return {old: name.replace("~~", "\\xff\\xfe") for old, name in new.items()}


def _renamed(graph: onnx.GraphProto, new: Mapping[str, str]) -> None:
    things: list[Any] = [*graph.input, *graph.output, *graph.initializer, *graph.value_info]
    for thing in things:
        thing.name = new.get(thing.name, thing.name)
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = new.get(name, name)
        for place, name in enumerate(node.output):
            node.output[place] = new.get(name, name)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _renamed(attribute.g, new)
