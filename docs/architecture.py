"""Text of docs/architecture.md, and its picture: the rooms of the code and who imports whom."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from typing import Final

import networkx as nx

from docs.picture import drawing, floors
from docs.rooms import ROOT, circles, is_inside, rooms

HEAD: Final = """\
# Architecture

![The rooms of the code, each above all that it imports](architecture.svg)

Data goes one way: model, graph, counts, kernels, estimate, findings, report. Each step is a
function that takes what the step before made and changes nothing of it.

A room is a folder of `costmodel/` (blue), a door (yellow), or another part of the program as a
whole (green). A door is a file in the root of `costmodel/`: what the parts above are meant to call.
An arrow says that a file of one room imports a file of another: on load, in a function or for types
alone. Arrows go down, so that whoever changes a room has to look upwards only. The picture leaves
out an arrow that a longer way says as well; the table has them all.

{counts} `tests/test_layers.py` holds the last column of the table in
[CONTRIBUTING](../CONTRIBUTING.md#where-things-are), and that no arrow runs back.

| floor | room | holds | files | imports |
|---:|---|---|---:|---|
"""


def picture() -> str:
    """The text of architecture.svg."""
    members = _acyclic().nodes.data("members")
    return drawing(_acyclic(), {label: _kind(sorted(some)) for label, some in members})


def page() -> str:
    """The text of architecture.md."""
    graph, floor = rooms(), floors(_acyclic())
    inside = graph.subgraph([room for room in graph if is_inside(room)])
    found = circles()
    counts = (
        f"There are {len(graph)} rooms on {1 + max(floor.values())} floors with "
        f"{graph.number_of_edges()} arrows between them; {len(inside)} of the rooms and "
        f"{inside.number_of_edges()} of the arrows are inside `costmodel/`. "
    )
    named = "; ".join(" and ".join(map(_short, circle)) for circle in found)
    counts += f"Circles: {named}." if found else "There is no circle."
    members = _acyclic().nodes.data("members")
    level = {room: floor[label] for label, some in members for room in some}
    rows = [_row(room, level[room]) for room in sorted(graph, key=lambda r: (-level[r], r))]
    return HEAD.format(counts=counts) + "".join(rows)


def _row(room: str, floor: int) -> str:
    files = rooms().nodes[room]["files"]
    imports = ", ".join(sorted(map(_short, rooms().successors(room))))
    return f"| {floor} | `{_short(room)}` | {holds(files)} | {len(files)} | {imports} |\n"


def holds(files: list[str]) -> str:
    """What the room or part of these files holds: the first sentence of its own docstring."""
    front = min(files, key=lambda file: (file.count("/"), not file.endswith("__init__.py")))
    text = ast.get_docstring(ast.parse((ROOT / front).read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


@cache
def _acyclic() -> nx.DiGraph:
    """The rooms by their labels, those of a circle as one; each node has its `members`."""
    found = nx.condensation(rooms())
    return nx.relabel_nodes(found, {n: _label(found.nodes[n]["members"]) for n in found})


def _label(members: Iterable[str]) -> str:
    return " + ".join(sorted(map(_short, members)))


def _short(room: str) -> str:
    return room.rpartition("/")[2]


def _kind(members: list[str]) -> str:
    files = [file for room in members for file in rooms().nodes[room]["files"]]
    if not is_inside(members[0]):
        return "part"
    return "door" if all(file.count("/") == 1 for file in files) else "room"
