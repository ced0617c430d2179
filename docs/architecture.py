"""Text of docs/architecture.md, and its picture: the rooms of the code and who imports whom."""

from __future__ import annotations

import ast

import networkx as nx

from docs.picture import drawing, floors
from docs.rooms import ROOT, is_inside, rooms
from docs.template import render


def picture() -> str:
    """The text of architecture.svg."""
    named = nx.relabel_nodes(rooms(), _short)
    return drawing(named, {_short(room): _kind(room) for room in rooms()})


def page() -> str:
    """The text of architecture.md."""
    graph, floor = rooms(), floors(rooms())
    inside = graph.subgraph([room for room in graph if is_inside(room)])
    return render(
        "architecture.md",
        rooms=len(graph),
        floors=1 + max(floor.values()),
        arrows=graph.number_of_edges(),
        rooms_inside=len(inside),
        arrows_inside=inside.number_of_edges(),
        rows=[_row(room, floor[room]) for room in sorted(graph, key=lambda r: (-floor[r], r))],
    )


def _row(room: str, floor: int) -> str:
    files = rooms().nodes[room]["files"]
    imports = ", ".join(sorted(map(_short, rooms().successors(room))))
    return f"| {floor} | `{_short(room)}` | {holds(files)} | {len(files)} | {imports} |"


def holds(files: list[str]) -> str:
    """What the room or part of these files holds: the first sentence of its own docstring."""
    front = min(files, key=lambda file: (file.count("/"), not file.endswith("__init__.py")))
    text = ast.get_docstring(ast.parse((ROOT / front).read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _short(room: str) -> str:
    return room.rpartition("/")[2]


def _kind(room: str) -> str:
    if not is_inside(room):
        return "part"
    is_door = all(file.count("/") == 1 for file in rooms().nodes[room]["files"])
    return "door" if is_door else "room"
