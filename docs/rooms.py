"""The rooms of the code and the arrows between them, read from the imports.

A room is a folder in `costmodel/`, a door (a file in its root), or one of the other parts as a
whole. Room A has an arrow to room B if a file of A imports a file of B: on load, in a function or
for types alone. The page on architecture draws them, and tests/test_layers.py holds their order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import networkx as nx

ROOT: Final = Path(__file__).resolve().parents[1]

COSTMODEL: Final = "costmodel"
ALLOWED: Final[Mapping[str, set[str]]] = {
    COSTMODEL: set(),
    "analyzers": {COSTMODEL},
    "reports": {COSTMODEL, "analyzers"},
    "examples": set(),
    "src/costlint": {COSTMODEL, "analyzers", "reports", "examples"},
}
"""Part (a folder at the root of the clone) -> the parts it may import besides itself."""


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, and whether it is loaded along with its importer."""

    name: str
    line: int
    on_load: bool


def imports(code: str) -> Iterator[Import]:
    """Every import in `code`, those in functions and under TYPE_CHECKING as not `on_load`.

    Relative ones are left out: ruff refuses them.
    """
    pending: list[tuple[ast.AST, bool]] = [(ast.parse(code), True)]
    while pending:
        node, on_load = pending.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, on_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A name may be a module of its own: `from costlint import reports`.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (Import(name, node.lineno, on_load) for name in names)
        else:
            late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            late = late or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
            pending += [(child, on_load and not late) for child in ast.iter_child_nodes(node)]


def module_name(path: str) -> str:
    """`costmodel/ir/graph.py` -> `costlint.costmodel.ir.graph`."""
    part = part_of(path)
    tail = Path(path).relative_to(part).with_suffix("").parts
    head = ("costlint",) if part == "src/costlint" else ("costlint", part)
    return ".".join(head + (tail[:-1] if tail[-1] == "__init__" else tail))


def part_of(path: str) -> str:
    """The part that a file belongs to."""
    return next(part for part in ALLOWED if path.startswith(f"{part}/"))


FILES: Final = [
    file.relative_to(ROOT).as_posix()
    for part in ALLOWED
    for file in sorted((ROOT / part).rglob("*.py"))
    if "studies" not in file.parts
]
"""Every file of the package, by its path in the clone."""

IMPORTS: Final = {path: list(imports((ROOT / path).read_text("utf-8"))) for path in FILES}
PATHS: Final = {module_name(path): path for path in FILES}


def room_of(path: str) -> str:
    """The room of a file: inside `costmodel/` a folder or a door, elsewhere the whole part."""
    part = part_of(path)
    first = Path(path).relative_to(part).parts[0]
    is_inside = part == COSTMODEL and first != "__init__.py"
    return f"{part}/{first.removesuffix('.py')}" if is_inside else part


def is_inside(room: str) -> bool:
    """Whether a room is one of `costmodel/`."""
    return room.startswith(f"{COSTMODEL}/")


@cache
def rooms() -> nx.DiGraph:
    """The rooms, each with its `files`, and an edge from each to those that it imports.

    The root's `__init__.py` holds nothing and is no room.
    """
    graph = nx.DiGraph()
    for path in FILES:
        graph.add_node(room_of(path))
        graph.nodes[room_of(path)].setdefault("files", []).append(path)
    for path in FILES:
        targets = {PATHS[name] for one in IMPORTS[path] if (name := _module(one.name))}
        graph.add_edges_from((room_of(path), room_of(target)) for target in sorted(targets))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    graph.remove_node(COSTMODEL)
    return nx.freeze(graph)


def _module(name: str) -> str | None:
    """The module of this package that `name` imports, or imports a name from."""
    while name and name not in PATHS:
        name = name.rpartition(".")[0]
    return name or None
