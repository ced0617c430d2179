"""A drawing of rooms on floors: each room stands above all that it imports."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, combinations, pairwise
from typing import Final, TypeAlias

import networkx as nx
from scipy.optimize import isotonic_regression

FLOOR: Final = 62
HEIGHT: Final = 30
GAP: Final = 30
MARGIN: Final = 16
CHARACTER: Final = 7.4
BEND: Final = 14.0  # what an arrow takes of a floor that it only passes

Rows: TypeAlias = list[list[str]]

TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 8 4 0 8z"/></marker>'
)
STYLE: Final = """\
text { font: 13px ui-monospace, Menlo, Consolas, monospace; text-anchor: middle; fill: #1f2328 }
path { fill: none; stroke: #6e7781; stroke-width: 1.2 }
marker path { fill: #6e7781; stroke: none }
rect { stroke: #8c959f }
.page { fill: #ffffff; stroke: none } .room { fill: #eaf3ff } .door { fill: #fff3d6 }
.part { fill: #e4f5e7 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  path { stroke: #8b949e } marker path { fill: #8b949e } rect { stroke: #6e7681 }
  .page { fill: #0d1117 } .room { fill: #15294a } .door { fill: #4a3a10 } .part { fill: #173a22 }
}"""


def floors(graph: nx.DiGraph) -> dict[str, int]:
    """The floor of each room: 0 if it imports none, else one above the highest that it imports."""
    generations = nx.topological_generations(graph.reverse())
    return {room: floor for floor, rooms in enumerate(generations) for room in rooms}


def drawing(graph: nx.DiGraph, kinds: Mapping[str, str]) -> str:
    """The SVG of an acyclic graph; `kinds` is the class of each room: room, door or part.

    An arrow that a longer way says as well is left out.
    """
    chains, rows = _stacked(nx.transitive_reduction(graph), floors(graph))
    neighbours = nx.Graph(step for chain in chains for step in pairwise(chain))
    # All bends of an arrow, so that it goes straight down.
    neighbours.add_edges_from(pair for chain in chains for pair in combinations(chain[1:-1], 2))
    rows = _untangled(rows, neighbours)
    x = _placed(rows, neighbours)
    y = {node: MARGIN + FLOOR * (len(rows) - 1 - i) for i, row in enumerate(rows) for node in row}
    right = max(x[node] + _width(node) / 2 for node in x) + MARGIN
    bottom = FLOOR * (len(rows) - 1) + HEIGHT + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right:.0f}" height="{bottom}">',
        "<title>The rooms of the code, each above all that it imports</title>",
        f"<style>\n{STYLE}\n</style>",
        TIP,
        '<rect class="page" width="100%" height="100%"/>',
        *(_arrow(chain, x, y) for chain in chains),
        *(_box(room, kinds[room], x[room], y[room]) for room in sorted(graph)),
    ]
    return "\n".join([*lines, "</svg>", ""])


def _stacked(graph: nx.DiGraph, floor: Mapping[str, int]) -> tuple[list[list[str]], Rows]:
    """Each arrow as a chain with a bend on every floor that it passes, and who is on each floor."""
    rows: Rows = [[] for _ in range(1 + max(floor.values()))]
    for room in sorted(graph):
        rows[floor[room]].append(room)
    chains = []
    for upper, lower in sorted(graph.edges):
        passed = range(floor[upper] - 1, floor[lower], -1)
        bends = [f"|{upper}|{lower}|{level}" for level in passed]
        for level, bend in zip(passed, bends, strict=True):
            rows[level].append(bend)
        chains.append([upper, *bends, lower])
    return chains, rows


def _untangled(rows: Rows, neighbours: nx.Graph) -> Rows:
    """The order on each floor that crosses the fewest arrows, of some sweeps up and down."""
    best = rows
    for sweep in range(24):
        rows = [list(row) for row in rows]
        order = range(1, len(rows)) if sweep % 2 else range(len(rows) - 2, -1, -1)
        for i in order:
            other = {node: k for k, node in enumerate(rows[i - 1 if sweep % 2 else i + 1])}
            place = {node: k for k, node in enumerate(rows[i])}
            rows[i].sort(key=lambda node: _mean(node, neighbours, other, place[node]))
        best = min(best, rows, key=lambda some: _crossings(some, neighbours))
    return best


def _mean(node: str, neighbours: nx.Graph, other: Mapping[str, float], otherwise: float) -> float:
    """The mean place of a node's neighbours among `other`; bends draw each other straight."""
    near = [one for one in neighbours.adj.get(node, ()) if one in other]
    weights = [8 if _is_bend(node) and _is_bend(one) else 1 for one in near]
    total = sum(weight * other[one] for weight, one in zip(weights, near, strict=True))
    return total / sum(weights) if near else otherwise


def _crossings(rows: Rows, neighbours: nx.Graph) -> int:
    total = 0
    for lower, upper in pairwise(rows):
        place = {node: k for k, node in enumerate(upper)}
        ends = [
            sorted(place[near] for near in neighbours.adj.get(node, ()) if near in place)
            for node in lower
        ]
        flat = [end for some in ends for end in some]
        total += sum(a > b for i, a in enumerate(flat) for b in flat[i + 1 :])
    return total


def _placed(rows: Rows, neighbours: nx.Graph) -> dict[str, float]:
    """The middle of each node: near its neighbours', no nearer to the next than a gap."""
    x = {node: float(FLOOR * k) for row in rows for k, node in enumerate(row)}
    for _ in range(60):
        for row in (*rows, *reversed(rows)):
            wish = [_mean(node, neighbours, x, x[node]) for node in row]
            x.update(zip(row, _apart(row, wish), strict=True))
    left = min(x[node] - _width(node) / 2 for node in x) - MARGIN
    return {node: middle - left for node, middle in x.items()}


def _apart(row: list[str], wish: list[float]) -> list[float]:
    """Places in the order of `row`, far enough from each other and as near to `wish` as a shift."""
    gaps = ((_width(one) + _width(other)) / 2 + GAP for one, other in pairwise(row))
    least = list(accumulate(gaps, initial=0.0))
    # Neighbours that would overlap move together.
    shifts = isotonic_regression([w - m for w, m in zip(wish, least, strict=True)]).x
    return [m + float(s) for m, s in zip(least, shifts, strict=True)]


def _is_bend(node: str) -> bool:
    return node.startswith("|")


def _width(node: str) -> float:
    return BEND if _is_bend(node) else CHARACTER * len(node) + 20


def _arrow(chain: list[str], x: Mapping[str, float], y: Mapping[str, float]) -> str:
    start, *others = chain
    text = f"M{x[start]:.0f} {y[start] + HEIGHT}"
    above = (x[start], y[start] + HEIGHT)
    for node in others:
        end = y[node] if node is others[-1] else y[node] + HEIGHT
        entry = y[node]
        half = (above[1] + entry) / 2
        text += f" C{above[0]:.0f} {half:.0f} {x[node]:.0f} {half:.0f} {x[node]:.0f} {entry}"
        text += f" V{end}" if end != entry else ""
        above = (x[node], end)
    return f'<path marker-end="url(#tip)" d="{text}"/>'


def _box(room: str, kind: str, x: float, y: float) -> str:
    width = _width(room)
    return (
        f'<rect class="{kind}" x="{x - width / 2:.0f}" y="{y}" width="{width:.0f}" '
        f'height="{HEIGHT}" rx="6"/><text x="{x:.0f}" y="{y + 20}">{room}</text>'
    )
